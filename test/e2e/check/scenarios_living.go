package main

import "strings"

// A public load balancer that has its address, brokers without a name for outside, one of them on its way out.
func before(w *world) {
	w.namespace("streaming")
	w.kubectl("apply", "-f", demo(w)).fine()
	w.words = words(w.kubectl("apply", "-f", demo(w)).fine().out)
	w.kubectl("delete", "-f", demo(w)).fine()
	w.namespace("living")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", "living").fine()
	// What the API server fills in is a conflict without any webhook: see drift().
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "--server-side", "--dry-run=server", "-n", "living").
		refused("Apply failed with 1 conflict: ", `env[name="POD_NAME"].valueFrom.fieldRef`)
	w.kubectl("patch", "service/kafka-0", "-n", "living", "--subresource=status", "--type=merge", "-p",
		`{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}}}`).fine()
	w.feed(w.manifest("one-id.yaml", "@NAME@", "leaving"), "create", "-n", "living").fine()
	w.kubectl("patch", "statefulset/leaving", "-n", "living", "--type=merge", "-p",
		`{"metadata": {"finalizers": ["example.com/backup"]}}`).fine()
	w.kubectl("delete", "statefulset/leaving", "-n", "living", "--wait=false").fine()
	if w.get("statefulset", "living", "leaving").text("metadata", "deletionTimestamp") == "" {
		failf("the finalizer does not hold it")
	}
}

// To make it internal would give it another address, so that is left to people.
func liveService(w *world) {
	w.kubectl("label", "service/kafka-0", "-n", "living", "tier=gold").fine().warned("internal-load-balancer")
	service := w.get("service", "living", "kafka-0")
	service.expect("gold", "metadata", "labels", "tier")
	service.expect("203.0.113.7", "status", "loadBalancer", "ingress", 0, "ip")
	if service.annotation(gke) != "" || service.annotation(gkeNew) != "" {
		failf("the live load balancer was changed: %s", service.text("metadata", "annotations"))
	}
	// Whoever does it by hand would take the address from all clients.
	w.kubectl("annotate", "service/kafka-0", "-n", "living", "--dry-run=server", gke+"=Internal").
		refused("[live-load-balancer-change]")
	// The address comes through the status, which is no business of brokergate's.
	before := w.product.recorder.asked(`"namespace":"living"`)
	w.kubectl("patch", "service/kafka-0", "-n", "living", "--subresource=status", "--type=merge", "-p",
		`{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.8"}]}}}`).fine().quiet()
	w.get("service", "living", "kafka-0").expect("203.0.113.8", "status", "loadBalancer", "ingress", 0, "ip")
	if after := w.product.recorder.asked(`"namespace":"living"`); after != before {
		failf("asked %d times about a status", after-before)
	}
}

func liveBrokers(w *world) {
	source := w.manifest("brokers.yaml", "@NAME@", "kafka")
	old := w.get("statefulset", "living", "kafka")
	w.kubectl("label", "statefulset/kafka", "-n", "living", "tier=gold").fine().warned("[advertised-listener]")
	brokers := w.get("statefulset", "living", "kafka")
	brokers.expect("gold", "metadata", "labels", "tier")
	brokers.expect(old.text("spec", "template"), "spec", "template")
	// Another image is a new template: the fault is still the old one.
	w.feed(strings.ReplaceAll(source, "7.4.1", "7.4.2"), "apply", "-n", "living").fine()
	brokers = w.get("statefulset", "living", "kafka")
	brokers.expect("confluentinc/cp-kafka:7.4.2", "spec", "template", "spec", "containers", 0, "image")
	w.kubectl("scale", "statefulset/kafka", "-n", "living", "--replicas=3").fine().quiet()
	w.kubectl("rollout", "restart", "statefulset/kafka", "-n", "living").fine()
}

// What a controller writes about what it sees.
func statusOfBrokers(w *world) {
	before := w.product.recorder.asked(`"namespace":"living"`)
	w.kubectl("patch", "statefulset/kafka", "-n", "living", "--subresource=status", "--type=merge", "-p",
		`{"status": {"replicas": 2, "readyReplicas": 1}}`).fine().quiet()
	w.get("statefulset", "living", "kafka").expect("1", "status", "readyReplicas")
	if after := w.product.recorder.asked(`"namespace":"living"`); after != before {
		failf("asked %d times about a status", after-before)
	}
}

func terminating(w *world) {
	before := w.product.recorder.all()
	// Worse than it was: nobody minds any more.
	w.kubectl("set", "env", "statefulset/leaving", "-n", "living", listener+"=PLAINTEXT://localhost:9092").fine().quiet()
	w.kubectl("patch", "statefulset/leaving", "-n", "living", "--type=merge", "-p", `{"metadata": {"finalizers": null}}`).fine().
		quiet()
	w.absent("statefulset", "living", "leaving")
	// The webhook that could hold it up is not asked, the other one says nothing.
	for _, one := range w.product.recorder.all()[len(before):] {
		if !strings.Contains(string(one.question), `"namespace":"living"`) {
			continue
		}
		if one.path != "/mutate" || strings.Contains(string(one.answer), `"patch"`) {
			failf("%s was asked about what is being deleted, and said %s", one.path, one.answer)
		}
	}
	// Deleted in the foreground, with a finalizer of the API server's own.
	namespace := w.namespace("leaving")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "create", "-n", namespace).fine()
	w.kubectl("delete", "statefulset/kafka", "-n", namespace, "--cascade=foreground", "--wait=false").fine()
	w.get("statefulset", namespace, "kafka").expect(`["foregroundDeletion"]`, "metadata", "finalizers")
	w.kubectl("patch", "statefulset/kafka", "-n", namespace, "--type=json", "-p",
		`[{"op": "remove", "path": "/metadata/finalizers"}]`).fine().quiet()
	w.absent("statefulset", namespace, "kafka")
}
