package check

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	admission "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"
)

func newReader(text string) *bufio.Reader { return bufio.NewReader(strings.NewReader(text)) }

// The types of Kubernetes itself: what they do not know would be dropped by an API server without a word.
var types = map[string]func() any{
	"Namespace":                      func() any { return &core.Namespace{} },
	"ConfigMap":                      func() any { return &core.ConfigMap{} },
	"Service":                        func() any { return &core.Service{} },
	"ServiceAccount":                 func() any { return &core.ServiceAccount{} },
	"Deployment":                     func() any { return &apps.Deployment{} },
	"Job":                            func() any { return &batch.Job{} },
	"CronJob":                        func() any { return &batch.CronJob{} },
	"PodDisruptionBudget":            func() any { return &policy.PodDisruptionBudget{} },
	"NetworkPolicy":                  func() any { return &networking.NetworkPolicy{} },
	"Role":                           func() any { return &rbac.Role{} },
	"RoleBinding":                    func() any { return &rbac.RoleBinding{} },
	"ClusterRole":                    func() any { return &rbac.ClusterRole{} },
	"ClusterRoleBinding":             func() any { return &rbac.ClusterRoleBinding{} },
	"MutatingWebhookConfiguration":   func() any { return &admission.MutatingWebhookConfiguration{} },
	"ValidatingWebhookConfiguration": func() any { return &admission.ValidatingWebhookConfiguration{} },
}

// Kinds of other projects, whose types are not at hand.
var foreign = map[string]string{
	"Certificate":    "cert-manager.io/v1",
	"Issuer":         "cert-manager.io/v1",
	"ServiceMonitor": "monitoring.coreos.com/v1",
}

// One object as its type, strictly.
func as[T any](t *testing.T, one object) *T {
	t.Helper()
	out, ok := typed(t, one).(*T)
	if !ok {
		t.Fatalf("%s is of another type", identity(one))
	}
	return out
}

func typed(t *testing.T, one object) any {
	t.Helper()
	make, known := types[one.GetKind()]
	if !known {
		t.Fatalf("no type for %s", identity(one))
	}
	text, err := yaml.Marshal(one.Object)
	if err != nil {
		t.Fatal(err)
	}
	value := make()
	if err := yaml.UnmarshalStrict(text, value); err != nil {
		t.Errorf("%s: %v", identity(one), err)
	}
	return value
}

func TestEveryFieldIsOneThatKubernetesKnows(t *testing.T) {
	for name, all := range renderings(t) {
		seen := map[string]bool{}
		for _, one := range all {
			if version, is := foreign[one.GetKind()]; is {
				if one.GetAPIVersion() != version {
					t.Errorf("%s: %s, want %s", name, identity(one), version)
				}
				continue
			}
			typed(t, one)
			if seen[identity(one)] {
				t.Errorf("%s: %s twice", name, identity(one))
			}
			seen[identity(one)] = true
		}
	}
}

// Labels that Helm claims; everything else must be equal.
func withoutHelm(one object) object {
	out := *one.DeepCopy()
	labels := out.GetLabels()
	delete(labels, "helm.sh/chart")
	delete(labels, "app.kubernetes.io/managed-by")
	out.SetLabels(labels)
	return out
}

// With its default values, but for the mode: what is applied as it lies there must hold nothing up.
func TestKustomizeBaseIsTheChartThatObserves(t *testing.T) {
	chart, plain := map[string]object{}, map[string]object{}
	for _, one := range rendering(t, "observe") {
		chart[identity(one)] = withoutHelm(one)
	}
	for _, one := range base(t) {
		plain[identity(one)] = one
	}
	const namespace = "v1 Namespace  brokergate-system"
	if _, there := plain[namespace]; !there {
		t.Error("the base makes no namespace")
	}
	delete(plain, namespace)
	for _, id := range sorted(chart) {
		other, there := plain[id]
		if !there {
			t.Errorf("only in the chart: %s", id)
		} else if !equality.Semantic.DeepEqual(chart[id].Object, other.Object) {
			t.Errorf("%s differs; run deploy/kustomize/update.sh", id)
		}
	}
	for _, id := range sorted(plain) {
		if _, there := chart[id]; !there {
			t.Errorf("only in the base: %s", id)
		}
	}
}

