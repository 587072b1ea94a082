package check

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
)

// The conditions of one webhook, as the API server evaluates them: all true, or the webhook is not asked.
type conditions struct {
	names    []string
	programs []cel.Program
}

func compile(t *testing.T, one webhook) conditions {
	t.Helper()
	environment, err := cel.NewEnv(cel.Variable("request", cel.DynType), cel.Variable("object", cel.DynType),
		cel.Variable("oldObject", cel.DynType))
	if err != nil {
		t.Fatal(err)
	}
	var out conditions
	for _, condition := range one.MatchConditions {
		ast, issues := environment.Compile(condition.Expression)
		if issues.Err() != nil {
			t.Fatalf("%s: %s: %v", one.where, condition.Name, issues.Err())
		}
		program, err := environment.Program(ast)
		if err != nil {
			t.Fatal(err)
		}
		out.names = append(out.names, condition.Name)
		out.programs = append(out.programs, program)
	}
	return out
}

// The name of the condition that keeps the request away; empty: it is sent.
func (c conditions) keptAwayBy(one question) (string, error) {
	input := map[string]any{
		"request": one.request, "object": one.request["object"], "oldObject": one.request["oldObject"]}
	for i, program := range c.programs {
		value, _, err := program.Eval(input)
		if err != nil {
			return "", fmt.Errorf("%s: %w", c.names[i], err)
		}
		sent, is := value.Value().(bool)
		if !is {
			return "", fmt.Errorf("%s gives %v", c.names[i], value)
		}
		if !sent {
			return c.names[i], nil
		}
	}
	return "", nil
}

// What the webhook is asked, and what brokergate answers to it when it is asked all the same.
type question struct {
	resource string
	review   []byte
	request  map[string]any
}

func ask(one, old object) question {
	resource := map[string]string{"Service": "services", "StatefulSet": "statefulsets", "Pod": "pods"}[one.GetKind()]
	group, version := one.GroupVersionKind().Group, one.GroupVersionKind().Version
	namespace := one.GetNamespace()
	if namespace == "" {
		namespace = "default"
	}
	request := map[string]any{
		"uid": "7d2c1f0e", "operation": "CREATE", "namespace": namespace, "name": one.GetName(), "dryRun": false,
		"kind":     map[string]any{"group": group, "version": version, "kind": one.GetKind()},
		"resource": map[string]any{"group": group, "version": version, "resource": resource},
		"userInfo": map[string]any{"username": "somebody"},
		"object":   one.Object, "oldObject": nil,
	}
	if old.Object != nil {
		request["operation"] = "UPDATE"
		request["oldObject"] = old.Object
	}
	review, err := json.Marshal(map[string]any{
		"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
	if err != nil {
		panic(err)
	}
	return question{resource, review, request}
}

// Never skip what would be judged: of every object that a condition keeps away, brokergate itself has nothing to
// say, under a policy that is as strict as can be.
func TestWhatConditionsKeepAwayIsNothingToBrokergate(t *testing.T) {
	all := corpus(t)
	answers := newAnswers(t)
	// How many of each have to be sent, and kept away by each condition, so that this shows something.
	for name, least := range map[string]map[string]int{
		"default":     {"services": 100, "statefulsets": 100, "not-being-deleted": 100, "service-selects-pods": 100},
		"pod":         {"pods": 50, "made-by-a-statefulset": 50},
		"pod-unknown": {"pods": 150},
	} {
		counts := map[string]int{}
		for _, hook := range webhooksOf(t, name, rendering(t, name)) {
			// What is asked about other objects is the same in all renderings.
			if strings.HasPrefix(hook.Name, "pods.") == (name == "default") {
				continue
			}
			compiled := compile(t, hook)
			resources := map[string]bool{}
			for _, rule := range hook.Rules {
				resources[rule.Resources[0]] = true
			}
			for _, one := range all {
				if !resources[one.resource] {
					continue
				}
				by, err := compiled.keptAwayBy(one)
				if err != nil {
					t.Errorf("%s: %v", hook.where, err)
				} else if by == "" {
					counts[one.resource]++
				} else {
					counts[by]++
					answers.wanted(hook, name, by, one)
				}
			}
		}
		t.Logf("%s: sent, or kept away by: %v", name, counts)
		for what, number := range least {
			if counts[what] < number {
				t.Errorf("%s: %s only %d times", name, what, counts[what])
			}
		}
	}
	answers.check(t)
}

// A Scale has no template and a deletion no object: the chart's own conditions let the one through without a fault and
// are not asked of the other.
func TestScalingAndDeletionsAreNotKeptAway(t *testing.T) {
	scale := object{Object: map[string]any{"apiVersion": "autoscaling/v1", "kind": "Scale",
		"metadata": map[string]any{"name": "kafka", "namespace": "streaming"}, "spec": map[string]any{"replicas": int64(5)}}}
	one := ask(scale, scale)
	one.request["resource"] = map[string]any{"group": "apps", "version": "v1", "resource": "statefulsets"}
	one.request["subResource"] = "scale"
	evaluated := 0
	for _, hook := range webhooksOf(t, "view", rendering(t, "view")) {
		switch {
		case strings.HasPrefix(hook.Name, "deletions."):
			if len(hook.MatchConditions) != 0 {
				t.Errorf("%s has conditions: %v", hook.where, hook.MatchConditions)
			}
		case !hook.mutates:
			if by, err := compile(t, hook).keptAwayBy(one); err != nil || by != "" {
				t.Errorf("%s: scaling is kept away by %q, %v", hook.where, by, err)
			}
			evaluated += len(hook.MatchConditions)
		}
	}
	if evaluated < 2 {
		t.Errorf("%d conditions were evaluated", evaluated)
	}
}
