package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// One user of the API server, on one kept HTTP/2 connection of its own.
type client struct {
	http       *http.Client
	api, token string
}

type answer struct {
	status   int
	protocol int
	body     string
	warnings string
}

func (w *world) newClient() *client {
	return &client{api: w.api, token: w.token, http: &http.Client{Timeout: 30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: w.tls(), ForceAttemptHTTP2: true, MaxConnsPerHost: 1}}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

func (c *client) ask(method, path, kind, body string) (answer, error) {
	request, err := http.NewRequest(method, c.api+path, strings.NewReader(body))
	check(err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", kind)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.ProtoMajor, string(text),
		strings.Join(response.Header.Values("Warning"), "\n")}, err
}

func (c *client) ready() bool {
	got, err := c.ask("GET", "/readyz", "", "")
	return err == nil && got.status == http.StatusOK
}

func (c *client) created(path, body string) {
	kind := "application/json"
	if !strings.HasPrefix(strings.TrimSpace(body), "{") {
		kind = "application/yaml"
	}
	got, err := c.ask("POST", path, kind, body)
	check(err)
	if got.status != http.StatusCreated {
		failf("POST %s: %d %s\n%s", path, got.status, got.body, body)
	}
}

func (c *client) deleted(path string) {
	got, err := c.ask("DELETE", path, "", "")
	check(err)
	if got.status != http.StatusOK {
		failf("DELETE %s: %d %s", path, got.status, got.body)
	}
}

// What `kubectl create --dry-run=server` sends.
func (c *client) tried(object manifest) (answer, error) {
	return c.ask("POST", object.path+"?dryRun=All&fieldManager=bench", "application/json", object.body)
}

// Takes a CPU profile of the API server into the file; returns when it is there.
func (c *client) profiled(path string, seconds string) {
	got, err := c.ask("GET", "/debug/pprof/profile?seconds="+seconds, "", "")
	check(err)
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	check(os.WriteFile(path, []byte(got.body), 0o600))
}
