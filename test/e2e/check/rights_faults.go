package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"
)

const faultRole = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: fickle}
rules:
  - {apiGroups: [""], resources: [%s], verbs: [get, list, watch]}
  - {apiGroups: [apps], resources: [statefulsets], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: fickle}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: fickle}
subjects: [{kind: ServiceAccount, name: fickle, namespace: ` + home + `}]
`

func (r *faultRig) mayRead(resources string) {
	r.v.feed(fmt.Sprintf(faultRole, resources), "apply").fine()
}

const allOfThem = "nodes, services, configmaps"

func faultRights(w *world) {
	r := w.faultRig()
	v := r.v
	v.kubectl("create", "serviceaccount", "fickle", "-n", home).fine()
	r.mayRead(allOfThem)
	// One loses its token, the other its rights, a third begins without.
	renewed, robbed := r.add("renewed", "view", false), r.add("robbed", "fickle", false)
	defer r.remove(renewed)
	defer r.remove(robbed)
	r.calm(renewed, robbed)

	// The kubelet replaces a token before it ends; here the old one is no good any more, and the new one is late.
	token := r.begin("token no good for 7 s", renewed)
	account := renewed.account
	renewed.giveToken("not.a.token")
	renewed.lane.reset()
	right := r.begin("no right to nodes and configmaps", robbed)
	r.mayRead("services")
	robbed.lane.reset()
	// What it has read stays in use, and is in doubt once it is old.
	robbed.says(10*time.Second, "200 ok\n", "nothing heard of Nodes for ",
		" s, which may not be read; nothing heard of ConfigMaps for ")
	for _, resource := range []string{"nodes", "configmaps"} {
		if robbed.metric("brokergate_watch_forbidden", `resource="`+resource+`"`) != 1 {
			failf("the metrics do not tell that %s are forbidden", resource)
		}
	}
	without := r.prepare("without", "fickle", false)
	defer r.remove(without)
	without.launch()
	v.say("started without a right to nodes and configmaps: ready after %.1f s", without.awaitReady(20*time.Second).Seconds())
	without.trickle = startTrickle(without.viewer, r.questions...)
	without.says(5*time.Second, "200 ok\n", "forbids it: Nodes, ConfigMaps")
	v.until(20*time.Second, "the one with a bad token to be in doubt, and the one without rights to answer", func() bool {
		return renewed.trickle.last(toService).kind == "doubted" && robbed.trickle.last(toService).kind == "doubted" &&
			without.trickle.last(toNode).kind != ""
	}, func() string { return renewed.explain() + robbed.explain() })
	// A manifest that asks for preemptible nodes is denied without anybody's view.
	if last := without.trickle.last(toNode); last.kind != "passed" && last.kind != "doubted" {
		failf("%s: %s", last.kind, last.text)
	}
	// Services it may still read.
	right.sees = time.Now()
	r.turn(true)
	r.mayRead(allOfThem)
	right.heals = time.Now()
	renewed.giveToken(v.kubectl("create", "token", account, "-n", home).fine().out)
	token.heals = time.Now()
	r.recovers(60*time.Second, token, right)
	v.until(60*time.Second, "the one that began without rights to have them", func() bool {
		return without.trickle.last(toNode).kind == "denied" && without.condition() == "200 ok\n"
	}, without.explain)

	// The account is deleted and made anew: its old token is refused.
	r.calm(robbed)
	deleted := r.begin("account made anew, its token late", robbed)
	v.kubectl("delete", "serviceaccount", "fickle", "-n", home).fine()
	v.kubectl("create", "serviceaccount", "fickle", "-n", home).fine()
	// A token that was used lately is taken for a while.
	refused := func(resource string) bool {
		return robbed.metric("brokergate_watch_errors_total", `reason="unauthorized"`, `resource="`+resource+`"`) > 0
	}
	v.until(30*time.Second, "the old token to be refused", func() bool {
		robbed.lane.reset()
		time.Sleep(300 * time.Millisecond)
		return refused("nodes") && refused("services")
	}, robbed.explain)
	r.turn(true)
	robbed.says(20*time.Second, "200 ok\n", "nothing heard of Nodes for ", "nothing heard of Services for ")
	robbed.giveToken(v.kubectl("create", "token", "fickle", "-n", home).fine().out)
	deleted.heals = time.Now()
	r.recovers(60*time.Second, deleted)
}

func faultAsked(w *world) {
	r := w.faultRig()
	warns, _ := r.both()
	// A set that turns up and mounts a ConfigMap which nobody wanted before: that is read by itself.
	reader := newKafka("reader").of(1).set()
	reader = strings.Replace(reader, "          env:\n", "          volumeMounts: [{name: settings, mountPath: /settings}]\n          env:\n", 1)
	reader = strings.Replace(reader, "      containers:\n", "      volumes: [{name: settings, configMap: {name: beat}}]\n      containers:\n", 1)
	r.v.feed(reader, "apply", "-n", faultHome).fine()
	r.v.until(15*time.Second, "the ConfigMap to be read", func() bool {
		return warns.metric("brokergate_watch_events_total", `resource="configmaps"`, `type="fetched"`) > 0
	}, warns.explain)
	time.Sleep(300 * time.Millisecond)
	file, err := os.ReadFile(r.v.auditLog)
	check(err)
	counts := map[string]int{}
	for _, line := range strings.Split(string(file), "\n") {
		if !strings.Contains(line, `"username":"system:serviceaccount:`+home+`:view"`) {
			continue
		}
		event := parse(line)
		if event.text("stage") == "ResponseStarted" {
			continue
		}
		what := event.text("verb") + " " + event.text("objectRef", "resource") + event.text("objectRef", "subresource")
		counts[what]++
	}
	total := 0
	for what, count := range counts {
		total += count
		if !regexp.MustCompile(`^(get|list|watch) (nodes|services|configmaps|statefulsets)$`).MatchString(what) {
			failf("%s was asked %d times", what, count)
		}
	}
	for _, resource := range []string{"nodes", "services", "configmaps", "statefulsets"} {
		if counts["list "+resource] == 0 || counts["watch "+resource] == 0 {
			failf("no list or watch of %s in the audit log: %v", resource, counts)
		}
	}
	if counts["get configmaps"] == 0 {
		failf("no single ConfigMap was asked for: %v", counts)
	}
	r.v.say("%d requests: %v", total, counts)
	r.v.kubectl("delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", "view-warns").fine()
	// Nobody else needs these nodes.
	r.close()
	w.rig = nil
	r.v.kubectl("delete", "namespace", faultHome, "--wait=false").fine()
	r.v.kubectl("delete", "node", "moody", "fleeting").fine()
}
