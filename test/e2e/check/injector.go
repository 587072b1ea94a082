package main

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A mutating webhook of somebody else that the API server asks after brokergate: a mesh that puts its proxy in front of
// a pod's containers, and sets and takes away what it was told to.
type injector struct {
	server *http.Server
	mutex  sync.Mutex
	asked  int
}

// The API server asks in the order of the configurations' names.
const injectorName = "mesh"

func (w *world) startInjector() *injector {
	authority := newAuthority(injectorName)
	certificate := authority.server()
	own, err := tls.X509KeyPair(certificate.certificate, certificate.key)
	check(err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	in := &injector{}
	in.server = &http.Server{Handler: in, TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}},
		ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = in.server.ServeTLS(listener, "", "") }()
	w.feed(fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: %s}
webhooks:
  - name: mesh.example.com
    clientConfig: {url: "https://%s/mutate", caBundle: %s}
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    namespaceSelector: {matchLabels: {mesh: "yes"}}
    rules:
      - {apiGroups: [apps], apiVersions: [v1], resources: [statefulsets], operations: [CREATE, UPDATE]}
      - {apiGroups: [""], apiVersions: [v1], resources: [services], operations: [CREATE, UPDATE]}
`, injectorName, listener.Addr(), base64.StdEncoding.EncodeToString(authority.pem)), "apply").fine()
	return in
}

func (in *injector) stop(w *world) {
	w.kubectl("delete", "mutatingwebhookconfiguration", injectorName, "--ignore-not-found").fine()
	_ = in.server.Close()
}

func (in *injector) times() int {
	in.mutex.Lock()
	defer in.mutex.Unlock()
	return in.asked
}

type change struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// What it does: a StatefulSet gets a proxy as its first container and, with the label reset, the listeners it came with;
// a Service loses what makes its load balancer internal.
func changes(object map[string]any) []change {
	var out []change
	name, _ := dig(object, "metadata", "name").(string)
	switch dig(object, "kind") {
	case "StatefulSet":
		if dig(object, "spec", "template", "spec", "containers", 0, "name") != "proxy" {
			out = append(out, change{"add", "/spec/template/spec/containers/0",
				map[string]any{"name": "proxy", "image": "mesh.example.com/proxy:1"}})
		}
		if dig(object, "metadata", "labels", "reset") == nil {
			break
		}
		containers, _ := dig(object, "spec", "template", "spec", "containers").([]any)
		for i, container := range containers {
			list, _ := dig(container, "env").([]any)
			for j, entry := range list {
				if dig(entry, "name") == listener && len(out) > 0 {
					// Behind the proxy it has another number.
					out = append(out, change{"replace", fmt.Sprintf("/spec/template/spec/containers/%d/env/%d/value", i+1, j),
						"PLAINTEXT://$(POD_NAME)." + name + "-headless:9092"})
				}
			}
		}
	case "Service":
		all, _ := dig(object, "metadata", "annotations").(map[string]any)
		for _, key := range []string{gke, gkeNew} {
			if all[key] != nil {
				out = append(out, change{Op: "remove", Path: "/metadata/annotations/" + strings.ReplaceAll(key, "/", "~1")})
			}
		}
	}
	return out
}

func (in *injector) ServeHTTP(out http.ResponseWriter, request *http.Request) {
	in.mutex.Lock()
	in.asked++
	in.mutex.Unlock()
	var review struct {
		Request struct {
			UID    string
			Object map[string]any
		}
	}
	if err := json.NewDecoder(request.Body).Decode(&review); err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	response := map[string]any{"uid": review.Request.UID, "allowed": true}
	if wanted := changes(review.Request.Object); len(wanted) > 0 {
		patch, err := json.Marshal(wanted)
		if err != nil {
			http.Error(out, err.Error(), http.StatusInternalServerError)
			return
		}
		response["patch"], response["patchType"] = patch, "JSONPatch"
	}
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
		"response": response})
}
