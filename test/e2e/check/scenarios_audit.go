package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

const (
	injected = "mutate.brokergate.io/injected"
	refusal  = "validate.brokergate.io/denied"
	warning  = "validate.brokergate.io/warned"
)

// What rules did stands in the audit log, ids only, beside who asked for it.
func audited(w *world) {
	namespace := w.namespace("audit")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).fine()
	w.tellsAudit("create", namespace, "kafka", injected, "advertised-listener")
	w.tellsAudit("create", namespace, "kafka-0", injected, "internal-load-balancer")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", namespace).refused("[broker-id]")
	w.tellsAudit("create", namespace, "one", refusal, "broker-id")
	w.feed(w.manifest("web.yaml"), "apply", "-n", namespace).fine()
	w.tellsAudit("create", namespace, "web")
	w.kubectl("label", "service/kafka-0", "-n", "living", "audit=yes").fine().warned("[internal-load-balancer]")
	w.tellsAudit("patch", "living", "kafka-0", warning, "internal-load-balancer")
}

// Who was asked in a round, and whether it changed anything, as the API server's audit log tells.
type asked struct {
	Configuration, Webhook string
	Mutated                bool
}

func rounds(annotations map[string]string, round int) []asked {
	var out []asked
	for i := 0; ; i++ {
		text, there := annotations[fmt.Sprintf("mutation.webhook.admission.k8s.io/round_%d_index_%d", round, i)]
		if !there {
			return out
		}
		var one asked
		check(json.Unmarshal([]byte(text), &one))
		out = append(out, one)
	}
}

func said(all []asked) string {
	var out []string
	for _, one := range all {
		out = append(out, fmt.Sprintf("%s %v", one.Configuration, one.Mutated))
	}
	return strings.Join(out, ", ")
}

// A webhook after ours adds a container in front, undoes what we did, or both: we are asked again.
func reinvoked(w *world) {
	namespace := w.namespace("meshed")
	w.kubectl("label", "namespace", namespace, "mesh=yes").fine()
	mesh := w.startInjector()
	defer mesh.stop(w)
	w.until(15*time.Second, "the mesh to be asked", func() bool {
		w.feed(`{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "any"}, "spec": {"ports": [{"port": 80}]}}`, "create",
			"-n", namespace, "--dry-run=server").fine()
		return mesh.times() > 0
	}, func() string { return "" })

	expect := func(name, rounds0, rounds1 string) {
		annotations := w.audited("create", namespace, name)
		if zero, one := said(rounds(annotations, 0)), said(rounds(annotations, 1)); zero != rounds0 || one != rounds1 {
			failf("%s: first %q, then %q, expected %q and %q", name, zero, one, rounds0, rounds1)
		}
	}
	right := func(name string) {
		stored := w.get("statefulset", namespace, name)
		stored.expect("proxy", "spec", "template", "spec", "containers", 0, "name")
		stored.expect("broker", "spec", "template", "spec", "containers", 1, "name")
		values := map[string]string{}
		list, _ := stored.at("spec", "template", "spec", "containers", 1, "env").([]any)
		for _, entry := range list {
			key, _ := dig(entry, "name").(string)
			values[key], _ = dig(entry, "value").(string)
		}
		if len(values) != len(list) {
			failf("a variable stands twice: %v", list)
		}
		if wanted := fmt.Sprintf(outside, name); values[listener] != wanted {
			failf("%s is %q, expected %q", listener, values[listener], wanted)
		}
		if values["KAFKA_LISTENERS"] != "PLAINTEXT://:9092,EXTERNAL://:9094" {
			failf("KAFKA_LISTENERS is %q", values["KAFKA_LISTENERS"])
		}
		if ports, _ := stored.at("spec", "template", "spec", "containers", 1, "ports").([]any); len(ports) != 2 {
			failf("ports: %v", ports)
		}
		w.get("service", namespace, name+"-0").expect("Internal", "metadata", "annotations", gke)
	}

	source := w.manifest("brokers.yaml", "@NAME@", "kafka")
	w.feed(source, "apply", "-n", namespace).fine().quiet()
	// What we made stays right behind a container in front, and is not made again.
	expect("kafka", release+" true, "+injectorName+" true", release+" false")
	// What was taken away comes back.
	expect("kafka-0", release+" true, "+injectorName+" true", release+" true")
	right("kafka")
	source = strings.Replace(w.manifest("brokers.yaml", "@NAME@", "reset"), "  labels: {", `  labels: {reset: "yes", `, 1)
	w.feed(source, "apply", "-n", namespace).fine()
	expect("reset", release+" true, "+injectorName+" true", release+" true")
	right("reset")
	// Nothing is written when the same comes again.
	before := w.versions(namespace)
	w.feed(source, "apply", "-n", namespace).fine()
	w.unchanged(before, w.versions(namespace))
}
