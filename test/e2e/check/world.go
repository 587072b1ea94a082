package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type tools struct {
	root, brokergate, etcd, apiserver, kubectl, helm, helm4 string
}

// What the scenarios share: the API server and the product on it.
type world struct {
	ctx   context.Context
	tools tools
	work  string
	// What a scenario wants printed below its line.
	said      []string
	processes []*process

	cluster    *authority
	api        string // https://127.0.0.1:PORT
	client     *http.Client
	kubeconfig string

	product *product
}

func (w *world) say(format string, arguments ...any) {
	w.said = append(w.said, fmt.Sprintf(format, arguments...))
}

// A process of ours. It dies with us, however we end.
type process struct {
	command *exec.Cmd
	log     string
	done    chan struct{}
}

func (w *world) spawn(name, program string, arguments ...string) *process {
	p := &process{log: filepath.Join(w.work, name+".log"), done: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(err)
	defer out.Close()
	p.command = exec.Command(program, arguments...)
	p.command.Dir = w.work
	p.command.Env = w.environment()
	p.command.Stdout, p.command.Stderr = out, out
	// In a group of its own, so that an interrupt from the terminal reaches us only and we end things in order.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	check(p.command.Start())
	go func() {
		_ = p.command.Wait()
		close(p.done)
	}()
	w.processes = append(w.processes, p)
	return p
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Ends it, in five seconds at most; returns the exit code, or -1 when a signal ended it.
func (p *process) stop(signal syscall.Signal) int {
	_ = p.command.Process.Signal(signal)
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
		_ = p.command.Process.Kill()
		<-p.done
	}
	return p.command.ProcessState.ExitCode()
}

func (p *process) text() string {
	text, _ := os.ReadFile(p.log)
	return string(text)
}

func (w *world) environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.work, "KUBECONFIG=" + w.kubeconfig, "NO_PROXY=*",
		"TMPDIR=" + w.work, "LC_ALL=C.UTF-8"}
}

// Waits until it holds, `most` long; what is said with the failure comes from `why`.
func (w *world) until(most time.Duration, what string, holds func() bool, why func() string) {
	end := time.Now().Add(most)
	for !holds() {
		if time.Now().After(end) || w.ctx.Err() != nil {
			failf("waited %v for %s\n%s", most, what, why())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func (w *world) file(name string, content []byte) string {
	path := filepath.Join(w.work, name)
	check(os.MkdirAll(filepath.Dir(path), 0o700))
	check(os.WriteFile(path, content, 0o600))
	return path
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func healthy(client *http.Client, url string) bool {
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode == http.StatusOK
}

// Starts etcd and the API server as controller-runtime's envtest does: no scheduler, no controllers, no nodes.
func (w *world) start() {
	work, err := os.MkdirTemp("", "brokergate-e2e-")
	check(err)
	w.work = work
	w.kubeconfig = filepath.Join(work, "kubeconfig")

	etcd := fmt.Sprintf("http://127.0.0.1:%d", freePort())
	peers := fmt.Sprintf("http://127.0.0.1:%d", freePort())
	store := w.spawn("etcd", w.tools.etcd, "--data-dir", filepath.Join(work, "etcd"), "--listen-client-urls", etcd,
		"--advertise-client-urls", etcd, "--listen-peer-urls", peers, "--unsafe-no-fsync", "--log-level", "error")
	plain := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil}}
	w.until(20*time.Second, "etcd", func() bool { return store.ended() || healthy(plain, etcd+"/health") }, store.text)
	if store.ended() {
		failf("etcd ended:\n%s", tail(store.text(), 10))
	}

	w.cluster = newAuthority("cluster")
	serving := w.cluster.server()
	admin := w.cluster.client("admin", "system:masters")
	account := w.file("account.key", encodeAccountKey(newKey()))
	port := freePort()
	w.api = fmt.Sprintf("https://127.0.0.1:%d", port)
	server := w.spawn("kube-apiserver", w.tools.apiserver, "--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", fmt.Sprint(port), "--cert-dir", filepath.Join(work, "apiserver"),
		"--tls-cert-file", w.file("api.crt", serving.certificate),
		"--tls-private-key-file", w.file("api.key", serving.key),
		"--client-ca-file", w.file("cluster.crt", w.cluster.pem), "--authorization-mode", "RBAC",
		"--service-cluster-ip-range", "10.96.0.0/16", "--allow-privileged=true", "--profiling=false",
		"--endpoint-reconciler-type", "none", "--disable-admission-plugins", "ServiceAccount",
		"--service-account-issuer", w.api, "--service-account-key-file", account,
		"--service-account-signing-key-file", account)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.cluster.pem)
	user, err := tls.X509KeyPair(admin.certificate, admin.key)
	check(err)
	w.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{user}},
		MaxIdleConnsPerHost: 32,
	}}
	config, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "e2e",
		"clusters": []any{map[string]any{"name": "e2e", "cluster": map[string]any{
			"server": w.api, "certificate-authority-data": w.cluster.pem}}},
		"users": []any{map[string]any{"name": "admin", "user": map[string]any{
			"client-certificate-data": admin.certificate, "client-key-data": admin.key}}},
		"contexts": []any{map[string]any{"name": "e2e", "context": map[string]any{"cluster": "e2e", "user": "admin"}}},
	})
	check(err)
	check(os.WriteFile(w.kubeconfig, config, 0o600))
	w.until(60*time.Second, "the API server", func() bool {
		return server.ended() || healthy(w.client, w.api+"/readyz")
	}, func() string { return tail(server.text(), 20) })
	if server.ended() {
		failf("the API server ended:\n%s", tail(server.text(), 20))
	}
}

