package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// One question of the API server and what brokergate answered, with the policy of that moment.
type record struct {
	path     string
	question []byte
	answer   []byte
	policy   string
}

// Stands between the API server and brokergate and keeps what passes.
type recorder struct {
	port   int
	server *http.Server
	target string
	client *http.Client

	mutex   sync.Mutex
	records []record
	policy  string
}

func newRecorder(certificate pair, trusted []byte, target string) *recorder {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	own, err := tls.X509KeyPair(certificate.certificate, certificate.key)
	check(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(trusted)
	r := &recorder{port: listener.Addr().(*net.TCPAddr).Port, target: target}
	r.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool}, DisableCompression: true}}
	r.server = &http.Server{Handler: r, TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}},
		ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.ServeTLS(listener, "", "") }()
	return r
}

func (r *recorder) url() string { return fmt.Sprintf("https://127.0.0.1:%d", r.port) }

func (r *recorder) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	question, err := io.ReadAll(in.Body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	// Taken before the answer is: a policy is changed only while nothing is asked.
	r.mutex.Lock()
	policy := r.policy
	r.mutex.Unlock()
	request, err := http.NewRequestWithContext(in.Context(), in.Method, r.target+in.URL.RequestURI(), bytes.NewReader(question))
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	for _, name := range []string{"Content-Type", "Accept", "User-Agent"} {
		request.Header.Set(name, in.Header.Get(name))
	}
	response, err := r.client.Do(request)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadGateway)
		return
	}
	if response.StatusCode == http.StatusOK {
		r.mutex.Lock()
		r.records = append(r.records, record{in.URL.Path, question, answer, policy})
		r.mutex.Unlock()
	}
	out.Header().Set("Content-Type", response.Header.Get("Content-Type"))
	out.WriteHeader(response.StatusCode)
	_, _ = out.Write(answer)
}

func (r *recorder) all() []record {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]record(nil), r.records...)
}

// How many questions so far hold this text.
func (r *recorder) asked(text string) int {
	count := 0
	for _, one := range r.all() {
		if strings.Contains(string(one.question), text) {
			count++
		}
	}
	return count
}

func (r *recorder) use(policy string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.policy = policy
}
