package check

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

type pod struct {
	where    string
	template core.PodTemplateSpec
	certs    bool
}

func podsOf(t *testing.T, name string, all []object) []pod {
	t.Helper()
	var out []pod
	add := func(one object, template core.PodTemplateSpec) {
		out = append(out, pod{name + ": " + one.GetKind() + " " + one.GetName(), template,
			template.Labels["app.kubernetes.io/component"] == "certs"})
	}
	for _, one := range all {
		switch one.GetKind() {
		case "Deployment":
			add(one, as[apps.Deployment](t, one).Spec.Template)
		case "Job":
			add(one, as[batch.Job](t, one).Spec.Template)
		case "CronJob":
			add(one, as[batch.CronJob](t, one).Spec.JobTemplate.Spec.Template)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s has no pods", name)
	}
	return out
}

func yes(value *bool) bool { return value != nil && *value }
func no(value *bool) bool  { return value != nil && !*value }

// Checklist S27 and the restricted profile of the Pod Security Standards.
func TestPodsAreHardened(t *testing.T) {
	for name, all := range renderings(t) {
		for _, one := range podsOf(t, name, all) {
			spec := one.template.Spec
			want := func(fine bool, what string) {
				if !fine {
					t.Errorf("%s: %s", one.where, what)
				}
			}
			token := spec.AutomountServiceAccountToken
			want(one.certs == yes(token), "the token is for what renews certificates, and for nothing else")
			want(one.certs != no(token), "whether there is a token has to be said")
			want(!spec.HostNetwork && !spec.HostPID && !spec.HostIPC, "shares the node's namespaces")
			want(no(spec.EnableServiceLinks), "gets other Services as variables")
			security := spec.SecurityContext
			want(security != nil && yes(security.RunAsNonRoot) && *security.RunAsUser > 0, "may run as root")
			profile := security.SeccompProfile
			want(profile != nil && profile.Type == core.SeccompProfileTypeRuntimeDefault, "no seccomp profile")
			for _, volume := range spec.Volumes {
				want(volume.HostPath == nil, "mounts the node's files")
			}
			seesCluster := !one.certs && looksAround(name)
			want(seesCluster == slices.Contains(spec.Containers[0].Args, "--cluster-view"), "whether it looks at the cluster")
			want(seesCluster == hasOwnToken(t, one), "a token, as the kubelet would mount it, goes with the cluster view")
			want(len(spec.InitContainers) == 0 && len(spec.Containers) == 1, "more containers than one")
			for _, container := range spec.Containers {
				inner := container.SecurityContext
				want(inner != nil && yes(inner.ReadOnlyRootFilesystem), "its root can be written")
				want(no(inner.AllowPrivilegeEscalation) && no(inner.Privileged), "may gain privileges")
				want(yes(inner.RunAsNonRoot), "may run as root")
				kept := inner.Capabilities
				want(slices.Equal(kept.Drop, []core.Capability{"ALL"}) && len(kept.Add) == 0, "has capabilities")
				wanted := container.Resources
				want(!wanted.Limits.Memory().IsZero() && !wanted.Requests.Cpu().IsZero(), "has no resources")
				want(len(container.Env) == 0 && len(container.EnvFrom) == 0, "reads variables")
				want(!strings.HasSuffix(container.Image, ":latest"), "its image is of no version")
				for _, mount := range container.VolumeMounts {
					want(mount.ReadOnly, "mounts something to write to")
				}
			}
		}
	}
}

// The renderings that have the cluster view say so in their name.
func looksAround(name string) bool {
	return strings.HasPrefix(name, "view") || strings.HasSuffix(name, "-view") || strings.HasPrefix(name, "kustomize-both")
}

// Where a pod looks for it (rest.InClusterConfig of client-go does, too), and what it needs there.
const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// A token that ends soon, and the API server's authority; nothing else lies in that folder.
func hasOwnToken(t *testing.T, one pod) bool {
	t.Helper()
	var mounted, projected bool
	for _, volume := range one.template.Spec.Volumes {
		if volume.Projected == nil {
			continue
		}
		for _, from := range volume.Projected.Sources {
			if from.ServiceAccountToken == nil {
				continue
			}
			projected = true
			for _, mount := range one.template.Spec.Containers[0].VolumeMounts {
				mounted = mounted || mount.Name == volume.Name && mount.MountPath == accountFolder && mount.ReadOnly
			}
			token, authority := from.ServiceAccountToken, volume.Projected.Sources[1].ConfigMap
			// 3607 is what the kubelet's own mount asks for, and what API servers extend to a year.
			if seconds := *token.ExpirationSeconds; seconds < 600 || seconds > 3600 || token.Audience != "" || token.Path != "token" {
				t.Errorf("%s: its token is %+v", one.where, *token)
			}
			if len(volume.Projected.Sources) != 2 || authority == nil || authority.Name != "kube-root-ca.crt" ||
				len(authority.Items) != 1 || authority.Items[0].Path != "ca.crt" {
				t.Errorf("%s: the API server's authority is not beside the token, or more is", one.where)
			}
			if *volume.Projected.DefaultMode != 0o440 {
				t.Errorf("%s: others may read its token", one.where)
			}
		}
	}
	if mounted != projected {
		t.Errorf("%s: its token is not where it is looked for", one.where)
	}
	return mounted
}

// The view holds some 100 MB more, twice while a list is read anew.
func TestTheViewHasRoom(t *testing.T) {
	for name, wanted := range map[string]string{"default": "64Mi 256Mi", "view": "192Mi 512Mi", "view-full": "1Gi 2Gi",
		"view-reused": "192Mi 512Mi", "kustomize-view": "192Mi 512Mi"} {
		for _, one := range podsOf(t, name, renderings(t)[name]) {
			given := one.template.Spec.Containers[0].Resources
			got := given.Requests.Memory().String() + " " + given.Limits.Memory().String()
			if !one.certs && (got != wanted || given.Requests.Cpu().String() != "50m" || !given.Limits.Cpu().IsZero()) {
				t.Errorf("%s has %s, want %s; CPU as without the view", one.where, got, wanted)
			}
		}
	}
}

func TestTheWebhookSeesNoKeyOfACA(t *testing.T) {
	for name, all := range renderings(t) {
		for _, one := range podsOf(t, name, all) {
			if one.certs {
				continue
			}
			var keys []string
			for _, volume := range one.template.Spec.Volumes {
				if volume.Projected == nil {
					t.Fatalf("%s: volume %s is not read by this check", one.where, volume.Name)
				}
				for _, from := range volume.Projected.Sources {
					if from.Secret == nil {
						continue
					}
					for _, item := range from.Secret.Items {
						keys = append(keys, item.Key)
					}
				}
			}
			if !slices.Equal(keys, []string{"tls.crt", "tls.key"}) {
				t.Errorf("%s reads %v of the Secret", one.where, keys)
			}
		}
	}
}

func selects(t *testing.T, selector *meta.LabelSelector, of map[string]string) bool {
	t.Helper()
	parsed, err := meta.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Matches(labels.Set(of))
}

func TestTrafficIsNarrowed(t *testing.T) {
	for name, all := range renderings(t) {
		for _, one := range podsOf(t, name, all) {
			var own []*networking.NetworkPolicy
			for _, candidate := range ofKind(all, "NetworkPolicy") {
				rules := as[networking.NetworkPolicy](t, candidate)
				if selects(t, &rules.Spec.PodSelector, one.template.Labels) {
					own = append(own, rules)
				}
			}
			if len(own) != 1 || len(own[0].Spec.PolicyTypes) != 2 {
				t.Errorf("%s: %d policies", one.where, len(own))
				continue
			}
			spec := own[0].Spec
			if one.certs {
				wanted := "TCP443 TCP6443"
				if name == "view-full" {
					wanted += " to 172.16.0.0/28"
				}
				if got := egressText(spec.Egress); len(spec.Ingress) != 0 || got != wanted {
					t.Errorf("%s: more than the API server's ports: %q, want %q", one.where, got, wanted)
				}
				continue
			}
			if got, wanted := egressText(spec.Egress), waysOut(name); got != wanted {
				t.Errorf("%s: the webhook may open connections: %q, want %q", one.where, got, wanted)
			}
			for _, rule := range spec.Ingress {
				if len(rule.Ports) != 1 {
					t.Fatalf("%s: a rule with %d ports", one.where, len(rule.Ports))
				}
				switch port := rule.Ports[0].Port.StrVal; {
				case port == "operations" && len(rule.From) == 0:
					t.Errorf("%s: everybody reads metrics", one.where)
				case port != "operations" && port != "webhook":
					t.Errorf("%s: port %s is open", one.where, port)
				}
			}
		}
	}
}

func egressText(rules []networking.NetworkPolicyEgressRule) string {
	var out []string
	for _, rule := range rules {
		var one []string
		for _, port := range rule.Ports {
			one = append(one, string(*port.Protocol)+port.Port.String())
		}
		for _, peer := range rule.To {
			one = append(one, "to "+peer.IPBlock.CIDR)
		}
		out = append(out, strings.Join(one, " "))
	}
	return strings.Join(out, ", ")
}

func waysOut(name string) string {
	switch {
	case name == "view-full":
		return "TCP8443 to 172.16.0.0/28, UDP53 TCP53"
	case looksAround(name):
		return "TCP443 TCP6443"
	}
	return ""
}

// Of the cluster, these four may be read and nothing may be changed; a verb or resource more fails here.
func viewRights() []rbac.PolicyRule {
	read := []string{"get", "list", "watch"}
	return []rbac.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes", "services", "configmaps"}, Verbs: read},
		{APIGroups: []string{"apps"}, Resources: []string{"statefulsets"}, Verbs: read}}
}

