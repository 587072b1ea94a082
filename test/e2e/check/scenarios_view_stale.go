package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Less than the time since the link of those was frozen when they are asked, more than a watch that works is silent.
const staleAfter = 40

// In namespace `name`, which a brokergate that does not hear of the API server any more answers for later: what it knows.
func (v *viewCluster) prepareStale(name string) {
	v.add(name, true, viewPolicy(fmt.Sprintf("clusterView: {staleAfterSeconds: %d, whenStale: %s}", staleAfter,
		strings.TrimPrefix(name, "stale-"))))
	p := v.place(name, "nobody")
	spot := newKafka("spot-" + name).of(1).on(onSpot)
	whole := newKafka("whole-" + name)
	p.apply(spot.set() + whole.balancers() + whole.set()).fine()
	v.caughtUp()
	v.viewers[name].link.freeze()
}

// The brokergate for `name`, silent for long enough.
func (v *viewCluster) stale(name string) place {
	o := v.viewers[name]
	most := time.Now().Add((staleAfter + 20) * time.Second)
	for o.metric("brokergate_watch_age_seconds", `resource="nodes"`) < staleAfter+1 {
		if time.Now().After(most) {
			failf("%s still hears of nodes", name)
		}
		time.Sleep(200 * time.Millisecond)
	}
	p := v.place(name, name)
	p.answeredBy(name)
	return p
}

const doubtful = "(not denied: the cluster view is in doubt: nothing heard of"

// What only an old view tells is a warning that says so; what the request itself tells is as ever.
func viewStaleWarn(w *world) {
	v := w.viewed()
	p := v.stale("stale-warn")
	port := v.port()
	p.apply(newKafka("spot-stale-warn").onNode(0, port)).fine().warned(preemptible+"spot-stale-warn-0", doubtful).dated()
	p.apply(newKafka("spot-stale-warn").of(1).on(onSpot).labelled("new").set()).fine()
	p.apply(strings.Replace(newKafka("whole-stale-warn").balancer(0, 9094),
		"statefulset.kubernetes.io/pod-name: whole-stale-warn-0", "", 1)).fine().
		warned("[broker-service-selector] Service/whole-stale-warn-0", doubtful).dated()
	p.kubectl("delete", "service/whole-stale-warn-1").fine().warned(missing + "whole-stale-warn").dated()
	p.apply(v.manifest("one-id.yaml", "@NAME@", "one")).refused("[broker-id]")
	// What it has not heard of yet is not missing.
	for i, k := range []kafka{newKafka("late-a"), newKafka("late-b")} {
		p.apply([]string{k.set() + k.balancers(), k.balancers() + k.set()}[i]).fine().quiet()
	}
	v.helm(w.tools.helm, p, "stale")
	w.say("the view was %.0f s old", v.viewers["stale-warn"].metric("brokergate_watch_age_seconds", `resource="nodes"`))
}

// The policy may want it denied; and when the API server is heard again all is as it was.
func viewStaleDeny(w *world) {
	v := w.viewed()
	p := v.stale("stale-deny")
	service := newKafka("spot-stale-deny").onNode(0, v.port())
	p.apply(service).refused(preemptible+"spot-stale-deny-0", "(denied because the policy's clusterView.whenStale is deny, "+
		"although the cluster view is in doubt: nothing heard of ").dated()
	for i, k := range []kafka{newKafka("denied-late-a"), newKafka("denied-late-b")} {
		p.apply([]string{k.set() + k.balancers(), k.balancers() + k.set()}[i]).fine()
	}
	began := time.Now()
	o := v.viewers["stale-deny"]
	o.link.thaw()
	// Half-open connections are found out when the watch should have ended.
	v.until(60*time.Second, "the view to be heard again", func() bool {
		return o.metric("brokergate_watch_age_seconds", `resource="nodes"`) < staleAfter &&
			o.metric("brokergate_watch_age_seconds", `resource="services"`) < staleAfter
	}, o.server.text)
	w.say("heard again after %.1f s", time.Since(began).Seconds())
	v.caughtUp()
	p.apply(service).refused(preemptible + "spot-stale-deny-0").dated()
	k := newKafka("denied-again")
	p.apply(k.balancers() + k.set()).fine().quiet()
}

// Without a view all is as it was before there were any: one object at a time, and no word about others.
func viewBlind(w *world) {
	v := w.viewed()
	p := v.place("blind", "blind")
	for i, k := range []kafka{newKafka("unseen-a"), newKafka("unseen-b")} {
		p.apply([]string{k.set() + k.balancers(), k.balancers() + k.set()}[i]).fine().quiet()
	}
	k, service := v.nodePortKafka("unseen-node", onStable)
	p.apply(k.set() + service).fine().quiet()
	p.kubectl("scale", "statefulset/unseen-a", "--replicas=5").fine().quiet()
	p.kubectl("delete", "service/unseen-b-1").fine().quiet()
	p.apply(v.manifest("one-id.yaml", "@NAME@", "one")).refused("[broker-id]")
	v.helm(w.tools.helm, p, "blind")
	if text := v.viewers["blind"].server.text(); strings.Contains(text, `"view_ms"`) {
		failf("a view is told of where there is none")
	}
}

