package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Everything of a scope that the API server has now.
func (w *world) everything(scope ...string) []string {
	kinds := w.kubectl("api-resources", "--verbs=list", "-o", "name", fmt.Sprintf("--namespaced=%v", len(scope) > 0)).fine().out
	list := strings.Join(strings.Fields(kinds), ",")
	var out []string
	for _, name := range strings.Fields(w.kubectl(append([]string{"get", list, "-o", "name"}, scope...)...).fine().out) {
		if !strings.HasPrefix(name, "event") { // the API server's own, of addresses it gave out: they go with time
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// What the namespace controller does after `kubectl delete namespace`: what is left in it goes, then the namespace.
func (w *world) finishNamespace(name string) {
	for _, left := range w.everything("-n", name) {
		w.kubectl("delete", left, "-n", name, "--ignore-not-found").fine()
	}
	w.command(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "`+name+`"}, "spec": {"finalizers": []}}`,
		w.tools.kubectl, "replace", "--raw", "/api/v1/namespaces/"+name+"/finalize", "-f", "-").fine()
	w.absent("namespace", "", name)
}

func (w *world) run(program string, words []string, more ...string) result {
	return w.command("", program, append(append([]string(nil), words[1:]...), more...)...)
}

// README.md's first step with this helm, on a cluster that has never heard of brokergate; then what the Job and the pods
// do in a cluster. The Service's port is one that anybody may listen on.
func (w *world) installAsTold(helm string) *site {
	s := newSite(w)
	w.site = s
	more := []string{"--set", "service.port=" + itoa(freePort())}
	for _, value := range demoPolicy {
		more = append(more, "--set", value)
	}
	w.run(helm, w.told("helm", "install"), more...).fine()
	s.lead()
	return s
}

func bundles(w *world) (mutating, validating string) {
	for i, kind := range []string{"mutating", "validating"} {
		stored := parse(w.kubectl("get", kind+"webhookconfiguration", release, "-o", "json").fine().out)
		stored.expect(release, "webhooks", 0, "clientConfig", "service", "name")
		bundle := decode64(stored.text("webhooks", 0, "clientConfig", "caBundle"))
		if i == 0 {
			mutating = bundle
		} else {
			validating = bundle
		}
	}
	return
}

// Both webhook configurations trust these authorities and no others.
func (w *world) trusts(authorities ...string) {
	mutating, validating := bundles(w)
	if mutating != validating {
		failf("the configurations differ:\n%s\n%s", mutating, validating)
	}
	if wanted := strings.Join(authorities, ""); mutating != wanted {
		failf("the caBundle is\n%s\nexpected\n%s", mutating, wanted)
	}
}

func fresh(w *world) {
	w.clusterBefore = w.everything()
	s := w.installAsTold(w.tools.helm)
	for _, kind := range []string{"mutating", "validating"} {
		stored := parse(w.kubectl("get", kind+"webhookconfiguration", release, "-o", "json").fine().out)
		stored.expect("", "webhooks", 0, "clientConfig", "caBundle")
		stored.expect("Ignore", "webhooks", 0, "failurePolicy")
	}
	// Until the Job has run nobody can be asked, and nothing is held up.
	w.feed(w.manifest("one-id.yaml", "@NAME@", "early"), "create", "-n", w.namespace("fresh")).fine()

	// The webhook's own account may do nothing of this.
	arguments, account := s.job()
	w.command("", w.tools.brokergate, append(arguments, "--kubeconfig", w.configOf(release))...).
		refused("403", "forbidden", "system:serviceaccount:"+home+":"+release)
	w.absent("secret", home, release+"-tls")
	w.trusts()

	s.renew().fine().shows("set the caBundle of MutatingWebhookConfiguration "+release,
		"set the caBundle of ValidatingWebhookConfiguration "+release, "wrote Secret "+home+"/"+release+"-tls")
	secret := s.secret()
	if len(secret["tls.crt"]) == 0 || len(secret["tls.key"]) == 0 || len(secret["ca.key"]) == 0 {
		failf("the Secret lacks something")
	}
	w.trusts(string(secret["ca.crt"]))
	s.sync()
	s.startInstance()
	s.startInstance()
	s.settle()

	// Run again, as the CronJob does: nothing is written.
	version := w.get("secret", home, release+"-tls").text("metadata", "resourceVersion")
	s.renew().fine().shows("nothing is due")
	w.get("secret", home, release+"-tls").expect(version, "metadata", "resourceVersion")
	w.trusts(string(secret["ca.crt"]))

	// What the Job's account may do, and what not.
	config := w.configOf(account)
	own, mutating, validating := "secret/"+release+"-tls", "mutatingwebhookconfiguration/", "validatingwebhookconfiguration/"
	for answer, questions := range map[string][]string{
		"yes": {"get " + own, "patch " + own, "create secrets", "get " + mutating + release, "patch " + mutating + release,
			"get " + validating + release, "patch " + validating + release},
		"no": {"delete " + own, "get secret/other", "list secrets", "get " + own + " --namespace kube-system",
			"create secrets --namespace kube-system", "patch " + mutating + "other", "delete " + validating + release,
			"create mutatingwebhookconfigurations", "list validatingwebhookconfigurations", "get configmap/" + release + "-policy",
			"create pods", "create serviceaccounts --subresource=token", "patch deployment/" + release,
			"patch clusterrole/" + release + "-certs", "impersonate users"},
	} {
		for _, question := range questions {
			words := append([]string{"auth", "can-i", "--kubeconfig", config, "--namespace", home}, strings.Fields(question)...)
			if found := strings.TrimSpace(w.kubectl(words...).out); found != answer {
				failf("may %s %s? %s, expected %s", account, question, found, answer)
			}
		}
	}
}

// README.md's way from observe to enforce: the authority that the Job wrote into the configurations stays.
func step(w *world) {
	s := w.site
	before, _ := bundles(w)
	s.mode(w.tools.helm, "enforce")
	w.trusts(before)
	stored := parse(w.kubectl("get", "validatingwebhookconfiguration", release, "-o", "json").fine().out)
	stored.expect("Fail", "webhooks", 0, "failurePolicy")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", "fresh").fine()
	w.mended("fresh", "kafka")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", "fresh").refused("[broker-id]")
}

func (s *site) mode(helm, mode string) {
	text, err := os.ReadFile(filepath.Join(s.w.tools.root, "README.md"))
	check(err)
	_, rest, _ := strings.Cut(string(text), "`helm upgrade ")
	command, _, _ := strings.Cut(rest, "`")
	if !strings.HasSuffix(command, "policy.mode=…") {
		failf("README.md: %s", command)
	}
	words := strings.Fields("helm upgrade " + strings.TrimSuffix(command, "…") + mode)
	s.w.run(helm, words).fine()
	s.sync()
	s.settle()
}

// README.md's last step: what the Job made stays in the namespace, and goes with it.
func removeAsTold(w *world) { w.removeAsTold(w.tools.helm) }

func (w *world) removeAsTold(helm string) {
	s := w.site
	w.run(helm, w.told("helm", "uninstall")).fine()
	left := w.everything("-n", home)
	if strings.Join(left, " ") != "secret/"+release+"-tls" {
		failf("left in the namespace: %q, expected the Job's Secret alone", left)
	}
	w.run(w.tools.kubectl, w.told("kubectl", "delete", "namespace"), "--wait=false").fine()
	w.finishNamespace(home)
	w.leftNothing()
	s.close()
	w.site = nil
}

// Of the whole cluster's objects those are there that were there before, but for namespaces that scenarios made.
func (w *world) leftNothing() {
	was := strings.Join(w.clusterBefore, " ") + " "
	for _, one := range w.everything() {
		if !strings.Contains(was, one+" ") && !strings.HasPrefix(one, "namespace/") &&
			!strings.HasPrefix(one, "ipaddress.networking.k8s.io/") {
			failf("left: %s", one)
		}
	}
	w.absent("namespace", "", home)
	w.feed(w.manifest("one-id.yaml", "@NAME@", "nobody"), "create", "-n", "default", "--dry-run=server").fine().quiet()
}

// The same with Helm 4, in short.
func freshHelm4(w *world) {
	s := w.installAsTold(w.tools.helm4)
	s.renew().fine().shows("wrote Secret")
	s.sync()
	s.startInstance()
	s.settle()
	before, _ := bundles(w)
	s.mode(w.tools.helm4, "warn")
	s.mode(w.tools.helm4, "enforce")
	w.trusts(before)
	w.feed(w.manifest("one-id.yaml", "@NAME@", "four"), "create", "-n", "fresh").refused("[broker-id]")
	w.removeAsTold(w.tools.helm4)
}

// The overlay that README.md shows, once its policy says enforce.
func (w *world) overlayAsTold(base string) string {
	text, err := os.ReadFile(filepath.Join(w.tools.root, "README.md"))
	check(err)
	_, rest, found := strings.Cut(string(text), "```yaml\n# overlay/kustomization.yaml\n")
	shown, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		failf("README.md shows no overlay/kustomization.yaml")
	}
	for _, change := range [][2]string{
		{"../deploy/kustomize/", base + "/"}, {"# components:", "components:"}, {"mode: observe", "mode: enforce"}} {
		if !strings.Contains(shown, change[0]) {
			failf("README.md's overlay lacks %q:\n%s", change[0], shown)
		}
		shown = strings.ReplaceAll(shown, change[0], change[1])
	}
	return shown
}

// The plain YAML, by way of the overlay that README.md shows; applied twice. Only the Service's port is another: one that
// anybody may listen on.
func freshKustomize(w *world) {
	s := newSite(w)
	w.site = s
	overlay := filepath.Join(w.work, "overlay")
	base, err := filepath.Rel(overlay, filepath.Join(w.tools.root, "deploy/kustomize"))
	check(err)
	port := itoa(freePort())
	patch := `patch: '[{"op": "replace", "path": "%s", "value": ` + port + `}]'}`
	w.file("overlay/kustomization.yaml", []byte(w.overlayAsTold(base)+
		`  - {target: {kind: Service}, `+fmt.Sprintf(patch, "/spec/ports/0/port")+`
  - {target: {kind: MutatingWebhookConfiguration}, `+fmt.Sprintf(patch, "/webhooks/0/clientConfig/service/port")+`
  - {target: {kind: ValidatingWebhookConfiguration}, `+fmt.Sprintf(patch, "/webhooks/0/clientConfig/service/port")+`
`))
	w.kubectl("apply", "-k", overlay).fine()
	s.lead()
	// Under enforce nothing gets by until the Job has run, but where the webhooks do not look.
	last := result{}
	w.until(15*time.Second, "a denial", func() bool {
		last = w.feed(w.manifest("web.yaml"), "create", "-n", "fresh", "--dry-run=server")
		return last.code != 0
	}, func() string { return last.String() })
	last.refused(`failed calling webhook "validate.brokergate.io"`)
	w.feed(w.manifest("web.yaml"), "create", "-n", "kube-system", "--dry-run=server").fine()
	s.renew().fine().shows("wrote Secret")
	s.sync()
	s.startInstance()
	s.settle()
	before, _ := bundles(w)
	w.kubectl("apply", "-k", overlay).fine()
	w.trusts(before)
	w.feed(w.manifest("one-id.yaml", "@NAME@", "plain"), "create", "-n", "fresh").refused("[broker-id]")
	w.kubectl("delete", "-k", overlay, "--wait=false").fine()
	w.finishNamespace(home)
	w.leftNothing()
	s.close()
	w.site = nil
}