// What a kustomization.yaml says, and nothing else.
type kustomization struct {
	APIVersion, Kind      string
	Resources, Components []string
	Images                []struct{ Name, NewName, NewTag string }
	Patches               []struct{ Patch string }
}

// Its one patch as an object.
func patchOf(t *testing.T, text string) (kustomization, object) {
	t.Helper()
	var out kustomization
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Patches) != 1 {
		t.Fatalf("%d patches, want one", len(out.Patches))
	}
	var patch object
	if err := yaml.Unmarshal([]byte(out.Patches[0].Patch), &patch.Object); err != nil {
		t.Fatal(err)
	}
	return out, patch
}

// What kubectl makes of the base and the components is what the chart has with these values.
func TestKustomizeWithComponentsIsTheChart(t *testing.T) {
	const validating = "ValidatingWebhookConfiguration"
	for _, row := range []struct{ name, chart, webhooks string }{
		{"kustomize-enforce", "observe", "default"},
		{"kustomize-view", "view-observe", "view-observe"},
		{"kustomize-both", "view-observe", "view"},
		{"kustomize-both-turned", "view-observe", "view"},
	} {
		wanted := map[string]object{}
		for _, one := range rendering(t, row.chart) {
			if one.GetKind() != validating {
				wanted[identity(one)] = withoutHelm(one)
			}
		}
		other := withoutHelm(ofKind(rendering(t, row.webhooks), validating)[0])
		wanted[identity(other)] = other
		for _, one := range rendering(t, row.name) {
			if one.GetKind() == "Namespace" {
				continue
			}
			chart, there := wanted[identity(one)]
			if !there {
				t.Errorf("only in %s: %s", row.name, identity(one))
			} else if !equality.Semantic.DeepEqual(chart.Object, one.Object) {
				t.Errorf("%s: %s is not the chart's; run deploy/kustomize/update.sh, and mend the component's patches", row.name,
					identity(one))
			}
			delete(wanted, identity(one))
		}
		for _, id := range sorted(wanted) {
			t.Errorf("only in the chart: %s", id)
		}
	}
}

// The component makes of the base's validating webhook what the chart has under enforce.
func TestKustomizeComponentIsTheChartThatEnforces(t *testing.T) {
	one, patch := patchOf(t, readText(t, source(t, "deploy/kustomize/enforce/kustomization.yaml")))
	if one.Kind != "Component" || len(one.Resources) > 0 {
		t.Errorf("no component that only patches: %+v", one)
	}
	validating := func(all []object) *admission.ValidatingWebhookConfiguration {
		return as[admission.ValidatingWebhookConfiguration](t, ofKind(all, "ValidatingWebhookConfiguration")[0])
	}
	changes := as[admission.ValidatingWebhookConfiguration](t, patch)
	got, want := validating(base(t)), validating(rendering(t, "default"))
	if changes.Name != got.Name || len(changes.Webhooks) != 1 || changes.Webhooks[0].Name != got.Webhooks[0].Name {
		t.Fatalf("it patches %s %v", changes.Name, changes.Webhooks)
	}
	// Both lists of the base are empty, so that merging is putting in place.
	got.Webhooks[0].FailurePolicy = changes.Webhooks[0].FailurePolicy
	got.Webhooks[0].MatchConditions = changes.Webhooks[0].MatchConditions
	if !equality.Semantic.DeepEqual(got.Webhooks, want.Webhooks) {
		t.Errorf("with the component\n%+v\nthe chart has\n%+v", got.Webhooks, want.Webhooks)
	}
}