// What people do with Helm, which sends Services first: `how` is "synced", "stale" or "blind".
func (v *viewCluster) helm(program string, p place, how string) {
	release := strings.ReplaceAll(p.namespace, "_", "-") + "-" + map[bool]string{true: "four", false: "three"}[program == v.tools.helm4]
	run := func(verb, name string, values ...string) result {
		words := append([]string{verb, name}, "--namespace", p.namespace)
		if verb != "uninstall" {
			words = append(words, v.tools.root+"/test/e2e/chart")
		}
		for _, value := range values {
			words = append(words, "--set-string", value)
		}
		out := v.command("", program, words...)
		v.caughtUp()
		return out
	}
	onNodes := func() []string {
		return []string{"type=NodePort", "nodePort=" + itoa(v.ports(4))}
	}
	spot := `nodeSelector.cloud\.google\.com/gke-spot=true`
	stable, node := "nodeSelector.pool=stable", onNodes()

	// Right ones: not a word, whoever answers.
	v.sentTogether(run("install", release)).fine().quiet()
	run("upgrade", release, "tag=7.5.0").fine().quiet()
	v.sentTogether(run("upgrade", release, "replicas=3")).fine().quiet()
	v.sentTogether(run("install", release+"-node", append(node, stable)...)).fine().quiet()
	run("upgrade", release+"-node", append(node, stable, "tag=7.5.0")...).fine().quiet()
	// Those that contradict themselves.
	short := run("upgrade", release, "replicas=4", "services=3").fine()
	moved := run("upgrade", release+"-node", append(node, spot)...)
	fresh := run("install", release+"-spot", append(onNodes(), spot)...)
	if how == "synced" {
		short.warned(missing + release + ": no external Service for broker 3 of 4")
		moved.refused(preemptible+release+"-node-", "on preemptible nodes", "(seen in the cluster ")
		if behind := v.behind; v.sentTogether(fresh).code == 0 && v.behind > behind {
			// A moment behind: what it let in is told by audit.
			v.audit("--policy", v.viewers["watching"].volume.path("policy.yaml")).ends(1).
				shows("Service " + p.namespace + "/" + release + "-spot-0: spec.type: deny: NodePort of broker 0 on preemptible nodes")
		} else {
			fresh.refused(preemptible+release+"-spot-", "on preemptible nodes", "(seen in the cluster ")
		}
		// And back.
		run("upgrade", release+"-node", append(node, stable)...).fine().quiet()
	} else {
		short.quiet()
		moved.fine()
		fresh.fine()
	}
	for _, one := range []string{release, release + "-node", release + "-spot"} {
		run("uninstall", one).fine()
		v.absent("statefulset", p.namespace, one)
	}
}

func viewHelm(w *world, program, name string) {
	v := w.viewed()
	v.helm(program, v.place(name, "watching"), "synced")
}

// Two replicas that see a moment of difference let in what each alone would have denied; audit tells, and both know it
// later.
func viewReplicas(w *world) {
	v := w.viewed()
	v.add("second", true, viewPolicy())
	one, two := v.viewers["watching"], v.viewers["second"]
	p, q := v.place("pair-a", "watching"), v.place("pair-b", "second")
	// Brokers on preemptible nodes, the Service for them, and a second installation with the same name.
	k, service := v.nodePortKafka("pair", onSpot)
	same := newKafka("same-name")
	p.apply(same.balancers()).fine()
	q.apply(same.balancers()).fine()
	v.caughtUp()

	one.link.freeze()
	two.link.freeze()
	var both sync.WaitGroup
	var outcomes [2]result
	for i, run := range []func() result{
		func() result { return v.feed(same.set()+k.set(), "apply", "-n", "pair-a") },
		func() result { return v.feed(same.set(), "apply", "-n", "pair-b") },
	} {
		both.Add(1)
		go func() { defer both.Done(); outcomes[i] = run() }()
	}
	both.Wait()
	outcomes[0].fine()
	outcomes[1].fine()
	// The other replica is asked about the same namespace, and has not heard of the set.
	p.answeredBy("second")
	v.feed(service, "apply", "-n", "pair-a").fine()
	one.link.thaw()
	two.link.thaw()
	v.caughtUp()

	found := v.audit("--policy", one.volume.path("policy.yaml")).ends(1)
	found.shows("Service pair-a/pair-0: spec.type: deny: NodePort of broker 0 on preemptible nodes",
		"which broker 0 of StatefulSet pair-a/same-name advertises, too")
	// Now both would have denied it.
	for _, viewer := range []string{"watching", "second"} {
		r := v.place("pair-after-"+viewer, viewer)
		r.apply(same.set()).refused("[advertised-listener] StatefulSet/same-name", "pair-").dated()
	}
	// And nobody is locked out of what is there.
	q.kubectl("label", "statefulset/same-name", "tier=gold").fine()
	p.kubectl("label", "service/pair-0", "tier=gold").fine()
}

// Decisions that rest on a view tell its age in the log, and those that do not have none.
func viewAges(w *world) {
	v := w.viewed()
	w.say("%d of %d times a set that was sent with its Services came before the view had heard of them", v.behind, v.together)
	for name, o := range v.viewers {
		told := 0
		for _, line := range strings.Split(o.server.text(), "\n") {
			if !strings.Contains(line, `"msg":"decision"`) || strings.Contains(line, `"skipped"`) {
				continue
			}
			if strings.Contains(line, `"view_ms":`) != (o.link != nil) {
				failf("%s: %s", name, line)
			}
			told++
		}
		if told == 0 {
			failf("%s has decided nothing", name)
		}
	}
}
