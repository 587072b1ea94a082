package main

import (
	"regexp"
	"strings"
)

// A namespace of the second cluster and who is asked about it.
type place struct {
	v         *viewCluster
	namespace string
}

// A namespace that brokergate `viewer` answers for.
func (v *viewCluster) place(namespace, viewer string) place {
	return place{v, v.kubectlNamespace(namespace, viewer)}
}

// From now on another one answers for it. Waits until the API server has it so.
func (p place) answeredBy(viewer string) {
	p.v.kubectlNamespace(p.namespace, viewer)
	o := p.v.viewers[viewer]
	p.v.marks++
	name := "turn-" + itoa(p.v.marks)
	last := result{}
	p.v.until(10e9, viewer+" to answer for "+p.namespace, func() bool {
		last = p.v.feed(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "`+name+
			`"}, "spec": {"ports": [{"port": 80}]}}`, "create", "-n", p.namespace, "--dry-run=server")
		return last.code == 0 && strings.Contains(o.server.text(), `"name":"`+name+`"`)
	}, func() string { return last.String() })
}

// kubectl in the namespace. Whoever watches has seen the outcome when it returns.
func (p place) kubectl(arguments ...string) result {
	out := p.v.kubectl(append(arguments, "-n", p.namespace)...)
	p.v.caughtUp()
	return out
}

func (p place) apply(manifest string) result {
	out := p.v.feed(manifest, "apply", "-n", p.namespace)
	p.v.caughtUp()
	first, set := strings.Index(manifest, "statefulset.kubernetes.io/pod-name: "), strings.Index(manifest, "kind: StatefulSet")
	if first >= 0 && first < set {
		return p.v.sentTogether(out)
	}
	return out
}

// Services and the set behind them in one go: the set may come before brokergate has heard of the last Service, a few
// milliseconds later, and then that is missing for the moment. It is counted, and taken out of what was printed.
func (v *viewCluster) sentTogether(r result) result {
	v.together++
	if r.code != 0 || !strings.Contains(r.err, missing) {
		return r
	}
	v.behind++
	var left []string
	for _, line := range strings.SplitAfter(r.err, "\n") {
		if !strings.Contains(line, missing) {
			left = append(left, line)
		}
	}
	r.err = strings.Join(left, "")
	return r
}

func (p place) get(kind, name string) object { return p.v.get(kind, p.namespace, name) }

var seen = regexp.MustCompile(`\(seen in the cluster \d+ (s|min) ago\)`)

// Whatever is told on standard error was seen in the cluster, and says how long ago.
func (r result) dated() result {
	for _, line := range strings.Split(r.err, "\n") {
		told := strings.HasPrefix(line, "Warning: [") || strings.Contains(line, "denied the request: [")
		if told && !seen.MatchString(line) {
			failf("does not tell how old the view is: %s\n%s", line, r)
		}
	}
	return r.warned("(seen in the cluster ")
}