func (w *world) close() {
	if w.product != nil {
		w.product.close()
	}
	for i := len(w.processes) - 1; i >= 0; i-- {
		w.processes[i].stop(syscall.SIGTERM)
	}
	if w.work != "" {
		_ = os.RemoveAll(w.work)
	}
}

// What a command of a user printed.
type result struct {
	line, out, err string
	code           int
}

func (r result) String() string {
	return fmt.Sprintf("$ %s\n%s%s(exit code %d)", r.line, r.out, r.err, r.code)
}

// The command worked.
func (r result) fine() result {
	if r.code != 0 {
		failf("%s", r)
	}
	return r
}

// The command failed, and its message has all of these.
func (r result) refused(texts ...string) result {
	if r.code == 0 {
		failf("expected to fail:\n%s", r)
	}
	return r.warned(texts...)
}

// Standard error has all of these.
func (r result) warned(texts ...string) result {
	for _, text := range texts {
		if !strings.Contains(r.err, text) {
			failf("standard error lacks %q:\n%s", text, r)
		}
	}
	return r
}

// Standard output has all of these.
func (r result) shows(texts ...string) result {
	for _, text := range texts {
		if !strings.Contains(r.out, text) {
			failf("standard output lacks %q:\n%s", text, r)
		}
	}
	return r
}

// Nothing was said on standard error.
func (r result) quiet() result {
	if r.err != "" {
		failf("expected nothing on standard error:\n%s", r)
	}
	return r
}

func (w *world) command(input, program string, arguments ...string) result {
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = w.tools.root
	command.Env = w.environment()
	command.Stdin = strings.NewReader(input)
	command.WaitDelay = 2 * time.Second
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	err := command.Run()
	code := 0
	if err != nil {
		code = -1
		if command.ProcessState != nil {
			code = command.ProcessState.ExitCode()
		}
		if code == -1 {
			fmt.Fprintf(&problems, "%v\n", err)
		}
	}
	return result{filepath.Base(program) + " " + strings.Join(arguments, " "), out.String(), problems.String(), code}
}

func (w *world) kubectl(arguments ...string) result {
	return w.command("", w.tools.kubectl, arguments...)
}

// kubectl with a manifest on standard input.
func (w *world) feed(manifest string, arguments ...string) result {
	return w.command(manifest, w.tools.kubectl, append(arguments, "-f", "-")...)
}
