package main

import (
	"path/filepath"
	"sort"
	"strings"
)

const (
	gke      = "cloud.google.com/load-balancer-type"
	gkeNew   = "networking.gke.io/load-balancer-type"
	listener = "KAFKA_ADVERTISED_LISTENERS"
	protocol = "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"
)

func install(w *world) {
	authority := newAuthority("brokergate")
	p := &product{w: w, authority: authority, volume: newVolume(filepath.Join(w.work, "volume")), port: freePort(),
		probes: freePort(), recorded: true}
	w.product = p
	p.volume.set(certificateFiles(authority.server()))
	p.recorder = newRecorder(authority.server(), authority.pem, "https://127.0.0.1:"+itoa(p.port))
	p.install()
	for _, kind := range []string{"mutatingwebhookconfiguration", "validatingwebhookconfiguration"} {
		stored := parse(w.kubectl("get", kind, release, "-o", "json").fine().out)
		path := map[string]string{"m": "/mutate", "v": "/validate"}[kind[:1]]
		stored.expect(p.url()+path, "webhooks", 0, "clientConfig", "url")
		stored.expect("Equivalent", "webhooks", 0, "matchPolicy")
		stored.expect("None", "webhooks", 0, "sideEffects")
		stored.expect(map[string]string{"m": "Ignore", "v": "Fail"}[kind[:1]], "webhooks", 0, "failurePolicy")
	}
	w.get("deployment", home, release).expect("2", "spec", "replicas")
}

func demo(w *world) string { return filepath.Join(w.tools.root, "deploy/demo/kafka") }

func applyDemo(w *world) {
	w.kubectl("apply", "-f", demo(w)).fine().shows("statefulset.apps/kafka created", "statefulset.apps/zookeeper created",
		"service/kafka-2-external created")
	for _, ordinal := range []string{"0", "1", "2"} {
		service := w.get("service", "streaming", "kafka-"+ordinal+"-external")
		if service.annotation(gke) != "Internal" || service.annotation(gkeNew) != "Internal" {
			failf("the load balancer of broker %s is public: %s", ordinal, service.text("metadata", "annotations"))
		}
		if service.annotation("dns.alpha.kubernetes.io/internal") != "" {
			failf("the annotation that nobody reads is still there")
		}
		service.expect("kafka-"+ordinal+".kafka.example.com", "metadata", "annotations", "external-dns.kubernetes.io/hostname")
		service.expect("kafka-"+ordinal+".kafka.example.com", "metadata", "annotations",
			"external-dns.alpha.kubernetes.io/hostname")
		service.contains("kafka-"+ordinal, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
	}
	kafka := w.get("statefulset", "streaming", "kafka")
	kafka.contains("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_IP}:9092,EXTERNAL://${HOSTNAME}.kafka.example.com:9094",
		"spec", "template", "spec", "containers", 0, "command", 2)
	if kafka.env(protocol) != "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT" {
		failf("%s is %q", protocol, kafka.env(protocol))
	}
	kafka.expect("9094", "spec", "template", "spec", "containers", 0, "ports", 1, "containerPort")
	zookeeper := w.get("statefulset", "streaming", "zookeeper")
	if zookeeper.env(protocol) != "" {
		failf("ZooKeeper has been given listeners")
	}
	w.namespace("orders")
	w.kubectl("apply", "-f", filepath.Join(w.tools.root, "deploy/demo/preemptible")).fine().
		warned("[nodeport-preemptible] Service/orders-0-external")
	orders := w.get("statefulset", "orders", "orders")
	if found := orders.env(listener); !strings.Contains(found, "EXTERNAL://$(POD_NAME).kafka.example.com:31090") {
		failf("%s is %q", listener, found)
	}
}

// What kubectl says of each object: created, configured, unchanged.
func words(out string) map[string]string {
	all := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		name, word, _ := strings.Cut(line, " ")
		all[name] = word
	}
	return all
}