// The overlay that README.md shows names what is there, and its policy is one that brokergate reads.
func TestReadmesOverlayFitsTheBase(t *testing.T) {
	_, rest, found := strings.Cut(readText(t, source(t, "README.md")), "```yaml\n# overlay/kustomization.yaml\n")
	if !found {
		t.Fatal("README.md shows no overlay/kustomization.yaml")
	}
	text, _, _ := strings.Cut(rest, "```")
	overlay, patch := patchOf(t, text)
	for _, folder := range append(append([]string(nil), overlay.Resources...), "../deploy/kustomize/enforce") {
		readText(t, source(t, filepath.Join("overlay", folder, "kustomization.yaml")))
	}
	if !strings.Contains(text, "../deploy/kustomize/enforce") {
		t.Error("it does not name the component")
	}
	var own *core.ConfigMap
	for _, one := range base(t) {
		if identity(one) == identity(patch) {
			own = as[core.ConfigMap](t, one)
		}
		for _, container := range containersOf(one) {
			if image := overlay.Images[0].Name; !strings.HasPrefix(container, image+":") {
				t.Errorf("%s runs %s, the overlay names %s", identity(one), container, image)
			}
		}
	}
	if own == nil {
		t.Fatalf("the base has no %s", identity(patch))
	}
	file := filepath.Join(t.TempDir(), "policy.yaml")
	changed := as[core.ConfigMap](t, patch).Data
	for key, policy := range changed {
		if _, there := own.Data[key]; !there {
			t.Errorf("the base's ConfigMap has no %s", key)
		}
		if !strings.Contains(policy, "mode: observe") || !strings.Contains(policy, "domain: ") {
			t.Errorf("the policy says no mode observe, or no domain:\n%s", policy)
		}
		if err := os.WriteFile(file, []byte(policy), 0o600); err != nil {
			t.Fatal(err)
		}
		// With nothing to judge the summary is all that comes.
		command := exec.Command(setting(t, "BROKERGATE"), "lint", "--policy", file, file)
		if out, err := command.CombinedOutput(); err != nil && command.ProcessState.ExitCode() != 0 {
			t.Errorf("%s", out)
		}
	}
}

// The images of an object's containers.
func containersOf(one object) []string {
	var out []string
	for _, path := range [][]string{{"spec", "template", "spec", "containers"},
		{"spec", "jobTemplate", "spec", "template", "spec", "containers"}} {
		list, _, _ := nestedMaps(one, path...)
		for _, container := range list {
			image, _ := container["image"].(string)
			out = append(out, image)
		}
	}
	return out
}

func TestEveryCertificateSourceHasItsOwnObjectsAndNoOthers(t *testing.T) {
	for name, want := range map[string]string{
		"default":             "ClusterRole,ClusterRoleBinding,CronJob,Job,Role,RoleBinding",
		"cert-manager":        "Certificate,Certificate,Issuer,Issuer",
		"cert-manager-issuer": "Certificate",
		"secret":              "",
	} {
		var found []string
		for _, kind := range []string{
			"Certificate", "ClusterRole", "ClusterRoleBinding", "CronJob", "Issuer", "Job", "Role", "RoleBinding", "Secret"} {
			for range ofKind(rendering(t, name), kind) {
				found = append(found, kind)
			}
		}
		if got := strings.Join(found, ","); got != want {
			t.Errorf("%s has %s, want %s", name, got, want)
		}
	}
}

// A name of the certificate is the one that the API server dials (admission-webhook Service: <name>.<ns>.svc).
func TestCertManagerMakesTheNamesThatAreDialled(t *testing.T) {
	for _, name := range []string{"cert-manager", "cert-manager-issuer"} {
		text := readText(t, setting(t, "RENDERED")+"/"+name+".yaml")
		if !strings.Contains(text, "- brokergate.brokergate-system.svc\n") {
			t.Errorf("%s: the certificate lacks the Service's name", name)
		}
		if strings.Count(text, "cert-manager.io/inject-ca-from: brokergate-system/brokergate\n") != 2 {
			t.Errorf("%s: not both configurations ask for the CA", name)
		}
	}
}

func TestVersionsAreTheProgramsOwn(t *testing.T) {
	found := regexp.MustCompile(`project\(brokergate VERSION ([0-9.]+)`).FindStringSubmatch(
		readText(t, source(t, "CMakeLists.txt")))
	if found == nil {
		t.Fatal("CMakeLists.txt tells no version")
	}
	chart := readText(t, source(t, "deploy/chart/Chart.yaml"))
	for _, line := range []string{"\nversion: " + found[1] + "\n", "\nappVersion: " + found[1] + "\n"} {
		if !strings.Contains(chart, line) {
			t.Errorf("Chart.yaml lacks %q", line)
		}
	}
}