func TestTheViewMayReadFourResourcesAndNothingElse(t *testing.T) {
	const own = "brokergate-cluster-view"
	for name, all := range renderings(t) {
		var roles, bindings int
		for _, one := range ofKind(all, "ClusterRole") {
			if one.GetName() == own {
				roles++
				role := as[rbac.ClusterRole](t, one)
				if !equality.Semantic.DeepEqual(role.Rules, viewRights()) || role.AggregationRule != nil {
					t.Errorf("%s: %+v", name, role)
				}
			}
		}
		for _, one := range ofKind(all, "ClusterRoleBinding") {
			if one.GetName() == own {
				bindings++
				binding := as[rbac.ClusterRoleBinding](t, one)
				to := rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "ClusterRole", Name: own}
				subject := rbac.Subject{Kind: "ServiceAccount", Name: "brokergate", Namespace: "brokergate-system"}
				if binding.RoleRef != to || !slices.Equal(binding.Subjects, []rbac.Subject{subject}) {
					t.Errorf("%s: %+v", name, binding)
				}
			}
		}
		if wanted := map[bool]int{true: 1, false: 0}[looksAround(name)]; roles != wanted || bindings != wanted {
			t.Errorf("%s has %d roles and %d bindings for the view, want %d", name, roles, bindings, wanted)
		}
	}
}

