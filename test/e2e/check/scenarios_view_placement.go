package main

import "strings"

// One broker that is reached at its node's port.
func (v *viewCluster) nodePortKafka(name, placement string) (k kafka, service string) {
	port := v.port()
	k = newKafka(name).of(1).on(placement).advertising(outsideAt(port))
	return k, k.onNode(0, port)
}

const preemptible = "[nodeport-preemptible] Service/"

// Item: the Service comes to brokers that are there.
func viewServiceToSpot(w *world) {
	v := w.viewed()
	p := v.place("service-to-spot", "watching")
	k, service := v.nodePortKafka("to-spot", onSpot)
	p.apply(k.set()).fine().warned("[broker-service-missing]").dated()
	p.apply(service).refused(preemptible+"to-spot-0: spec.type: NodePort of broker 0 on preemptible nodes",
		"StatefulSet service-to-spot/to-spot: nodeSelector cloud.google.com/gke-spot=true",
		"all 2 schedulable nodes carry cloud.google.com/gke-spot=true", "Fix: Expose the brokers by internal load balancers").dated()
	v.absent("service", p.namespace, "to-spot-0")
	// A load balancer is no node's port, and nobody says a word.
	p.apply(k.balancer(0, k.port())).fine().quiet()
	// What was one becomes the other.
	p.kubectl("patch", "service/to-spot-0", "-p", `{"spec": {"type": "NodePort"}}`).refused(preemptible + "to-spot-0").dated()
	p.get("service", "to-spot-0").expect("LoadBalancer", "spec", "type")
}

// The Service is there, and the brokers come, or move.
func viewBrokersToSpot(w *world) {
	v := w.viewed()
	p := v.place("brokers-to-spot", "watching")
	k, service := v.nodePortKafka("moving", onSpot)
	p.apply(service).fine().quiet()
	p.apply(k.set()).refused(preemptible + "moving-0: spec.type: NodePort of broker 0 on preemptible nodes").dated()
	v.absent("statefulset", p.namespace, "moving")
	p.apply(k.on(onStable).set()).fine().quiet()
	p.apply(k.set()).refused(preemptible+"moving-0", "all 2 schedulable nodes").dated()
	p.kubectl("patch", "statefulset/moving", "-p", `{"spec": {"template": {"spec": {"nodeSelector": {"pool": null}}}}}`).
		refused(preemptible+"moving-0: spec.type: NodePort of broker 0 on nodes some of which are preemptible",
			"no nodeSelector; 2 of 4 schedulable nodes carry cloud.google.com/gke-spot=true").dated()
	p.apply(k.on(`nodeSelector: {pool: tainted}
      tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}]`).set()).refused(preemptible + "moving-0").dated()
	p.get("statefulset", "moving").expect(`{"pool":"stable"}`, "spec", "template", "spec", "nodeSelector")
	// Whoever changes something else is not held up.
	p.kubectl("label", "statefulset/moving", "tier=gold").fine().quiet()
	p.kubectl("label", "service/moving-0", "tier=gold").fine().quiet()
}

func viewStable(w *world) {
	v := w.viewed()
	p := v.place("stable", "watching")
	for i, placement := range []string{onStable, `affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{matchExpressions: [{key: cloud.google.com/gke-spot, operator: DoesNotExist}]}]}}}`} {
		for _, serviceFirst := range []bool{true, false} {
			k, service := v.nodePortKafka("staying-"+itoa(i)+map[bool]string{true: "-a", false: "-b"}[serviceFirst], placement)
			if serviceFirst {
				p.apply(service + k.set()).fine().quiet()
				continue
			}
			p.apply(k.set()).fine().warned("[broker-service-missing]").dated()
			p.apply(service).fine().quiet()
			p.apply(k.set() + service).fine().quiet()
		}
	}
}

// What the policy allows, and pools that have no node at the moment.
func viewMayLand(w *world) {
	v := w.viewed()
	p := v.place("may-land", "watching")
	k, service := v.nodePortKafka("perhaps", "")
	p.apply(k.set()).fine()
	p.apply(service).refused(preemptible + "perhaps-0: spec.type: NodePort of broker 0 on nodes some of which are preemptible").
		dated()
	burst, burstService := v.nodePortKafka("burst", "nodeSelector: {pool: burst}")
	p.apply(burst.set()).fine()
	v.viewers["watching"].use(viewPolicy("preemptible: {mayLand: warn}",
		"nodePools: [{name: burst, preemptible: true, labels: {pool: burst}}]"))
	p.apply(service).fine().warned(preemptible+"perhaps-0", "(not denied: the policy's preemptible.mayLand is warn)").dated()
	p.apply(burstService).refused(preemptible+"burst-0", "burst").dated()
	v.viewers["watching"].use(viewPolicy())
	// It was allowed once, and stays so.
	p.kubectl("label", "service/perhaps-0", "tier=gold").fine()
}

// A pool changes below brokers that were there before.
func viewPoolTurns(w *world) {
	v := w.viewed()
	p := v.place("turning", "watching")
	k, service := v.nodePortKafka("turned", "nodeSelector: {pool: turning}")
	v.register(nodeManifest("turning-1", "pool: turning", "") + nodeManifest("turning-2", "pool: turning", ""))
	p.apply(service + k.set()).fine().quiet()
	reported := func() bool {
		return strings.Contains(v.audit("-o", "text", "--policy", v.viewers["watching"].volume.path("policy.yaml")).out,
			"Service turning/turned-0: spec.type: deny: NodePort of broker 0 on preemptible nodes")
	}
	if reported() {
		failf("audit tells of nodes that stay")
	}
	v.nodes(func() result {
		return v.kubectl("label", "nodes", "-l", "pool=turning", "cloud.google.com/gke-spot=true")
	})
	// Nobody who changes something else is blamed, also not by a warning.
	p.apply(service + k.labelled("new").set()).fine().quiet()
	p.kubectl("scale", "statefulset/turned", "--replicas=1").fine().quiet()
	out := v.audit("--policy", v.viewers["watching"].volume.path("policy.yaml")).ends(1)
	out.shows("Service turning/turned-0: spec.type: deny: NodePort of broker 0 on preemptible nodes",
		"all 2 schedulable nodes carry cloud.google.com/gke-spot=true", "[nodeport-preemptible]")
	w.say("audit: %s", tail(out.out, 1))
	v.nodes(func() result { return v.kubectl("label", "nodes", "-l", "pool=turning", "cloud.google.com/gke-spot-") })
	if reported() {
		failf("audit still tells of nodes that stay")
	}
}