// kubectl says "configured" when what runs differs from the source, before it asks the API server: so where brokergate
// has replaced or taken away what the source says. (And for StatefulSets with volumeClaimTemplates whoever is there.)
func applyAgain(w *world) {
	before := w.versions("streaming")
	now := words(w.kubectl("apply", "-f", demo(w)).fine().out)
	w.unchanged(before, w.versions("streaming"))
	var others []string
	for name, word := range now {
		if word != w.words[name] {
			others = append(others, name+" "+word)
		}
	}
	sort.Strings(others)
	wanted := "service/kafka-0-external configured, service/kafka-1-external configured, service/kafka-2-external configured"
	if w.words["statefulset.apps/kafka"] == "unchanged" {
		wanted += ", statefulset.apps/kafka configured"
	}
	if found := strings.Join(others, ", "); found != wanted || len(now) != len(before) {
		failf("other words than without brokergate: %s\nexpected %s\nwithout: %v", found, wanted, w.words)
	}
	w.kubectl("apply", "-f", demo(w)).fine()
	w.unchanged(before, w.versions("streaming"))
	w.say("none of %d objects is written again; kubectl says \"configured\" of %d instead of %d", len(now),
		count(now, "configured"), count(w.words, "configured"))

	// A source that brokergate only adds to is the same for kubectl, too.
	namespace := w.namespace("added")
	source := w.manifest("brokers.yaml", "@NAME@", "kafka")
	w.feed(source, "apply", "-n", namespace).fine()
	before = w.versions(namespace)
	w.feed(source, "apply", "-n", namespace).fine().shows("service/kafka-0 unchanged")
	w.unchanged(before, w.versions(namespace))

	// A source that has what brokergate takes away.
	namespace = w.namespace("taken-away")
	source = w.manifest("commands.yaml", "@NAME@", "kafka")
	w.feed(source, "apply", "-n", namespace).fine()
	brokers := w.get("statefulset", namespace, "kafka")
	if !strings.Contains(brokers.env("KAFKA_LISTENERS"), "EXTERNAL://") || brokers.env("KAFKA_LISTENERS_COMMAND") != "" {
		failf("not mended: %s", brokers.text("spec", "template", "spec", "containers", 0, "env"))
	}
	before = w.versions(namespace)
	w.feed(source, "apply", "-n", namespace).fine()
	w.unchanged(before, w.versions(namespace))
}

func count(words map[string]string, wanted string) int {
	count := 0
	for _, word := range words {
		if word == wanted {
			count++
		}
	}
	return count
}

func diffSame(w *world) {
	for _, one := range []string{demo(w), filepath.Join(w.tools.root, "deploy/demo/preemptible")} {
		if out := w.kubectl("diff", "-f", one).fine(); out.out != "" {
			failf("expected no difference:\n%s", out)
		}
	}
	w.feed(w.manifest("brokers.yaml", "@NAME@", "other"), "diff", "-n", "added").refused().shows("+  name: other",
		gke+": Internal", "EXTERNAL://$(POD_NAME).kafka.example.com:9094")
}

func dryRun(w *world) {
	namespace := w.namespace("dry-run")
	// Not a word about what the API server makes up for show, such as a node port.
	out := w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", namespace, "--dry-run=server", "-o", "yaml").
		fine().quiet()
	out.shows(gke+": Internal", "EXTERNAL://$(POD_NAME).kafka.example.com:9094")
	w.absent("statefulset", namespace, "kafka")
	w.absent("service", namespace, "kafka-0")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "kafka"), "apply", "-n", namespace, "--dry-run=server").refused("[broker-id]")
}

func denied(w *world) {
	namespace := w.namespace("denied")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "kafka"), "apply", "-n", namespace).
		refused(`admission webhook "validate.brokergate.io" denied the request`, "[broker-id] StatefulSet/kafka",
			"spec.template.spec.containers[0].env[2].value", "broker.id is 1 for brokers 0, 1 and 2, want the pod's ordinal",
			"Fix: ")
	w.absent("statefulset", namespace, "kafka")
	w.feed(w.manifest("external-on-purpose.yaml", "@NAME@", "outside"), "apply", "-n", namespace).
		refused("[internal-load-balancer] Service/outside", gkeNew+` is "External"`, "Forbidden")
	w.absent("service", namespace, "outside")
	if w.product.recorder.asked(`"namespace":"denied"`) == 0 {
		failf("nothing was asked")
	}
	answer := w.api + "/api/v1/namespaces/denied/services"
	code, body := w.post(answer, `{"apiVersion":"v1","kind":"Service","metadata":{"name":"outside","annotations":{"`+gkeNew+
		`":"External"}},"spec":{"type":"LoadBalancer","ports":[{"port":9094}],"selector":{"app":"kafka",`+
		`"statefulset.kubernetes.io/pod-name":"kafka-0"}}}`)
	if code != 403 {
		failf("status %d, expected 403: %s", code, body)
	}
	status := parse(body)
	status.expect("Forbidden", "reason")
	status.expect("metadata.annotations["+gkeNew+"]", "details", "causes", 0, "field")
}

func notKafka(w *world) {
	namespace := w.namespace("web")
	w.feed(w.manifest("web.yaml"), "apply", "-n", namespace).fine().quiet()
	service := w.get("service", namespace, "web")
	if service.annotation(gke) != "" || service.annotation(gkeNew) != "" {
		failf("changed: %s", service.text("metadata", "annotations"))
	}
	before := w.versions(namespace)
	w.feed(w.manifest("web.yaml"), "apply", "-n", namespace).fine().shows("service/web unchanged",
		"statefulset.apps/web unchanged")
	w.unchanged(before, w.versions(namespace))
}