// The image was started with the view and an API server that writes down what it is asked: it may do that, and what it
// may do it does.
func TestTheViewAsksForWhatItMayRead(t *testing.T) {
	asked := strings.Split(strings.TrimSpace(readText(t, setting(t, "ASKED"))), "\n")
	var granted, listed []string
	for _, rule := range viewRights() {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				right := fmt.Sprintf("%s %q %s", verb, rule.APIGroups[0], resource)
				granted = append(granted, right)
				// Singly only ConfigMaps are read; who may list may see each one.
				if verb != "get" || resource == "configmaps" {
					listed = append(listed, right)
				}
			}
		}
	}
	for _, one := range asked {
		if !slices.Contains(granted, one) {
			t.Errorf("it asks for %s, which nobody lets it", one)
		}
	}
	for _, one := range listed {
		if !slices.Contains(asked, one) {
			t.Errorf("it never asks for %s", one)
		}
	}
}

func TestRightsAreForTheSecretAndTheTwoConfigurationsOnly(t *testing.T) {
	for name, all := range renderings(t) {
		for _, account := range ofKind(all, "ServiceAccount") {
			if !no(as[core.ServiceAccount](t, account).AutomountServiceAccountToken) {
				t.Errorf("%s: %s gives every pod its token", name, account.GetName())
			}
		}
		for _, binding := range append(ofKind(all, "RoleBinding"), ofKind(all, "ClusterRoleBinding")...) {
			if binding.GetName() == "brokergate-cluster-view" {
				continue
			}
			subjects, _, _ := nestedMaps(binding, "subjects")
			if len(subjects) != 1 || subjects[0]["name"] != "brokergate-certs" {
				t.Errorf("%s: %s binds %v", name, identity(binding), subjects)
			}
		}
		for _, one := range ofKind(all, "Role") {
			for _, rule := range as[rbac.Role](t, one).Rules {
				named := slices.Equal(rule.ResourceNames, []string{"brokergate-tls"})
				creates := slices.Equal(rule.Verbs, []string{"create"})
				if !slices.Equal(rule.Resources, []string{"secrets"}) || named == creates || slices.Contains(rule.Verbs, "*") {
					t.Errorf("%s: %v", name, rule)
				}
			}
		}
		for _, one := range ofKind(all, "ClusterRole") {
			if one.GetName() == "brokergate-cluster-view" {
				continue
			}
			for _, rule := range as[rbac.ClusterRole](t, one).Rules {
				if !slices.Equal(rule.APIGroups, []string{"admissionregistration.k8s.io"}) ||
					!slices.Equal(rule.ResourceNames, []string{"brokergate"}) || slices.Contains(rule.Verbs, "*") {
					t.Errorf("%s: %v", name, rule)
				}
			}
		}
	}
}

