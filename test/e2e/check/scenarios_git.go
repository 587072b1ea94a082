package main

import "strings"

// What Flux and Argo CD do over and over with what Git says. Both ask the API server what an apply would come to and
// compare that with what runs (Argo CD with ServerSideDiff and IncludeMutationWebhook): where these are equal, there is
// no drift, and nothing is applied again.
func drift(w *world) {
	for _, source := range []string{"brokers.yaml", "commands.yaml", "web.yaml"} {
		text := w.manifest(source, "@NAME@", "kafka")
		// Flux: on the server's side from the first day.
		namespace := w.namespace("flux-" + source[:3])
		flux := []string{"apply", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "-n", namespace}
		w.feed(text, flux...).fine()
		w.noDrift(text, namespace, flux...)
		w.feed(text, "diff", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "-n", namespace).fine()
		w.feed(text, "diff", "-n", namespace).fine()

		// Argo CD: kubectl apply. What it is asked to compare is the same.
		namespace = w.namespace("argo-" + source[:3])
		w.feed(text, "apply", "-n", namespace).fine()
		w.noDrift(text, namespace, "apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-n",
			namespace)
		w.feed(text, "diff", "-n", namespace).fine()
		w.feed(text, "apply", "-n", namespace).fine()
		w.noDrift(text, namespace, "apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-n",
			namespace)
	}
	// What `brokergate mutate` makes of the source leaves kubectl nothing to notice, nor any other that compares the source
	// with what runs.
	for _, source := range []string{"brokers.yaml", "commands.yaml"} {
		namespace := w.namespace("mutated-" + source[:3])
		out := w.command(w.manifest(source, "@NAME@", "kafka"), w.tools.brokergate, "mutate", "--policy",
			w.product.volume.path("policy.yaml"), "-").fine()
		w.feed(out.out, "apply", "-n", namespace).fine()
		for name, word := range words(w.feed(out.out, "apply", "-n", namespace).fine().out) {
			if word != "unchanged" {
				failf("%s: %s %s", source, name, word)
			}
		}
		w.feed(out.out, "diff", "-n", namespace).fine()
		// A fieldRef without its apiVersion is a conflict whoever is there.
		if server := w.feed(out.out, "apply", "--server-side", "-n", namespace); server.code != 0 {
			server.refused("Apply failed with 1 conflict: ", `env[name="POD_NAME"].valueFrom.fieldRef`)
			full := strings.NewReplacer("{fieldPath:", "{apiVersion: v1, fieldPath:", block+"fieldPath:",
				block+"apiVersion: v1"+block[len("fieldRef:"):]+"fieldPath:").Replace(out.out)
			w.feed(full, "apply", "--server-side", "-n", namespace).fine()
		}
	}
	// Somebody changes what runs: that is drift, brokergate or not, and the next apply takes it back.
	text := w.manifest("brokers.yaml", "@NAME@", "kafka")
	w.kubectl("set", "image", "statefulset/kafka", "broker=confluentinc/cp-kafka:7.5.0", "-n", "argo-bro").fine()
	w.feed(text, "diff", "-n", "argo-bro").refused().shows("-        image: confluentinc/cp-kafka:7.5.0",
		"+        image: confluentinc/cp-kafka:7.4.1")
	w.feed(text, "apply", "-n", "argo-bro").fine()
	w.mended("argo-bro", "kafka")
	w.feed(text, "diff", "-n", "argo-bro").fine()
}

// As `brokergate mutate` writes it into manifests/commands.yaml.
const block = "fieldRef:\n                  "

// What this apply would come to is what runs.
func (w *world) noDrift(text, namespace string, apply ...string) {
	would := parse(w.feed(text, append(apply, "--dry-run=server", "-o", "json")...).fine().out)
	runs := parse(w.feed(text, "get", "-n", namespace, "-o", "json").fine().out)
	// Of one object kubectl apply prints no list.
	if list, _ := runs["items"].([]any); len(list) == 1 && would["items"] == nil {
		runs, _ = list[0].(map[string]any)
	}
	if found := differences("", map[string]any(runs), map[string]any(would)); len(found) > 0 {
		failf("drift in %s: %v", namespace, found)
	}
}
