package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// What can go wrong around a brokergate that watches a cluster. In all of it the same reviews are asked all the time.
func faultScenarios() []scenario {
	return []scenario{
		{"faults: connections reset, lost without a word, dripping, and held up", faultLanes, false},
		{"faults: the API server is down, comes back with another authority; one brokergate starts meanwhile", faultDown, false},
		{"faults: 410 Gone, forced by compaction", faultGone, false},
		{"faults: etcd stands still", faultEtcd, false},
		{"faults: another token, an account made anew, rights taken and given", faultRights, false},
		{"faults: what was asked of the API server all the time is get, list and watch of four resources", faultAsked, false},
	}
}

func trusting(pem []byte) *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 4}}
}

// Those that all faults meet: one warns when its view is in doubt, the other denies.
func (r *faultRig) both() (warns, denies *cruel) {
	for _, c := range r.cruel {
		switch c.name {
		case "warns":
			warns = c
		case "denies":
			denies = c
		}
	}
	if warns == nil {
		warns = r.add("warns", "view", false)
		// It is the one that kubectl meets.
		r.v.feed(warns.configurations(), "apply").fine()
		r.v.kubectl("label", "namespace", faultHome, "view=warns").fine()
		r.v.until(15*time.Second, "the webhooks to be asked", func() bool {
			r.applied().fine()
			return strings.Contains(warns.server.text(), `"name":"mover-0","user":"admin"`)
		}, func() string { return tail(warns.server.text(), 5) })
	}
	if denies == nil {
		denies = r.add("denies", "view", true)
	}
	return warns, denies
}

func faultLanes(w *world) {
	r := w.faultRig()
	warns, denies := r.both()
	lost, dripping := r.add("lost", "view", false), r.add("dripping", "view", false)
	defer r.remove(lost)
	defer r.remove(dripping)
	r.calm(warns, denies, lost, dripping)
	reset, silent := r.begin("reset", warns), r.begin("lost without a word", lost)
	slow, held := r.begin("dripping", dripping), r.begin("held up for 8 s", denies)
	warns.lane.reset()
	lost.lane.lose()
	dripping.lane.drip(true)
	denies.lane.freeze()
	time.Sleep(100 * time.Millisecond)
	turned := time.Now()
	r.turn(true)
	for _, one := range []*outage{reset, silent, slow} {
		one.heals = turned
	}
	time.Sleep(8 * time.Second)
	// A view that is not to be relied on is told, and takes nobody away from behind the Service.
	denies.says(3*time.Second, "200 ok\n", "cluster view: nothing heard of Nodes for ")
	if denies.metric("brokergate_cluster_view_doubtful") != 1 || denies.metric("brokergate_ready") != 1 {
		failf("the metrics of the one that is held up say nothing of it")
	}
	held.heals = time.Now()
	denies.lane.thaw()
	r.recovers(70*time.Second, reset, held, slow, silent)
	r.applied().refused(byView)
	dripping.lane.drip(false)
}

func faultDown(w *world) {
	r := w.faultRig()
	v := r.v
	warns, denies := r.both()
	late := r.prepare("late", "view", false)
	defer r.remove(late)
	r.calm(warns, denies)
	one, other := r.begin("API server down for 8 s, another authority", warns), r.begin("the same, whenStale deny", denies)
	v.server.stop(syscall.SIGKILL)
	late.launch()
	late.trickle = startTrickle(late.viewer, r.questions...)
	time.Sleep(8 * time.Second)
	late.says(5*time.Second, "503 not ready: the cluster view is not read yet\n", "Nodes are not read yet")
	if late.server.ended() {
		failf("it ended:\n%s", tail(late.server.text(), 10))
	}
	// Without a view a review is answered by what its manifest says.
	if last := late.trickle.last(toNode); last.kind == "failed" || last.kind == "denied" {
		failf("%s: %s", last.kind, last.text)
	}
	warns.says(2*time.Second, "200 ok\n", "cluster view: nothing heard of ")
	for _, c := range []*cruel{warns, denies, late} {
		c.lane.freeze()
	}
	v.shown = v.successor
	serving := v.shown.server()
	v.file("api.crt", serving.certificate)
	v.file("api.key", serving.key)
	v.startServerUncached()
	r.turn(true)
	for _, c := range []*cruel{warns, denies, late} {
		c.lane.thaw()
	}
	// Whoever has the authority of before trusts nothing that is said under its name.
	for _, c := range []*cruel{warns, denies, late} {
		v.until(20*time.Second, c.name+" to meet an authority it does not know", func() bool {
			return strings.Contains(c.server.text(), "its certificate is not accepted: ")
		}, c.explain)
	}
	late.says(time.Second, "503 not ready: the cluster view is not read yet\n")
	now := time.Now()
	one.heals, other.heals = now, now
	for _, c := range []*cruel{warns, denies, late} {
		c.give("ca.crt", v.shown.pem)
	}
	late.awaitReady(60 * time.Second)
	v.say("started while it was down: ready %.1f s after it was given the authority", time.Since(now).Seconds())
	r.recovers(60*time.Second, one, other)
	r.applied().refused(byView)
	v.until(5*time.Second, "the late one to judge as the others do", func() bool {
		return late.trickle.last(toNode).kind == "denied" && late.trickle.last(toService).kind == "passed"
	}, late.explain)
}

