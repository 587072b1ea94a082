package main

// In a cluster of their own, which the first of them makes.
func viewScenarios() []scenario {
	return []scenario{
		{"view: audit says of a cluster what lint says of the same files: the demo and every fixture", viewAudit, false},
		{"view: brokergates that watch a cluster with nodes are ready", viewReady, true},
		{"view: a NodePort Service for brokers on preemptible nodes is denied, and says why", viewServiceToSpot, false},
		{"view: brokers behind a NodePort Service that come to preemptible nodes, or move there, are denied", viewBrokersToSpot,
			false},
		{"view: NodePort on nodes that stay, in either order, with no word but for what is missing", viewStable, false},
		{"view: preemptible.mayLand and nodePools of the policy", viewMayLand, false},
		{"view: a pool turns preemptible below brokers: nobody is held up, and audit tells", viewPoolTurns, false},
		{"view: a cluster with OpenReports takes what audit reports, and loses what is mended", viewReports, false},
		{"view: a Service for every ordinal, in either order: missing is told, complete is not", viewEveryOrdinal, false},
		{"view: a Service of one broker that takes all of them is denied, in either order", viewOneBroker, false},
		{"view: ports end to end, in either order; listener.port auto takes the Service's", viewPorts, false},
		{"view: on premises without a domain: node ports and what is advertised agree", viewOnPremises, false},
		{"view: one name outside for two installations is denied, one node port is given once", viewNames, false},
		{"view: scaled beyond the Services, by apply and by kubectl scale", viewScale, false},
		{"view: a Service deleted below a broker that is reached through it is told", viewDelete, false},
		{"view: helm 3, right and contradicting releases", func(w *world) { viewHelm(w, w.tools.helm, "helm-three") }, false},
		{"view: helm 4, right and contradicting releases", func(w *world) { viewHelm(w, w.tools.helm4, "helm-four") }, false},
		{"view: none at all: one object at a time, as before, by kubectl and helm", viewBlind, false},
		{"view: stale under whenStale warn: warnings with the reason, no wrong word, by kubectl and helm", viewStaleWarn, false},
		{"view: stale under whenStale deny, and heard again", viewStaleDeny, false},
		{"view: two replicas a moment apart: what both let in, audit finds", viewReplicas, false},
		{"view: every decision tells how old its view was", viewAges, false},
	}
}

// Everything that a cloud gives a cluster with two pools: nodes that stay and nodes that may go at any time.
const viewNodes = 5

func viewReady(w *world) {
	v := w.viewed()
	v.register(nodeManifest("stable-1", "pool: stable", "") + nodeManifest("stable-2", "pool: stable", "") +
		nodeManifest("spot-1", `pool: spot, cloud.google.com/gke-spot: "true"`, "") +
		nodeManifest("spot-2", `pool: spot, cloud.google.com/gke-spot: "true"`, "") +
		nodeManifest("spot-3", `pool: tainted, cloud.google.com/gke-spot: "true"`,
			`{key: cloud.google.com/gke-spot, value: "true", effect: NoSchedule}`))
	v.add("watching", true, viewPolicy())
	v.add("blind", false, viewPolicy())
	v.add("plain", true, plainPolicy)
	v.prepareStale("stale-warn")
	v.prepareStale("stale-deny")
	v.caughtUp()
	if found := v.viewers["watching"].metric("brokergate_watch_objects", `resource="nodes"`); found != viewNodes {
		failf("%v nodes are known, expected %d", found, viewNodes)
	}
}
