package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The API server and what stands around it.
type world struct {
	options
	work    string
	seeding bool // etcd holds a large cluster before the API server starts
	// Of what close ends, which an interrupt calls while others start processes.
	lock      sync.Mutex
	processes []*process
	closed    bool
	server    *process
	api       string // https://127.0.0.1:PORT
	token     string
	// One pair serves the API server and the webhooks, and is its own authority.
	certificate, key string
	trust            *x509.CertPool
	pem              []byte
	admin            *client
}

func (w *world) file(name string, content []byte) string {
	path := filepath.Join(w.work, name)
	check(os.WriteFile(path, content, 0o600))
	return path
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// Waits until it holds; `of` is the process without which it never will.
func (w *world) until(most time.Duration, what string, of *process, holds func() bool) {
	for end := time.Now().Add(most); !holds(); time.Sleep(30 * time.Millisecond) {
		select {
		case <-of.done:
			failf("waited for %s, but the process ended:\n%s", what, of.tail())
		default:
		}
		if time.Now().After(end) {
			failf("waited %v for %s:\n%s", most, what, of.tail())
		}
	}
}

func (w *world) makeKeys() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(err)
	secret, err := x509.MarshalECPrivateKey(key)
	check(err)
	w.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	w.certificate = w.file("tls.crt", w.pem)
	w.key = w.file("tls.key", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
	w.trust = x509.NewCertPool()
	w.trust.AppendCertsFromPEM(w.pem)
}

func healthy(client *http.Client, url string) bool {
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Starts etcd and the API server as controller-runtime's envtest does: no scheduler, no controllers, no nodes.
func (w *world) start() {
	work, err := os.MkdirTemp("", "brokergate-bench-")
	check(err)
	w.work = work
	w.makeKeys()
	etcd, peers := fmt.Sprintf("http://127.0.0.1:%d", freePort()), fmt.Sprintf("http://127.0.0.1:%d", freePort())
	store := w.spawn("etcd", w.etcd, "--data-dir", filepath.Join(work, "etcd"), "--listen-client-urls", etcd,
		"--advertise-client-urls", etcd, "--listen-peer-urls", peers, "--unsafe-no-fsync", "--log-level", "error")
	plain := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil}}
	w.until(20*time.Second, "etcd", store, func() bool { return healthy(plain, etcd+"/health") })

	if w.seeding {
		w.seed(etcd)
	}
	port := freePort()
	w.api, w.token = fmt.Sprintf("https://127.0.0.1:%d", port), rand.Text()
	w.server = w.spawn("kube-apiserver", w.apiserver, "--etcd-servers", etcd, "--bind-address", "127.0.0.1",
		"--secure-port", fmt.Sprint(port), "--cert-dir", work, "--tls-cert-file", w.certificate, "--tls-private-key-file",
		w.key, "--token-auth-file", w.file("tokens", []byte(w.token+",admin,admin,system:masters\n")),
		"--authorization-mode", "RBAC", "--service-cluster-ip-range", "10.96.0.0/16", "--allow-privileged=true",
		fmt.Sprintf("--profiling=%v", w.profile != ""), "--endpoint-reconciler-type", "none",
		"--disable-admission-plugins", "ServiceAccount", "--service-account-issuer", w.api,
		"--service-account-key-file", w.key, "--service-account-signing-key-file", w.key)
	w.admin = w.newClient()
	w.until(60*time.Second, "the API server", w.server, func() bool { return w.admin.ready() })
	w.admin.created("/api/v1/namespaces", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"streaming"}}`)
}

func (w *world) tls() *tls.Config { return &tls.Config{RootCAs: w.trust} }

func (w *world) ended() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.closed
}

func (w *world) close() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.closed = true
	for i := len(w.processes) - 1; i >= 0; i-- {
		w.processes[i].stop()
	}
	if w.work != "" {
		_ = os.RemoveAll(w.work)
	}
}
