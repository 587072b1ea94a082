package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A cluster of its own with Nodes, in which several brokergates answer, each with its own view of it, or none. A
// namespace is labelled with the name of the one that is asked about its objects: view=NAME.
type viewCluster struct {
	*world
	authority *authority
	viewers   map[string]*viewer
	marks     int
	nodePort  int
	// How often Services and their set were sent in one go, and how often the view was a moment behind.
	together, behind int
}

// One brokergate, with its own policy and its own way to the API server.
type viewer struct {
	v            *viewCluster
	name         string
	port, probes int
	volume       *volume
	link         *lane // nil: it has no view
	server       *process
	client       *http.Client
}

// What serve --cluster-view reads, and nothing else.
const viewRole = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: view, namespace: ` + home + `}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: brokergate-view}
rules:
  - {apiGroups: [""], resources: [nodes, services, configmaps], verbs: [get, list, watch]}
  - {apiGroups: [apps], resources: [statefulsets], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: brokergate-view}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: brokergate-view}
subjects: [{kind: ServiceAccount, name: view, namespace: ` + home + `}]
`

const viewDomain = "view.example.com"

// The policy of a viewer: `more` are further lines of its spec.
func viewPolicy(more ...string) string {
	return "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: view}\nspec:\n  domain: " +
		viewDomain + "\n  exposure: either\n  internal: {provider: gke}\n  " + strings.Join(more, "\n  ") + "\n"
}

// Without a domain, brokers advertise what they like.
const plainPolicy = `
apiVersion: brokergate.io/v1alpha1
kind: ExternalAccessPolicy
metadata: {name: view}
spec: {exposure: NodePort}
`

// The second cluster, made when it is asked for first.
func (w *world) viewed() *viewCluster {
	if w.view != nil {
		return w.view
	}
	v := &viewCluster{world: &world{ctx: w.ctx, tools: w.tools, parent: w}, authority: newAuthority("views"),
		viewers: map[string]*viewer{}, nodePort: 30000}
	w.view = v
	v.start()
	v.kubectl("create", "namespace", home).fine()
	v.kubectl("create", "namespace", marksNamespace).fine()
	v.feed(viewRole, "apply").fine()
	return v
}

// A kubeconfig for the viewer's service account, by way of its link. The token is a file beside it.
func (o *viewer) kubeconfig() string {
	token := strings.TrimSpace(o.v.kubectl("create", "token", "view", "-n", home).fine().out)
	o.v.file(o.name+"/token", []byte(token))
	config := bytes.ReplaceAll(o.v.configFor(map[string]any{"tokenFile": "token"}), []byte(o.v.api), []byte(o.link.url()))
	return o.v.file(o.name+"/kubeconfig", config)
}

// Starts a brokergate that answers for namespaces with the label view=name; waits until it is ready, which with a view
// means that all lists were read, and until the API server asks it.
func (v *viewCluster) add(name string, watching bool, policy string) *viewer {
	o := &viewer{v: v, name: name, port: freePort(), probes: freePort(),
		volume: newVolume(filepath.Join(v.work, "viewer-"+name))}
	o.volume.set(certificateFiles(v.authority.server()))
	o.volume.set(map[string][]byte{"policy.yaml": []byte(policy)})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(v.authority.pem)
	o.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool}}}
	if watching {
		o.link = newLane(strings.TrimPrefix(v.api, "https://"))
	}
	v.viewers[name] = o
	o.serve()
	v.feed(o.configurations(), "apply").fine()
	o.settle()
	return o
}

func (o *viewer) serve() {
	arguments := []string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", o.port), "--operations",
		fmt.Sprintf("127.0.0.1:%d", o.probes), "--policy", o.volume.path("policy.yaml"), "--cert", o.volume.path("tls.crt"),
		"--key", o.volume.path("tls.key")}
	if o.link != nil {
		arguments = append(arguments, "--cluster-view", "--kubeconfig", o.kubeconfig())
	}
	o.server = o.v.spawn("viewer-"+o.name, o.v.tools.brokergate, arguments...)
	o.v.until(15*time.Second, "brokergate with its view", func() bool { return o.server.ended() || ready(o.probes) },
		o.server.text)
	if o.server.ended() {
		failf("brokergate ended:\n%s", tail(o.server.text(), 10))
	}
}

// As the chart writes them, with what only a brokergate with a view is asked about beside it.
func (o *viewer) configurations() string {
	common := func(path string) string {
		return fmt.Sprintf(`clientConfig: {url: "https://127.0.0.1:%d/%s", caBundle: %s}
    admissionReviewVersions: [v1]
    sideEffects: None
    matchPolicy: Equivalent
    timeoutSeconds: 5
    namespaceSelector: {matchLabels: {view: "%s"}}`, o.port, path, base64.StdEncoding.EncodeToString(o.v.authority.pem), o.name)
	}
	const own = `
    rules:
      - {apiGroups: [apps], apiVersions: [v1], resources: [statefulsets], operations: [CREATE, UPDATE], scope: Namespaced}
      - {apiGroups: [""], apiVersions: [v1], resources: [services], operations: [CREATE, UPDATE], scope: Namespaced}`
	const around = `
    rules:
      - {apiGroups: [apps], apiVersions: [v1], resources: [statefulsets/scale], operations: [UPDATE], scope: Namespaced}
      - {apiGroups: [""], apiVersions: [v1], resources: [services], operations: [DELETE], scope: Namespaced}`
	out := `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: view-` + o.name + `}
