package main

import "strings"

const wouldDeny = "validate.brokergate.io/would_deny"

func observe(w *world) {
	namespace := w.namespace("observe")
	w.product.install("policy.mode=observe")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).fine().quiet()
	brokers := w.get("statefulset", namespace, "kafka")
	if found := brokers.env(listener); found != "PLAINTEXT://$(POD_NAME).kafka-headless:9092" {
		failf("changed: %s is %q", listener, found)
	}
	if service := w.get("service", namespace, "kafka-0"); service.annotation(gke) != "" {
		failf("the load balancer was changed")
	}
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", namespace).fine().quiet()
	line := ""
	for _, one := range strings.Split(w.product.server.text(), "\n") {
		if strings.Contains(one, `"namespace":"observe","name":"one"`) && strings.Contains(one, "would_deny") {
			line = one
		}
	}
	if !strings.Contains(line, "broker-id") {
		failf("the log does not tell:\n%s", tail(w.product.server.text(), 6))
	}
	w.tellsAudit("create", namespace, "kafka", "mutate.brokergate.io/would_inject", "advertised-listener",
		wouldDeny, "advertised-listener")
	w.tellsAudit("create", namespace, "one", wouldDeny, "broker-id")
	stored := parse(w.kubectl("get", "validatingwebhookconfiguration", release, "-o", "json").fine().out)
	stored.expect("Ignore", "webhooks", 0, "failurePolicy")
}

func warn(w *world) {
	namespace := w.namespace("warn")
	w.product.install("policy.mode=warn")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).fine()
	w.mended(namespace, "kafka")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", namespace).fine().warned("Warning: [broker-id] StatefulSet/one")
	w.get("statefulset", namespace, "one")
	w.tellsAudit("create", namespace, "kafka", injected, "advertised-listener")
	w.tellsAudit("create", namespace, "one", wouldDeny, "broker-id")
}

func enforce(w *world) {
	namespace := w.namespace("enforce")
	w.product.install("policy.mode=enforce")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", namespace).refused("[broker-id] StatefulSet/one")
	w.absent("statefulset", namespace, "one")
	// What came in while nothing was denied can still be worked with.
	w.kubectl("label", "statefulset/one", "-n", "warn", "tier=gold").fine().warned("[broker-id]")
	w.kubectl("label", "statefulset/kafka", "-n", "observe", "tier=gold").fine().warned("[advertised-listener]")
}

func injectPod(w *world) {
	namespace := w.namespace("pods")
	w.product.install("policy.inject=pod")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).fine()
	brokers := w.get("statefulset", namespace, "kafka")
	if found := brokers.env(listener); found != "PLAINTEXT://$(POD_NAME).kafka-headless:9092" {
		failf("the template was changed: %s is %q", listener, found)
	}
	// What the StatefulSet's controller would create: there is none here.
	pod := `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kafka-1", "labels": {"app": "kafka",
		"statefulset.kubernetes.io/pod-name": "kafka-1", "apps.kubernetes.io/pod-index": "1"}, "ownerReferences": [{
		"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "kafka", "uid": "` + brokers.text("metadata", "uid") + `",
		"controller": true}]}, "spec": {"hostname": "kafka-1", "subdomain": "kafka-headless", "containers": ` +
		brokers.text("spec", "template", "spec", "containers") + `}}`
	w.feed(pod, "create", "-n", namespace).fine()
	stored := w.get("pod", namespace, "kafka-1")
	found := object{"spec": map[string]any{"template": map[string]any(stored)}}.env(listener)
	if !strings.Contains(found, "EXTERNAL://") || !strings.Contains(found, ".kafka.example.com:9094") {
		failf("the pod's %s is %q", listener, found)
	}
	// The template is the source's, so that kubectl sees none of it.
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).fine().
		shows("statefulset.apps/kafka unchanged", "service/kafka-0 unchanged")
	w.say("pod kafka-1 advertises %s", found)
	w.product.install()
}