// From then on a watch is etcd's own: what etcd has forgotten is gone.
func (v *viewCluster) startServerUncached() {
	if !v.uncached() {
		v.arguments = append(v.arguments, uncached)
	}
	v.startServer()
}

const uncached = "--watch-cache=false"

func (v *viewCluster) uncached() bool { return slices.Contains(v.arguments, uncached) }

func (v *viewCluster) etcd() (url string, server *process) {
	for _, one := range v.processes {
		if strings.HasSuffix(one.log, "/etcd.log") {
			server = one
		}
	}
	for i, one := range v.arguments {
		if one == "--etcd-servers" {
			url = v.arguments[i+1]
		}
	}
	return url, server
}

// Everything before now is forgotten by etcd.
func (v *viewCluster) compact() {
	url, _ := v.etcd()
	plain := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: nil}}
	call := func(path, body string) string {
		response, err := plain.Post(url+path, "application/json", strings.NewReader(body))
		check(err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		check(err)
		if response.StatusCode != 200 {
			failf("%s: %d %s", path, response.StatusCode, text)
		}
		return string(text)
	}
	found := regexp.MustCompile(`"revision":"(\d+)"`).FindStringSubmatch(call("/v3/kv/range", `{"key":"AA=="}`))
	if found == nil {
		failf("etcd tells no revision")
	}
	call("/v3/kv/compaction", `{"revision":"`+found[1]+`","physical":true}`)
}

func faultGone(w *world) {
	r := w.faultRig()
	warns, denies := r.both()
	if !r.v.uncached() {
		r.v.server.stop(syscall.SIGKILL)
		r.v.startServerUncached()
	}
	r.calm(warns, denies)
	gone := func(c *cruel) float64 { return c.metric("brokergate_watch_errors_total", `reason="gone"`) }
	lists := func(c *cruel) float64 { return c.metric("brokergate_watch_lists_total") }
	goneBefore, listsBefore := gone(warns)+gone(denies), lists(warns)+lists(denies)
	var all []*outage
	for _, c := range []*cruel{warns, denies} {
		all = append(all, r.begin("410 Gone, "+c.name, c))
		c.lane.freeze()
	}
	r.turn(true)
	// The place that was reached is before these, and they are before what etcd still knows.
	for range 5 {
		time.Sleep(300 * time.Millisecond)
		r.v.kubectl("annotate", "service/comer-0", "-n", faultHome, "--overwrite", fmt.Sprintf("at=%d", time.Now().UnixNano())).fine()
	}
	// Whoever applies something meanwhile is answered by what is known.
	r.applied().fine()
	r.v.compact()
	for _, one := range all {
		one.c.lane.reset()
		one.heals = time.Now()
		one.c.lane.thaw()
	}
	r.recovers(40*time.Second, all...)
	r.applied().refused(byView)
	if gone(warns)+gone(denies) == goneBefore || lists(warns)+lists(denies) == listsBefore {
		failf("nobody met 410 Gone:\n%s", tailOfWatch(warns.server.text()))
	}
	r.v.say("410 was met %v times, %v lists were read again", gone(warns)+gone(denies)-goneBefore,
		lists(warns)+lists(denies)-listsBefore)
}

func faultEtcd(w *world) {
	r := w.faultRig()
	warns, denies := r.both()
	r.calm(warns, denies)
	_, etcd := r.v.etcd()
	one, other := r.begin("etcd stands still for 7 s", warns), r.begin("etcd stands still for 7 s, whenStale deny", denies)
	check(etcd.command.Process.Signal(syscall.SIGSTOP))
	resume := sync.OnceFunc(func() { _ = etcd.command.Process.Signal(syscall.SIGCONT) })
	defer resume()
	time.Sleep(7 * time.Second)
	resume()
	r.v.until(30*time.Second, "the API server to write again", func() bool {
		return healthy(r.v.client, r.v.api+"/readyz")
	}, func() string { return tail(r.v.server.text(), 5) })
	now := time.Now()
	one.heals, other.heals = now, now
	r.turn(true)
	r.recovers(45*time.Second, one, other)
	r.applied().refused(byView)
}
