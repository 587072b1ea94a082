package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
)

func itoa(number int) string { return strconv.Itoa(number) }

// A request of our own, as the user that kubectl is.
func (w *world) post(url, body string) (int, string) {
	return w.send(http.MethodPost, url, "application/json", body)
}

func (w *world) send(method, url, media, body string) (int, string) {
	request, err := http.NewRequestWithContext(w.ctx, method, url, bytes.NewReader([]byte(body)))
	check(err)
	request.Header.Set("Content-Type", media)
	response, err := w.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

const outside = "PLAINTEXT://$(POD_NAME).%[1]s-headless:9092,EXTERNAL://$(POD_NAME).kafka.example.com:9094"

// The brokers of manifests/brokers.yaml are reachable from outside, and their load balancer is internal.
func (w *world) mended(namespace, name string) {
	brokers := w.get("statefulset", namespace, name)
	if wanted := fmt.Sprintf(outside, name); brokers.env(listener) != wanted {
		failf("%s is %q, expected %q", listener, brokers.env(listener), wanted)
	}
	if brokers.env("KAFKA_LISTENERS") != "PLAINTEXT://:9092,EXTERNAL://:9094" ||
		brokers.env(protocol) != "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT" {
		failf("listeners %q, protocols %q", brokers.env("KAFKA_LISTENERS"), brokers.env(protocol))
	}
	w.get("service", namespace, name+"-0").expect("Internal", "metadata", "annotations", gke)
}

func serverSide(w *world) {
	namespace := w.namespace("server-side")
	source := w.manifest("brokers.yaml", "@NAME@", "kafka")
	team := []string{"apply", "--server-side", "--field-manager=team", "-n", namespace}
	w.feed(source, team...).fine()
	w.mended(namespace, "kafka")
	// Another one owns the number of replicas and a label.
	w.feed(`{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: kafka, labels: {cost: low}}, spec: {replicas: 2}}`,
		"apply", "--server-side", "--field-manager=scaler", "-n", namespace).fine()
	w.get("statefulset", namespace, "kafka").expect("low", "metadata", "labels", "cost")
	w.mended(namespace, "kafka")
	// The source and what brokergate makes of it take turns in this request, so that the API server writes down who was
	// last and when, at most once; nothing else changes.
	w.feed(source, team...).fine()
	if after := w.get("statefulset", namespace, "kafka"); after.text("metadata", "generation") != "1" {
		failf("generation %s after the same source again", after.text("metadata", "generation"))
	}
	before := w.versions(namespace)
	w.feed(source, team...).fine()
	w.unchanged(before, w.versions(namespace))
	// A third one wants what the first has: a conflict between the two, as without brokergate.
	w.feed(strings.ReplaceAll(source, "cp-kafka:7.4.1", "cp-kafka:7.5.0"), "apply", "--server-side",
		"--field-manager=third", "-n", namespace).refused("conflict")
	w.mended(namespace, "kafka")
	// From client side to server side: kubectl takes a value that differs from the source for somebody else's, as with
	// every webhook that changes values, and wants to be told once. What brokergate has made of it stays.
	w.feed(source, "apply", "-n", w.namespace("migrated")).fine()
	w.feed(source, "apply", "--server-side", "-n", "migrated").refused("conflict", "--force-conflicts",
		`.env[name="KAFKA_ADVERTISED_LISTENERS"].value`)
	w.mended("migrated", "kafka")
	w.feed(source, "apply", "--server-side", "--force-conflicts", "-n", "migrated").fine()
	w.mended("migrated", "kafka")
	w.feed(source, "apply", "--server-side", "-n", "migrated").fine()
	w.mended("migrated", "kafka")
}

func scale(w *world) {
	before := w.product.recorder.asked(`"namespace":"added"`)
	w.kubectl("scale", "statefulset/kafka", "--replicas=5", "-n", "added").fine()
	brokers := w.get("statefulset", "added", "kafka")
	brokers.expect("5", "spec", "replicas")
	w.mended("added", "kafka")
	if after := w.product.recorder.asked(`"namespace":"added"`); after != before {
		failf("asked %d times", after-before)
	}
	w.kubectl("scale", "statefulset/kafka", "--replicas=2", "-n", "added").fine()
}

func patched(w *world) {
	// The whole value is written over.
	out := w.kubectl("set", "env", "statefulset/kafka", "-n", "added", listener+"=PLAINTEXT://$(POD_NAME).kafka-headless:9092")
	if out.code == 0 {
		w.mended("added", "kafka")
		w.say("written over: mended again")
	} else {
		out.refused("[advertised-listener]")
		w.mended("added", "kafka")
		w.say("written over: denied")
	}
	// Made public by removing the annotations.
	out = w.kubectl("annotate", "service/kafka-0", "-n", "added", gke+"-", gkeNew+"-")
	if out.code != 0 {
		out.refused("[internal-load-balancer]")
	}
	w.get("service", "added", "kafka-0").expect("Internal", "metadata", "annotations", gke)
}

func generateName(w *world) {
	namespace := w.namespace("generated")
	for range 2 {
		name := strings.TrimSpace(w.feed(w.manifest("generate-name.yaml"), "create", "-n", namespace, "-o", "name").fine().out)
		w.get("service", namespace, strings.TrimPrefix(name, "service/")).expect("Internal", "metadata", "annotations", gke)
	}
	w.feed(strings.ReplaceAll(w.manifest("external-on-purpose.yaml"), `name: "@NAME@"`, "generateName: outside-"), "create", "-n",
		namespace).refused("[internal-load-balancer] Service/outside-")
}

var helmLives int

func helmLife(w *world, helm string) {
	helmLives++
	namespace := w.namespace(fmt.Sprintf("helm-%d", helmLives))
	chart := filepath.Join(w.tools.root, "test/e2e/chart")
	run := func(arguments ...string) result {
		return w.command("", helm, append(arguments, "--namespace", namespace)...)
	}
	expect := func(tag string, replicas int) {
		brokers := w.get("statefulset", namespace, "events")
		brokers.expect("confluentinc/cp-kafka:"+tag, "spec", "template", "spec", "containers", 0, "image")
		brokers.expect(itoa(replicas), "spec", "replicas")
		brokers.contains("EXTERNAL://${HOSTNAME}.kafka.example.com:9094", "spec", "template", "spec", "containers", 0, "command", 2)
		if brokers.env("KAFKA_LISTENERS") != "PLAINTEXT://:9092,EXTERNAL://:9094" {
			failf("KAFKA_LISTENERS is %q", brokers.env("KAFKA_LISTENERS"))
		}
		for i := range replicas {
			w.get("service", namespace, fmt.Sprintf("events-%d", i)).expect("Internal", "metadata", "annotations", gke)
		}
	}
	run("install", "events", chart).fine()
	expect("7.4.1", 2)
	run("upgrade", "events", chart, "--set", "tag=7.5.0,replicas=3").fine()
	expect("7.5.0", 3)
	run("rollback", "events", "1").fine()
	expect("7.4.1", 2)
	w.absent("service", namespace, "events-2")
	before := w.versions(namespace)
	run("upgrade", "events", chart).fine()
	w.unchanged(before, w.versions(namespace))
	run("uninstall", "events").fine()
	w.absent("statefulset", namespace, "events")
}

func deleted(w *world) {
	namespace := w.namespace("deleted")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "create", "-n", namespace).fine()
	w.feed(w.manifest("web.yaml"), "create", "-n", namespace).fine()
	w.kubectl("delete", "statefulset/kafka", "-n", namespace, "--wait=true").fine()
	w.absent("statefulset", namespace, "kafka")
	w.kubectl("delete", "services,statefulsets", "--all", "-n", namespace).fine()
	if left := w.versions(namespace); len(left) != 0 {
		failf("left: %v", left)
	}
	// As one request, which no kubectl command makes.
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "create", "-n", namespace).fine()
	w.feed(w.manifest("web.yaml"), "create", "-n", namespace).fine()
	before := w.product.recorder.asked(`"namespace":"` + namespace + `"`)
	w.kubectl("delete", "--raw", "/apis/apps/v1/namespaces/"+namespace+"/statefulsets").fine().quiet()
	w.kubectl("delete", "--raw", "/api/v1/namespaces/"+namespace+"/services").fine().quiet()
	if after := w.product.recorder.asked(`"namespace":"` + namespace + `"`); after != before {
		failf("asked %d times about what is deleted", after-before)
	}
	if left := w.versions(namespace); len(left) != 0 {
		failf("left: %v", left)
	}
}

// Of what brokergate is asked about only one version is left in today's API server, so that there is nothing for
// matchPolicy Equivalent to convert; that it is stored is shown where the chart is installed.
func oldVersion(w *world) {
	w.feed(w.manifest("old-api.yaml"), "apply", "-n", "default").refused(`no matches for kind "StatefulSet"`)
	versions := parse(w.kubectl("get", "--raw", "/apis/apps").fine().out)
	if list, _ := versions["versions"].([]any); len(list) != 1 {
		failf("apps has more versions now, and the conversion can be shown: %s", versions.text("versions"))
	}
	out := w.command("", w.tools.brokergate, "lint", filepath.Join(w.tools.root, "test/e2e/manifests/old-api.yaml"))
	out.refused().shows("[removed-api]")
}