func TestOneNodeLessIsNoOutage(t *testing.T) {
	markers := regexp.MustCompile(`PreemptibleLabel\{"([^"]+)", "([^"]+)"`).FindAllStringSubmatch(
		readText(t, source(t, "rules/policy/preemptible.cpp")), -1)
	if len(markers) < 8 {
		t.Fatalf("%d markers of preemptible nodes", len(markers))
	}
	for name, all := range renderings(t) {
		deployment := as[apps.Deployment](t, ofKind(all, "Deployment")[0])
		spec, template := deployment.Spec, deployment.Spec.Template
		if *spec.Replicas < 2 || template.Spec.Affinity.PodAntiAffinity == nil {
			t.Errorf("%s: %d replicas, or none that keep apart", name, *spec.Replicas)
		}
		terms := template.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
		for _, marker := range markers {
			spared := slices.ContainsFunc(terms[0].MatchExpressions, func(one core.NodeSelectorRequirement) bool {
				notIn := one.Key == marker[1] && one.Operator == core.NodeSelectorOpNotIn
				return notIn && slices.Contains(one.Values, marker[2])
			})
			if len(terms) != 1 || !spared {
				t.Errorf("%s: may run on nodes with %s=%s", name, marker[1], marker[2])
			}
		}
		budget := as[policy.PodDisruptionBudget](t, ofKind(all, "PodDisruptionBudget")[0])
		if !selects(t, budget.Spec.Selector, template.Labels) || !selects(t, spec.Selector, template.Labels) {
			t.Errorf("%s: a selector misses the pods", name)
		}
		// serve answers what has come in for at most ten seconds after the stay.
		args := template.Spec.Containers[0].Args
		stay, err := strconv.Atoi(args[slices.Index(args, "--stay")+1])
		if err != nil || *template.Spec.TerminationGracePeriodSeconds <= int64(stay)+10 {
			t.Errorf("%s: is killed before it has ended, %v", name, err)
		}
	}
}
