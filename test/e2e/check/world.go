package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type tools struct {
	root, brokergate, etcd, apiserver, kubectl, helm, helm4, openreports string
}

// What the scenarios share: the API server and the product on it.
type world struct {
	ctx   context.Context
	tools tools
	work  string
	// What a scenario wants printed below its line.
	said      []string
	processes []*process

	cluster *authority
	// Whose certificate the API server shows, and whose it shows later on: the scenarios' own clients trust both.
	shown, successor *authority
	api              string // https://127.0.0.1:PORT
	client           *http.Client
	kubeconfig       string
	auditLog         string
	// The API server and how it is started, so that a scenario may start it again.
	server    *process
	arguments []string

	product *product
	site    *site
	// The second cluster, and from there the first.
	view   *viewCluster
	parent *world
	// What faults are tried on, in the second.
	rig *faultRig
	// What kubectl said of a second apply of the demo before there was a brokergate.
	words map[string]string
	// What the cluster held before the second installation.
	clusterBefore []string
}

func (w *world) say(format string, arguments ...any) {
	if w.parent != nil {
		w = w.parent
	}
	w.said = append(w.said, fmt.Sprintf(format, arguments...))
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

// All of 127.0.0.0/8 leads to this machine, so that a Service's own address can be listened on.
const serviceRange = "127.96.0.0/16"

// Starts etcd and the API server as controller-runtime's envtest does: no scheduler, no controllers, no nodes.
func (w *world) start() {
	work, err := os.MkdirTemp("", "brokergate-e2e-")
	check(err)
	w.work = work
	w.kubeconfig = filepath.Join(work, "kubeconfig")
	w.auditLog = filepath.Join(work, "audit.log")

	etcd := fmt.Sprintf("http://127.0.0.1:%d", freePort())
	peers := fmt.Sprintf("http://127.0.0.1:%d", freePort())
	store := w.spawn("etcd", w.tools.etcd, "--data-dir", filepath.Join(work, "etcd"), "--listen-client-urls", etcd,
		"--advertise-client-urls", etcd, "--listen-peer-urls", peers, "--unsafe-no-fsync", "--log-level", "error")
	plain := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil}}
	w.until(20*time.Second, "etcd", func() bool { return store.ended() || healthy(plain, etcd+"/health") }, store.text)
	if store.ended() {
		failf("etcd ended:\n%s", tail(store.text(), 10))
	}

	w.cluster, w.successor = newAuthority("cluster"), newAuthority("successor")
	w.shown = w.cluster
	serving := w.cluster.server()
	admin := w.cluster.client("admin", "system:masters")
	account := w.file("account.key", encodeAccountKey(newKey()))
	port := freePort()
	w.api = fmt.Sprintf("https://127.0.0.1:%d", port)
	w.arguments = []string{"--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", fmt.Sprint(port), "--cert-dir", filepath.Join(work, "apiserver"),
		"--tls-cert-file", w.file("api.crt", serving.certificate),
		"--tls-private-key-file", w.file("api.key", serving.key),
		"--client-ca-file", w.file("cluster.crt", w.cluster.pem), "--authorization-mode", "RBAC",
		"--service-cluster-ip-range", serviceRange, "--allow-privileged=true", "--profiling=false",
		"--endpoint-reconciler-type", "none", "--disable-admission-plugins", "ServiceAccount",
		"--service-account-issuer", w.api, "--service-account-key-file", account,
		"--service-account-signing-key-file", account,
		"--audit-policy-file", w.file("audit.yaml", []byte(auditPolicy)), "--audit-log-path", w.auditLog}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.trusted())
	user, err := tls.X509KeyPair(admin.certificate, admin.key)
	check(err)
	w.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{user}},
		MaxIdleConnsPerHost: 32,
	}}
	check(os.WriteFile(w.kubeconfig, w.configFor(map[string]any{
		"client-certificate-data": admin.certificate, "client-key-data": admin.key}), 0o600))
	w.startServer()
}

// Again after it was stopped: etcd and all keys are the same.
func (w *world) startServer() {
	server := w.spawn("kube-apiserver", w.tools.apiserver, w.arguments...)
	w.server = server
	w.until(60*time.Second, "the API server", func() bool {
		return server.ended() || healthy(w.client, w.api+"/readyz")
	}, func() string { return tail(server.text(), 20) })
	if server.ended() {
		failf("the API server ended:\n%s", tail(server.text(), 20))
	}
}

func (w *world) trusted() []byte { return slices.Concat(w.cluster.pem, w.successor.pem) }

// A kubeconfig for a user of this API server.
func (w *world) configFor(user map[string]any) []byte {
	return w.configWith(map[string]any{"server": w.api, "certificate-authority-data": w.trusted()}, user)
}

func (w *world) configWith(cluster, user map[string]any) []byte {
	config, err := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "e2e",
		"clusters": []any{map[string]any{"name": "e2e", "cluster": cluster}},
		"users":    []any{map[string]any{"name": "user", "user": user}},
		"contexts": []any{map[string]any{"name": "e2e", "context": map[string]any{"cluster": "e2e", "user": "user"}}},
	})
	check(err)
	return config
}

func (w *world) close() {
	if w.rig != nil {
		w.rig.close()
	}
	if w.view != nil {
		w.view.close()
	}
	if w.product != nil {
		w.product.close()
	}
	if w.site != nil {
		w.site.close()
	}
	for i := len(w.processes) - 1; i >= 0; i-- {
		w.processes[i].stop(syscall.SIGTERM)
	}
	if w.work != "" {
		_ = os.RemoveAll(w.work)
	}
}