webhooks:
  - name: mutate.brokergate.io
    failurePolicy: Ignore
    reinvocationPolicy: IfNeeded
    ` + common("mutate") + own + `
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: view-` + o.name + `}
webhooks:
  - name: validate.brokergate.io
    failurePolicy: Fail
    ` + common("validate") + own
	if o.link != nil {
		out += `
  - name: around.validate.brokergate.io
    failurePolicy: Ignore
    ` + common("validate") + around
	}
	return out + "\n"
}

// Until the API server asks it, at both webhooks.
func (o *viewer) settle() {
	o.v.marks++
	name := fmt.Sprintf("marker-%d", o.v.marks)
	namespace := o.v.kubectlNamespace("settle-"+o.name, o.name)
	manifest := strings.ReplaceAll(fmt.Sprintf(marker, name, name), "namespace: default", "namespace: "+namespace)
	last := result{}
	o.v.until(15*time.Second, "the webhooks to be asked", func() bool {
		last = o.v.feed(manifest, "create", "--dry-run=server")
		return last.code == 0 && strings.Count(o.server.text(), `"name":"`+name+`"`) >= 2
	}, func() string { return last.String() + tail(o.server.text(), 5) })
}

func (v *viewCluster) kubectlNamespace(name, viewer string) string {
	v.feed(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": %q, "labels": {"view": %q}}}`, name,
		viewer), "apply").fine()
	return name
}

// The policy changes as a ConfigMap's volume does; waits until it is read.
func (o *viewer) use(policy string) {
	before := strings.Count(o.server.text(), `"policy loaded"`)
	o.volume.set(map[string][]byte{"policy.yaml": []byte(policy)})
	o.v.until(10*time.Second, "the policy to be read again", func() bool {
		return strings.Count(o.server.text(), `"policy loaded"`) > before
	}, func() string { return tail(o.server.text(), 5) })
}

// The sum of the samples of a metric whose labels have all of these.
func (o *viewer) metric(name string, labels ...string) float64 {
	plain := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	response, err := plain.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", o.probes))
	check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(err)
	sum := 0.0
	for _, line := range strings.Split(string(text), "\n") {
		at := strings.LastIndex(line, " ")
		if at < 0 || !(strings.HasPrefix(line, name+"{") || strings.HasPrefix(line, name+" ")) {
			continue
		}
		fits := true
		for _, label := range labels {
			fits = fits && strings.Contains(line, label)
		}
		if number, err := strconv.ParseFloat(line[at+1:], 64); fits && err == nil {
			sum += number
		}
	}
	return sum
}

// What it answers to a request that no API server sends; the answer's body.
func (o *viewer) review(path, request string) string {
	body := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":` + request + `}`
	response, err := o.client.Post(fmt.Sprintf("https://127.0.0.1:%d/%s", o.port, path), "application/json",
		strings.NewReader(body))
	check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(err)
	return string(text)
}

const marksNamespace = "marks"

