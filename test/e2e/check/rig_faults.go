package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Brokers whose nodes and Services are changed below brokergates that cannot see it: what all faults are tried on.
type faultRig struct {
	v     *viewCluster
	cruel []*cruel
	// It has no view, and is asked the same: what slows it down is the machine.
	control *cruel
	// Two reviews: a NodePort Service of brokers at home on one node, and brokers at home on preemptible nodes that
	// a Service in the cluster takes.
	questions []string
	// The first one, for kubectl.
	service string
	beats   sync.WaitGroup
	quiet   chan struct{}
}

const (
	toNode    = 0 // denied while the node is preemptible
	toService = 1 // denied while the Service is a NodePort
	faultHome = "faults"
)

// A brokergate with a lane of its own, and the reviews that it is sent.
type cruel struct {
	*viewer
	lane    *lane
	control *cruel
	account string
	config  string
	trickle *trickle
	deny    bool // whenStale
}

// After so long without a word the view is in doubt. Something is written each second, so that there is a word.
const doubtAfter = 5

const sparePort = 30900

func admission(kind, group, resource, name, object string) string {
	return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"@UID@","kind":{"group":"` + group +
		`","version":"v1","kind":"` + kind + `"},"resource":{"group":"` + group + `","version":"v1","resource":"` + resource +
		`"},"namespace":"` + faultHome + `","name":"` + name + `","operation":"CREATE","object":` + object + `}}`
}

// The last document of a manifest, as JSON with its namespace.
func (v *viewCluster) asJSON(manifest string) string {
	parts := strings.Split(strings.TrimSuffix(strings.TrimSpace(manifest), "---"), "\n---")
	return v.feed(parts[len(parts)-1], "create", "--dry-run=client", "-n", faultHome, "-o", "json").fine().out
}

func (w *world) faultRig() *faultRig {
	if w.rig != nil {
		return w.rig
	}
	v := w.viewed()
	r := &faultRig{v: v, quiet: make(chan struct{})}
	w.rig = r
	v.feed(nodeManifest("moody", "pool: moody", "")+
		nodeManifest("fleeting", `pool: fleeting, cloud.google.com/gke-spot: "true"`, ""), "apply").fine()
	v.kubectl("create", "namespace", faultHome).fine()
	there := newKafka("mover").of(1).on("nodeSelector: {pool: moody}").advertising(outsideAt(sparePort))
	coming := newKafka("comer").of(1).on("nodeSelector: {pool: fleeting}").advertising(outsideAt(sparePort + 1))
	v.feed(there.set(), "apply", "-n", faultHome).fine()
	v.feed(coming.onNode(0, sparePort+1), "apply", "-n", faultHome).fine()
	v.kubectl("create", "configmap", "beat", "-n", faultHome).fine()
	r.service = there.onNode(0, sparePort)
	r.questions = []string{
		admission("Service", "", "services", "mover-0", v.asJSON(there.onNode(0, sparePort))),
		admission("StatefulSet", "apps", "statefulsets", "comer", v.asJSON(coming.set())),
	}
	r.beats.Add(1)
	go r.beat()
	r.control = r.add("control", "", false)
	return r
}

// Something of each resource changes each second, as in a cluster that is at work.
func (r *faultRig) beat() {
	defer r.beats.Done()
	client := &http.Client{Timeout: 3 * time.Second, Transport: r.v.client.Transport}
	for turn := 0; ; turn++ {
		select {
		case <-r.quiet:
			return
		case <-r.v.ctx.Done():
			return
		case <-time.After(time.Second):
		}
		home := "/namespaces/" + faultHome + "/"
		for _, path := range []string{"/api/v1/nodes/moody", "/api/v1" + home + "services/mover-headless",
			"/apis/apps/v1" + home + "statefulsets/mover", "/api/v1" + home + "configmaps/beat"} {
			request, err := http.NewRequest(http.MethodPatch, r.v.api+path,
				strings.NewReader(fmt.Sprintf(`{"metadata":{"annotations":{"beat":"%d"}}}`, turn)))
			if err != nil {
				continue
			}
			request.Header.Set("Content-Type", "application/merge-patch+json")
			if response, err := client.Do(request); err == nil {
				_ = response.Body.Close()
			}
		}
	}
}

func (r *faultRig) write(path, patch string) {
	code, text := r.v.send(http.MethodPatch, r.v.api+path, "application/merge-patch+json", patch)
	if code != 200 {
		failf("%d %s", code, text)
	}
}

// What was fine becomes what is denied, and the other way round.
func (r *faultRig) turn(changed bool) {
	spot, kind := "null", "NodePort"
	if changed {
		spot, kind = `"true"`, "ClusterIP"
	}
	r.write("/api/v1/nodes/moody", `{"metadata":{"labels":{"cloud.google.com/gke-spot":`+spot+`}}}`)
	ports := ""
	if changed {
		ports = `,"ports":[{"name":"outside","port":9094,"targetPort":9094,"nodePort":null}]`
	}
	r.write("/api/v1/namespaces/"+faultHome+"/services/comer-0", `{"spec":{"type":"`+kind+`"`+ports+`}}`)
}

// The kubeconfig of a service account, by way of the lane; its token and the API server's authority are in files beside
// it, as in a pod.
func (c *cruel) writeConfig() {
	c.giveToken(c.v.kubectl("create", "token", c.account, "-n", home).fine().out)
	c.give("ca.crt", c.v.shown.pem)
	config := c.v.configWith(map[string]any{"server": c.lane.url(), "certificate-authority": "ca.crt"},
		map[string]any{"tokenFile": "token"})
	c.config = c.v.file(c.name+"/kubeconfig", config)
}

// As the kubelet does: all at once.
func (c *cruel) give(name string, content []byte) {
	next := c.v.file(c.name+"/"+name+".next", content)
	check(os.Rename(next, filepath.Join(filepath.Dir(next), name)))
}

func (c *cruel) giveToken(token string) { c.give("token", []byte(strings.TrimSpace(token))) }

// One more brokergate, which is not started yet. Without an account it has no view.
func (r *faultRig) prepare(name, account string, deny bool) *cruel {
	v := r.v
	o := &viewer{v: v, name: name, port: freePort(), probes: freePort(), volume: newVolume(filepath.Join(v.work, "cruel-"+name))}
	stale := map[bool]string{true: "deny", false: "warn"}[deny]
	o.volume.set(certificateFiles(v.authority.server()))
	o.volume.set(map[string][]byte{"policy.yaml": []byte(viewPolicy(
		fmt.Sprintf("clusterView: {whenStale: %s, staleAfterSeconds: %d}", stale, doubtAfter)))})
	o.client = trusting(v.authority.pem)
	c := &cruel{viewer: o, control: r.control, account: account, deny: deny}
	r.cruel = append(r.cruel, c)
	if account != "" {
		c.lane = newLane(strings.TrimPrefix(v.api, "https://"))
		c.writeConfig()
	}
	return c
}

func (c *cruel) launch() {
	arguments := []string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", c.port), "--operations",
		fmt.Sprintf("127.0.0.1:%d", c.probes), "--policy", c.volume.path("policy.yaml"), "--cert", c.volume.path("tls.crt"),
		"--key", c.volume.path("tls.key")}
	if c.lane != nil {
		arguments = append(arguments, "--cluster-view", "--kubeconfig", c.config)
	}
	c.server = c.v.spawn("cruel-"+c.name, c.v.tools.brokergate, arguments...)
}

func (c *cruel) awaitReady(most time.Duration) time.Duration {
	began := time.Now()
	c.v.until(most, c.name+" to be ready", func() bool { return c.server.ended() || ready(c.probes) },
		func() string { return tail(c.server.text(), 10) })
	if c.server.ended() {
		failf("brokergate ended:\n%s", tail(c.server.text(), 10))
	}
	return time.Since(began)
}

// Started, ready, and asked from now on.
func (r *faultRig) add(name, account string, deny bool) *cruel {
	c := r.prepare(name, account, deny)
	c.launch()
	c.awaitReady(20 * time.Second)
	c.trickle = startTrickle(c.viewer, r.questions...)
	return c
}

func (r *faultRig) remove(c *cruel) {
	if c.trickle != nil {
		c.trickle.stop()
	}
	if c.server != nil {
		c.server.stop(syscall.SIGKILL)
	}
	if c.lane != nil {
		c.lane.close()
	}
	for i, one := range r.cruel {
		if one == c {
			r.cruel = append(r.cruel[:i:i], r.cruel[i+1:]...)
			break
		}
	}
}

func (r *faultRig) close() {
	close(r.quiet)
	for len(r.cruel) > 0 {
		r.remove(r.cruel[0])
	}
	r.beats.Wait()
}
