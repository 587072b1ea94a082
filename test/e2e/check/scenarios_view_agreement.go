package main

import (
	"fmt"
	"strings"
)

const missing = "[broker-service-missing] StatefulSet/"
const afterDeletion = "after this deletion: "

// One Service for each broker: what is not there yet is told, of what is complete nothing.
func viewEveryOrdinal(w *world) {
	v := w.viewed()
	p := v.place("every-ordinal", "watching")
	k := newKafka("each").of(3)
	p.apply(k.set()).fine().warned(missing + "each: no external Service for brokers 0, 1 and 2 of 3").dated()
	p.apply(k.balancers()).fine().quiet()
	p.apply(k.set() + k.balancers()).fine().quiet()
	// The Services first, and one of them forgotten.
	other := newKafka("two-of-three").of(3)
	p.apply(other.balancer(0, 9094) + other.balancer(1, 9094)).fine().quiet()
	p.apply(other.set()).fine().warned(missing + "two-of-three: no external Service for broker 2 of 3").dated()
	p.apply(other.balancer(2, 9094)).fine().quiet()
	p.apply(other.labelled("complete").set()).fine().quiet()
}

// A Service that is named after one broker and takes all.
func viewOneBroker(w *world) {
	v := w.viewed()
	p := v.place("one-broker", "watching")
	picking := func(k kafka, selector string) string {
		return strings.Replace(k.balancer(0, 9094), "statefulset.kubernetes.io/pod-name: "+k.name+"-0", selector, 1)
	}
	const said = "[broker-service-selector] Service/"
	k, second := newKafka("of-all"), newKafka("of-all-second")
	p.apply(k.set()).fine()
	p.apply(picking(k, "")).refused(said + "of-all-0: spec.selector: the Service named after broker 0 selects all 2 brokers").dated()
	p.apply(k.balancers()).fine().quiet()
	p.kubectl("patch", "service/of-all-0", "-p", `{"spec": {"selector": {"statefulset.kubernetes.io/pod-name": null}}}`).
		refused(said + "of-all-0: spec.selector: the Service named after broker 0 selects all 2 brokers").dated()
	p.apply(picking(second, "")).fine().quiet()
	p.apply(second.set()).refused(said + "of-all-second-0: spec.selector: the Service named after broker 0 selects all 2").dated()
	v.absent("statefulset", p.namespace, "of-all-second")
	// Another broker than there is may come by a scale.
	nobody := newKafka("of-nobody")
	p.apply(nobody.set()).fine()
	p.apply(nobody.balancer(7, 9094)).fine().quiet()
}

// Ports from what is advertised by way of the Service to what the broker binds.
func viewPorts(w *world) {
	v := w.viewed()
	p := v.place("ports", "watching")
	advertised := func(k kafka) string {
		_, external, _ := strings.Cut(p.get("statefulset", k.name).env(listener), "EXTERNAL://")
		return external
	}
	// The brokers are there: a Service that contradicts them is denied.
	k := newKafka("bound")
	p.apply(k.set()).fine()
	p.apply(strings.Replace(k.balancer(0, 9094), "targetPort: 9094", "targetPort: 9095", 1)).
		refused("[advertised-listener] StatefulSet/bound", "want it bound to 9095, where its Service leads").dated()
	p.apply(k.balancer(0, 9095)).refused("broker 0 advertises EXTERNAL://bound-0."+viewDomain+":9094, want EXTERNAL://bound-0."+
		viewDomain+":9095", "give the Service the advertised port (9094 of broker 0)").dated()
	v.absent("service", p.namespace, "bound-0")
	p.apply(k.balancers()).fine().quiet()
	p.kubectl("patch", "service/bound-0", "--type=json", "-p", `[{"op": "replace", "path": "/spec/ports/0/port", "value": 9095}]`).
		refused("[broker-service-port] Service/bound-0: spec.ports[0].port: port 9095, but broker 0 advertises").dated()
	// To another port nevertheless: the Services go, and come back behind the brokers.
	p.kubectl("delete", "service/bound-0", "service/bound-1").fine().warned(missing + "bound: " + afterDeletion + "no external Service for broker ").dated()
	p.apply(k.advertising(outsideAt(9097)).set()).fine().warned(missing + "bound").dated()
	p.apply(k.balancer(0, 9097) + k.balancer(1, 9097)).fine().quiet()
	// The Services are there: listener.port auto takes theirs, whatever the brokers were to advertise.
	for i, k := range []kafka{newKafka("other-port"), newKafka("no-listener").advertising("")} {
		port := 9095 + i
		p.apply(k.balancer(0, port) + k.balancer(1, port)).fine().quiet()
		p.apply(k.set()).fine().quiet()
		if found := advertised(k); found != outsideAt(port) {
			failf("advertised is %q, expected %q", found, outsideAt(port))
		}
		p.kubectl("label", "statefulset/"+k.name, "tier=gold").fine().quiet()
	}
	// The same with node ports.
	node, service := v.nodePortKafka("node-port", onStable)
	p.apply(node.set()).fine()
	another := v.port()
	p.apply(node.onNode(0, another)).refused(fmt.Sprintf("node-port-0.%s:%d, want EXTERNAL://node-port-0.%s:%d", viewDomain,
		node.port(), viewDomain, another)).dated()
	p.apply(service).fine().quiet()
	follows := newKafka("node-follows").of(1).on(onStable)
	another = v.port()
	p.apply(follows.onNode(0, another) + follows.set()).fine().quiet()
	if found := advertised(follows); found != outsideAt(another) {
		failf("advertised is %q, expected %q", found, outsideAt(another))
	}
}

