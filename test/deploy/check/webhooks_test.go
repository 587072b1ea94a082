package check

import (
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	admission "k8s.io/api/admissionregistration/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What both kinds of webhook have.
type webhook struct {
	where, configuration string
	mutates              bool
	admission.ValidatingWebhook
	reinvocation *admission.ReinvocationPolicyType
}

func nestedMaps(one object, path ...string) ([]map[string]any, bool, error) {
	list, found, err := unstructured.NestedSlice(one.Object, path...)
	var out []map[string]any
	for _, item := range list {
		if entry, is := item.(map[string]any); is {
			out = append(out, entry)
		}
	}
	return out, found, err
}

func webhooksOf(t *testing.T, name string, all []object) []webhook {
	t.Helper()
	var out []webhook
	for _, one := range ofKind(all, "MutatingWebhookConfiguration") {
		for _, w := range as[admission.MutatingWebhookConfiguration](t, one).Webhooks {
			out = append(out, webhook{name + ": " + w.Name, one.GetName(), true, admission.ValidatingWebhook{
				Name: w.Name, ClientConfig: w.ClientConfig, Rules: w.Rules, FailurePolicy: w.FailurePolicy,
				MatchPolicy: w.MatchPolicy, NamespaceSelector: w.NamespaceSelector, ObjectSelector: w.ObjectSelector,
				SideEffects: w.SideEffects, TimeoutSeconds: w.TimeoutSeconds,
				AdmissionReviewVersions: w.AdmissionReviewVersions, MatchConditions: w.MatchConditions}, w.ReinvocationPolicy})
		}
	}
	for _, one := range ofKind(all, "ValidatingWebhookConfiguration") {
		for _, w := range as[admission.ValidatingWebhookConfiguration](t, one).Webhooks {
			out = append(out, webhook{name + ": " + w.Name, one.GetName(), false, w, nil})
		}
	}
	if len(out) < 2 {
		t.Fatalf("%s has %d webhooks", name, len(out))
	}
	return out
}

func rulesText(rules []admission.RuleWithOperations) string {
	var out []string
	for _, rule := range rules {
		out = append(out, fmt.Sprintln(rule.APIGroups, rule.APIVersions, rule.Resources, rule.Operations, *rule.Scope))
	}
	return strings.ReplaceAll(strings.Join(out, ";"), "\n", "")
}

// Good practices GP-4, GP-6 to GP-10, and what the API server asks of a registration.
func TestWebhooksAreNarrowAndHarmless(t *testing.T) {
	const objects = "[apps] [v1] [statefulsets] [CREATE UPDATE] Namespaced;[] [v1] [services] [CREATE UPDATE] Namespaced"
	const scale = ";[apps] [v1] [statefulsets/scale] [UPDATE] Namespaced"
	const deletions = "[] [v1] [services] [DELETE] Namespaced"
	const pods = "[] [v1] [pods] [CREATE] Namespaced"
	for name, all := range renderings(t) {
		service := as[core.Service](t, ofKind(all, "Service")[0])
		for _, one := range webhooksOf(t, name, all) {
			want := func(fine bool, what string) {
				if !fine {
					t.Errorf("%s: %s", one.where, what)
				}
			}
			want(strings.Count(one.Name, ".") >= 2, "a name of fewer than three segments is refused")
			want(*one.SideEffects == admission.SideEffectClassNone, "side effects")
			want(*one.MatchPolicy == admission.Equivalent, "old API versions pass by")
			want(*one.TimeoutSeconds >= 1 && *one.TimeoutSeconds <= 3, "the API server waits too long")
			want(slices.Equal(one.AdmissionReviewVersions, []string{"v1", "v1beta1"}), "versions")
			want(!one.mutates || *one.reinvocation == admission.IfNeededReinvocationPolicy, "not asked again")
			want(one.ObjectSelector == nil, "a label would get an object past it")
			want(len(one.MatchConditions) <= 64, "too many conditions")
			wanted := objects
			switch {
			case strings.HasPrefix(one.Name, "pods."):
				wanted = pods
			case strings.HasPrefix(one.Name, "deletions."):
				wanted = deletions
				want(*one.FailurePolicy == admission.Ignore, "what is never denied is held up")
			case looksAround(name) && !one.mutates:
				wanted += scale
			}
			want(rulesText(one.Rules) == wanted, rulesText(one.Rules))
			spares := one.NamespaceSelector.MatchExpressions[0]
			want(spares.Key == core.LabelMetadataName && spares.Operator == "NotIn", "no namespace is spared")
			for _, namespace := range []string{"kube-system", "kube-node-lease", service.Namespace} {
				want(slices.Contains(spares.Values, namespace), namespace+" is not spared")
			}
			path := map[bool]string{true: "/mutate", false: "/validate"}[one.mutates]
			if url, given := map[string]string{"url": "https://127.0.0.1:9443", "url-job": "https://127.0.0.1:9443",
				"url-cert-manager": "https://[2001:db8::1]:9443", "url-name": "https://guard.example.com"}[name]; given {
				want(one.ClientConfig.Service == nil && *one.ClientConfig.URL == url+path, "leads elsewhere")
				continue
			}
			to := one.ClientConfig.Service
			want(to != nil && to.Name == service.Name && to.Namespace == service.Namespace, "leads to another Service")
			want(*to.Port == service.Spec.Ports[0].Port, "leads to another port")
			want(*to.Path == path, "leads to "+*to.Path)
		}
	}
}

// S29: the choice between open and shut stands in the manifests.
func TestWhatHappensWithoutAnAnswer(t *testing.T) {
	for name, wanted := range map[string]string{
		"default": "Ignore Fail", "kustomize": "Ignore Ignore", "observe": "Ignore Ignore", "warn": "Ignore Ignore",
		"pod": "Ignore Ignore Fail Fail", "full": "Fail Ignore",
		// Deletions are never denied: nothing waits for them.
		"view": "Ignore Fail Ignore", "view-observe": "Ignore Ignore Ignore", "view-full": "Fail Ignore Ignore",
		"view-pod": "Ignore Ignore Fail Ignore Fail", "kustomize-view": "Ignore Ignore Ignore",
		"kustomize-enforce": "Ignore Fail", "kustomize-both": "Ignore Fail Ignore", "kustomize-both-turned": "Ignore Fail Ignore",
	} {
		var got []string
		for _, one := range webhooksOf(t, name, renderings(t)[name]) {
			got = append(got, string(*one.FailurePolicy))
		}
		if strings.Join(got, " ") != wanted {
			t.Errorf("%s: %v, want %s", name, got, wanted)
		}
	}
}

func TestTheGivenCAIsInBothConfigurations(t *testing.T) {
	for _, one := range webhooksOf(t, "secret", rendering(t, "secret")) {
		if block, _ := pem.Decode(one.ClientConfig.CABundle); block == nil || block.Type != "CERTIFICATE" {
			t.Errorf("%s: caBundle is no certificate", one.where)
		}
	}
	for _, name := range []string{"default", "cert-manager"} {
		for _, one := range webhooksOf(t, name, rendering(t, name)) {
			if len(one.ClientConfig.CABundle) != 0 {
				t.Errorf("%s: an upgrade would undo what was written into the cluster", one.where)
			}
		}
	}
}

func TestPodsAreAskedAboutOnlyWhereTheyGetListeners(t *testing.T) {
	for name, all := range renderings(t) {
		pods := 0
		for _, one := range webhooksOf(t, name, all) {
			if strings.HasPrefix(one.Name, "pods.") {
				pods++
			}
		}
		if wanted := map[bool]int{true: 2, false: 0}[name == "pod" || name == "pod-unknown" || name == "view-pod"]; pods != wanted {
			t.Errorf("%s has %d webhooks for pods, want %d", name, pods, wanted)
		}
	}
}

// Deletions and scaling are asked about only where somebody knows what stands around them.
func TestDeletionsAndScalingAreAskedAboutOnlyWithTheView(t *testing.T) {
	for name, all := range renderings(t) {
		text := ""
		for _, one := range webhooksOf(t, name, all) {
			if rules := rulesText(one.Rules); strings.Contains(rules, "DELETE") || strings.Contains(rules, "scale") {
				text += map[bool]string{true: "mutate ", false: "validate "}[one.mutates]
			}
		}
		if wanted := map[bool]string{true: "validate validate ", false: ""}[looksAround(name)]; text != wanted {
			t.Errorf("%s asks about them at %q, want %q", name, text, wanted)
		}
	}
}
