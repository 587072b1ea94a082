// An API server as far as the cluster view asks one: four lists and watches, in one of which a broker set comes that
// needs a ConfigMap that was of no interest before. It leaves what a pod finds (ca.crt, token) in a folder and its port on standard output. Until
// the file FOLDER/open is there it answers 503. What it was asked, as RBAC would say it, stands in FOLDER/asked.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const token = "the-token-of-the-pod"

const node = `{"metadata": {"name": "one", "uid": "1", "resourceVersion": "5",
  "labels": {"cloud.google.com/gke-preemptible": "true", "kubernetes.io/os": "linux"}}, "spec": {}, "status": {}}`
const set = `{"metadata": {"name": "kafka", "namespace": "streaming", "uid": "2", "resourceVersion": "6"},
  "spec": {"replicas": 3, "serviceName": "kafka", "selector": {"matchLabels": {"app": "kafka"}}, "template": {
    "metadata": {"labels": {"app": "kafka"}}, "spec": {
      "containers": [{"name": "kafka", "image": "confluentinc/cp-kafka:7.7.0", "ports": [{"containerPort": 9092}],
        "env": [{"name": "KAFKA_ZOOKEEPER_CONNECT", "value": "zookeeper:2181"},
          {"name": "KAFKA_ADVERTISED_LISTENERS", "valueFrom": {"configMapKeyRef": {"name": "listeners", "key": "all"}}}]}]}}}}`
const service = `{"metadata": {"name": "kafka", "namespace": "streaming", "uid": "3", "resourceVersion": "7"},
  "spec": {"clusterIP": "None", "selector": {"app": "kafka"}, "ports": [{"name": "kafka", "port": 9092}]}}`
const configMap = `{"metadata": {"name": "listeners", "namespace": "streaming", "uid": "4", "resourceVersion": "8"},
  "data": {"all": "PLAINTEXT://kafka:9092"}}`

var kinds = map[string]struct{ kind, version, items string }{
	"nodes":        {"Node", "v1", node},
	"statefulsets": {"StatefulSet", "apps/v1", set},
	"services":     {"Service", "v1", service},
	"configmaps":   {"ConfigMap", "v1", configMap},
}

// Group, namespace, resource and name of a path.
var place = regexp.MustCompile(`^/(?:api|apis/([^/]+))/v1(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+))?$`)

type server struct {
	folder string
	mutex  sync.Mutex
	asked  map[string]bool
}

func (s *server) note(line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.asked[line] {
		return
	}
	s.asked[line] = true
	file, err := os.OpenFile(filepath.Join(s.folder, "asked"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprintln(file, line)
	file.Close()
}

func refuse(w http.ResponseWriter, code int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(map[string]any{"kind": "Status", "apiVersion": "v1", "code": code, "message": why})
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := place.FindStringSubmatch(r.URL.Path)
	if path == nil || r.Method != http.MethodGet {
		s.note(r.Method + " " + r.URL.Path)
		refuse(w, http.StatusNotFound, "no such thing here")
		return
	}
	group, resource, name := path[1], path[3], path[4]
	watch := r.URL.Query().Get("watch") == "1"
	verb := map[bool]string{true: "watch", false: "list"}[watch]
	if name != "" {
		verb = "get"
	}
	s.note(fmt.Sprintf("%s %q %s", verb, group, resource))
	known, is := kinds[resource]
	switch _, err := os.Stat(filepath.Join(s.folder, "open")); {
	case r.Header.Get("Authorization") != "Bearer "+token:
		refuse(w, http.StatusUnauthorized, "Unauthorized")
	case !is:
		refuse(w, http.StatusNotFound, "no such resource")
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "not open yet")
	case watch:
		seconds, _ := strconv.Atoi(r.URL.Query().Get("timeoutSeconds"))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"type":"BOOKMARK","object":{"kind":%q,"apiVersion":%q,"metadata":{"resourceVersion":"9"}}}`+"\n",
			known.kind, known.version)
		if resource == "statefulsets" {
			another := strings.NewReplacer("\n", "", `"kafka", "namespace"`, `"second", "namespace"`, `"listeners"`, `"more"`,
				`"uid": "2"`, `"uid": "5"`).Replace(set)
			fmt.Fprintf(w, `{"type":"ADDED","object":{"kind":"StatefulSet","apiVersion":"apps/v1",%s}`+"\n", another[1:])
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(time.Duration(seconds) * time.Second):
		}
	case name != "":
		var one map[string]any
		if err := json.Unmarshal([]byte(known.items), &one); err != nil {
			log.Fatal(err)
		}
		one["kind"], one["apiVersion"] = known.kind, known.version
		one["metadata"].(map[string]any)["name"] = name
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(one)
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"kind":"%sList","apiVersion":%q,"metadata":{"resourceVersion":"9"},"items":[%s]}`, known.kind,
			known.version, known.items)
	}
}

// An authority that is the server, too.
func certificate(folder string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kubernetes"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, content := range map[string][]byte{"ca.crt": text, "token": []byte(token)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o440); err != nil {
			log.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: fakeapi FOLDER")
	}
	s := &server{folder: os.Args[1], asked: map[string]bool{}}
	own := certificate(s.folder)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, s))
}