// On premises, without a domain: what the brokers advertise is theirs, and node ports have to agree with it.
func viewOnPremises(w *world) {
	v := w.viewed()
	p := v.place("on-premises", "plain")
	advertise := func(name string, port int) kafka {
		return newKafka(name).of(1).on(onStable).advertising(fmt.Sprintf("rack1.view.acme.io:%d", port))
	}
	// The Service comes to the brokers and follows them.
	k := advertise("premises", v.port())
	p.apply(k.set()).fine()
	p.apply(k.onNode(0, v.port())).fine()
	p.get("service", "premises-0").expect(itoa(k.port()), "spec", "ports", 0, "nodePort")
	p.apply(k.set()).fine().quiet()
	// The brokers come to the Service, which is not changed by that.
	other := advertise("contradicting", v.port())
	another := v.port()
	p.apply(other.onNode(0, another)).fine().quiet()
	p.apply(other.set()).refused(fmt.Sprintf("[broker-service-port] Service/contradicting-0: spec.ports[0].nodePort: nodePort %d, "+
		"but broker 0 advertises EXTERNAL://rack1.view.acme.io:%d", another, other.port())).dated()
	p.apply(advertise("contradicting", another).set()).fine().quiet()
	// Who moves it away from them later finds it where it was.
	p.kubectl("patch", "service/contradicting-0", "--type=json", "-p",
		fmt.Sprintf(`[{"op": "replace", "path": "/spec/ports/0/nodePort", "value": %d}]`, other.port())).fine()
	p.get("service", "contradicting-0").expect(itoa(another), "spec", "ports", 0, "nodePort")
}

// Two installations and one name, in one namespace or in two.
func viewNames(w *world) {
	v := w.viewed()
	p, q := v.place("names-a", "watching"), v.place("names-b", "watching")
	k := newKafka("claimed")
	p.apply(k.balancers() + k.set()).fine().quiet()
	q.apply(k.balancers()).fine()
	q.apply(k.set()).refused("[advertised-listener] StatefulSet/claimed",
		"clients outside get claimed-0."+viewDomain+":9094, which broker 0 of StatefulSet names-a/claimed advertises, too",
		"Fix: Give each set names of its own").dated()
	// What another one would be given is taken as well as what it says.
	q.apply(k.advertising("").set()).refused("StatefulSet names-a/claimed").dated()
	// The first one is not in anybody's debt, and when it goes the name is free.
	p.kubectl("label", "statefulset/claimed", "tier=gold").fine().quiet()
	p.kubectl("delete", "statefulset/claimed").fine()
	q.apply(k.set()).fine().quiet()
	p.apply(k.set()).refused("StatefulSet names-b/claimed").dated()
	// One node port is given once, whoever asks.
	port := v.port()
	one, two := newKafka("number-a").of(1).on(onStable).advertising(outsideAt(port)), newKafka("number-b").of(1).on(onStable)
	p.apply(one.onNode(0, port) + one.set()).fine().quiet()
	q.apply(two.onNode(0, port)).refused("provided port is already allocated")
}

// Which of the doors asks what is scaled or deleted.
func viewScale(w *world) {
	v := w.viewed()
	p := v.place("scaled", "watching")
	k := newKafka("scaled")
	p.apply(k.balancers() + k.set()).fine().quiet()
	p.apply(k.of(3).set()).fine().warned(missing + "scaled: no external Service for broker 2 of 3").dated()
	p.kubectl("scale", "statefulset/scaled", "--replicas=2").fine().quiet()
	p.kubectl("scale", "statefulset/scaled", "--replicas=4").fine().
		warned(missing + "scaled: no external Service for brokers 2 and 3 of 4").dated()
	p.kubectl("scale", "statefulset/scaled", "--replicas=3").fine()
	p.apply(k.balancer(2, 9094)).fine().quiet()
	p.kubectl("scale", "statefulset/scaled", "--replicas=2").fine().quiet()
	p.kubectl("scale", "statefulset/scaled", "--replicas=3").fine().quiet()
	// Where the policy holds it, a scale brings nothing that could be waited for.
	v.viewers["watching"].use(viewPolicy("rules: {broker-service-missing: deny}"))
	p.kubectl("scale", "statefulset/scaled", "--replicas=4").refused(missing + "scaled: spec.replicas: no external Service for " +
		"broker 3 of 4").dated()
	p.get("statefulset", "scaled").expect("3", "spec", "replicas")
	p.apply(k.of(4).set()).fine().warned(missing+"scaled: no external Service for broker 3 of 4",
		"(not denied: its Services may come after it)").dated()
	v.viewers["watching"].use(viewPolicy())
	// What is no Kafka is scaled without a word.
	p.apply(v.manifest("web.yaml")).fine().quiet()
	p.kubectl("scale", "statefulset/web", "--replicas=5").fine().quiet()
}

func viewDelete(w *world) {
	v := w.viewed()
	p := v.place("deleted", "watching")
	k := newKafka("gone").of(3)
	p.apply(k.balancers() + k.set()).fine().quiet()
	p.kubectl("delete", "service/gone-1").fine().warned(missing + "gone: " + afterDeletion + "no external Service for broker 1 of 3").dated()
	// One more of them is told as well, and nothing of the first.
	p.kubectl("delete", "service/gone-2").fine().warned(missing + "gone: " + afterDeletion + "no external Service for broker 2 of 3").dated()
	p.apply(k.balancers()).fine().quiet()
	// Those who tidy up in order, or all of it at once, hear nothing.
	p.kubectl("delete", "statefulset/gone").fine().quiet()
	p.kubectl("delete", "service/gone-0", "service/gone-1").fine().quiet()
	p.apply(k.balancers() + k.set()).fine().quiet()
	p.kubectl("delete", "statefulsets,services", "--all").fine().quiet()
	p.apply(v.manifest("web.yaml")).fine().quiet()
	p.kubectl("delete", "service/web").fine().quiet()
}