// Until everybody whose link is not frozen has seen all that was written to Services and StatefulSets so far: what is
// written last there is a mark, and each is asked something whose answer tells whether it knows the mark.
func (v *viewCluster) caughtUp() {
	v.marks++
	name := fmt.Sprintf("mark-%d", v.marks)
	url := v.api + "/api/v1/namespaces/" + marksNamespace + "/services"
	code, text := v.post(url, `{"apiVersion":"v1","kind":"Service","metadata":{"name":"`+name+`"},"spec":{"type":"NodePort",`+
		`"selector":{"app":"`+name+`"},"ports":[{"port":80}]}}`)
	if code != 201 {
		failf("%d %s", code, text)
	}
	port := parse(text).text("spec", "ports", 0, "nodePort")
	sets := v.api + "/apis/apps/v1/namespaces/" + marksNamespace + "/statefulsets"
	code, text = v.post(sets, `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"`+name+`"},"spec":{`+
		`"serviceName":"`+name+`","selector":{"matchLabels":{"app":"`+name+`"}},"template":{"metadata":{"labels":{"app":"`+name+
		`"}},"spec":{"containers":[{"name":"any","image":"any"}]}}}}`)
	if code != 201 {
		failf("%d %s", code, text)
	}
	for _, o := range v.viewers {
		if o.link == nil || o.link.isFrozen() || o.server.ended() {
			continue
		}
		turn := 0
		v.until(10*time.Second, "the view of "+o.name+" to be as the cluster is", func() bool {
			turn++
			uid := fmt.Sprintf("%s-%s-%d", name, o.name, turn)
			service := o.review("validate", `{"uid":"`+uid+`","kind":{"group":"","version":"v1","kind":"Service"},"resource":`+
				`{"group":"","version":"v1","resource":"services"},"namespace":"other","name":"kafka-0","operation":"CREATE",`+
				`"object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"kafka-0","namespace":"other"},"spec":`+
				`{"type":"NodePort","selector":{"app":"kafka","statefulset.kubernetes.io/pod-name":"kafka-0"},"ports":[{"port":`+
				`9092,"nodePort":`+port+`}]}}}`)
			if !strings.Contains(service, "node-port-clash") {
				return false
			}
			o.review("validate", `{"uid":"`+uid+`-set","kind":{"group":"autoscaling","version":"v1","kind":"Scale"},"resource":`+
				`{"group":"apps","version":"v1","resource":"statefulsets"},"subResource":"scale","namespace":"`+marksNamespace+
				`","name":"`+name+`","operation":"UPDATE","object":{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":`+
				`{"name":"`+name+`","namespace":"`+marksNamespace+`"},"spec":{"replicas":2}}}`)
			line := regexp.MustCompile(`.*"uid":"` + uid + `-set".*`).FindString(o.server.text())
			return line != "" && !strings.Contains(line, `"skipped"`)
		}, func() string { return tail(o.server.text(), 5) })
	}
	for _, one := range []string{url, sets} {
		if code, text := v.send(http.MethodDelete, one+"/"+name, "application/json", ""); code != 200 {
			failf("%d %s", code, text)
		}
	}
}

// A Node as a kubelet registers one. `labels` and `taints` are in flow style: `pool: stable`, `{key: k, effect: NoSchedule}`.
func nodeManifest(name, labels, taints string) string {
	return fmt.Sprintf(`
apiVersion: v1
kind: Node
metadata: {name: %s, labels: {kubernetes.io/hostname: %s%s}}
spec: {taints: [%s]}
---
`, name, name, map[bool]string{true: ", " + labels, false: ""}[labels != ""], taints)
}

// Applies Nodes twice: at first the API server gives each the taint of a Node that is not ready, as a kubelet's is.
func (v *viewCluster) register(manifests string) {
	v.nodes(func() result { return v.feed(manifests, "apply") })
	v.nodes(func() result { return v.feed(manifests, "apply") })
}

// Writes Nodes, and waits until everybody has them in the index that placement is asked of. The command's output has a
// line for each Node.
func (v *viewCluster) nodes(change func() result) {
	before := map[string]float64{}
	watching := func(o *viewer) bool { return o.link != nil && !o.link.isFrozen() && !o.server.ended() }
	for name, o := range v.viewers {
		if watching(o) {
			before[name] = o.metric("brokergate_watch_events_total", `resource="nodes"`)
		}
	}
	changed := 0
	for _, line := range strings.Split(strings.TrimSpace(change().fine().out), "\n") {
		if !strings.HasSuffix(line, "unchanged") && !strings.HasSuffix(line, "not labeled") {
			changed++
		}
	}
	for name, o := range v.viewers {
		if !watching(o) {
			continue
		}
		v.until(10*time.Second, "the nodes to be known by "+name, func() bool {
			return o.metric("brokergate_watch_events_total", `resource="nodes"`) >= before[name]+float64(changed)
		}, o.server.text)
	}
	// Changes are collected for 100 ms before the index is built again.
	time.Sleep(250 * time.Millisecond)
}

func (v *viewCluster) audit(arguments ...string) result {
	return v.command("", v.tools.brokergate, append([]string{"audit", "--kubeconfig", v.kubeconfig}, arguments...)...)
}

// As many nodePorts as are asked for, that nobody else has, from the one it tells. The API server hands
// out those from 30086 on by itself, to each Service that names none, before it takes any of these.
func (v *viewCluster) ports(count int) int {
	first := v.nodePort
	v.nodePort += count
	if v.nodePort > 30086 {
		failf("nodePort %d may be another Service's", v.nodePort-1)
	}
	return first
}

func (v *viewCluster) port() int { return v.ports(1) }

// After a failed scenario. Those that are to be stale stay so.
func (v *viewCluster) recover() {
	for name, o := range v.viewers {
		if o.link != nil && !strings.HasPrefix(name, "stale-") {
			o.link.thaw()
		}
		if o.server.ended() {
			o.serve()
		}
	}
}

func (v *viewCluster) close() {
	for _, o := range v.viewers {
		o.server.stop(syscall.SIGKILL)
		if o.link != nil {
			o.link.close()
		}
	}
	v.world.close()
	_ = os.RemoveAll(v.work)
}
