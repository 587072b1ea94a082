package check

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// One line of /metrics: its name and labels.
type series struct {
	name   string
	labels map[string]string
}

var (
	sample   = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? [-+.0-9a-z]+$`)
	label    = regexp.MustCompile(`([a-z_]+)(=~|!~|!=|=)"([^"]*)"`)
	selector = regexp.MustCompile(`\b((?:brokergate|process)_[a-z_]+)(\{[^}]*\})?`)
)

func served(t *testing.T) []series {
	t.Helper()
	var out []series
	for _, line := range strings.Split(readText(t, setting(t, "METRICS")), "\n") {
		found := sample.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		one := series{found[1], map[string]string{}}
		for _, pair := range label.FindAllStringSubmatch(found[2], -1) {
			one.labels[pair[1]] = pair[3]
		}
		out = append(out, one)
	}
	if len(out) < 100 {
		t.Fatalf("/metrics has %d series", len(out))
	}
	return out
}

// What Prometheus adds when it scrapes.
func scraped(name string) bool {
	return name == "job" || name == "instance" || name == "namespace" || name == "pod"
}

func matches(one series, matchers [][]string) bool {
	for _, matcher := range matchers {
		if scraped(matcher[1]) {
			continue
		}
		value, there := one.labels[matcher[1]]
		equal := value == matcher[3]
		if strings.HasSuffix(matcher[2], "~") {
			equal = regexp.MustCompile("^(?:" + matcher[3] + ")$").MatchString(value)
		}
		if !there || equal == strings.HasPrefix(matcher[2], "!") {
			return false
		}
	}
	return true
}

// Labels in `by (…)`, which have to be ones that a series of the expression has.
var grouping = regexp.MustCompile(`\bby ?\(([^)]*)\)`)

func checkExpression(t *testing.T, where, expression string, all []series) {
	t.Helper()
	expression = strings.ReplaceAll(expression, "$__rate_interval", "5m")
	used := selector.FindAllStringSubmatch(expression, -1)
	if len(used) == 0 {
		t.Errorf("%s names no metric: %s", where, expression)
	}
	known := map[string]bool{}
	for _, one := range used {
		matchers := label.FindAllStringSubmatch(one[2], -1)
		found := false
		for _, candidate := range all {
			if candidate.name == one[1] && matches(candidate, matchers) {
				found = true
				for name := range candidate.labels {
					known[name] = true
				}
			}
		}
		if !found {
			t.Errorf("%s: brokergate serves no series %s", where, one[0])
		}
	}
	for _, group := range grouping.FindAllStringSubmatch(expression, -1) {
		for _, name := range strings.Split(group[1], ",") {
			if name = strings.TrimSpace(name); !known[name] && !scraped(name) {
				t.Errorf("%s: no series has the label %s", where, name)
			}
		}
	}
}

// Checklist S25: no label has a value that comes from a request's own names.
func TestNoMetricHasAnUnboundedLabel(t *testing.T) {
	bounded := []string{"code", "endpoint", "le", "operation", "outcome", "reason", "resource", "result",
		"rule", "type", "version", "what", "why"}
	for _, one := range served(t) {
		for name := range one.labels {
			if !slices.Contains(bounded, name) {
				t.Errorf("%s has the label %s, which this list of bounded ones does not know", one.name, name)
			}
		}
	}
}

func TestAlertsUseMetricsThatAreServed(t *testing.T) {
	all := served(t)
	rule := objectsIn(t, source(t, "deploy/monitoring/alerts.yaml"))[0]
	if rule.GetKind() != "PrometheusRule" || rule.GetAPIVersion() != "monitoring.coreos.com/v1" {
		t.Fatalf("alerts.yaml is a %s", rule.GetKind())
	}
	groups, _, _ := nestedMaps(rule, "spec", "groups")
	names := map[string]bool{}
	for _, group := range groups {
		alerts, _, _ := unstructured.NestedSlice(group, "rules")
		for _, entry := range alerts {
			alert := entry.(map[string]any)
			name, _ := alert["alert"].(string)
			expression, _ := alert["expr"].(string)
			if names[name] || name == "" {
				t.Errorf("alert %q twice, or without a name", name)
			}
			names[name] = true
			checkExpression(t, name, expression, all)
			severity, _, _ := unstructured.NestedString(alert, "labels", "severity")
			summary, _, _ := unstructured.NestedString(alert, "annotations", "summary")
			todo, _, _ := unstructured.NestedString(alert, "annotations", "description")
			if severity == "" || summary == "" || todo == "" {
				t.Errorf("%s says not how bad it is or what to do", name)
			}
		}
	}
	for _, name := range []string{"BrokergateViewNotRead", "BrokergateViewDoubtful", "BrokergateViewForbidden"} {
		if !names[name] {
			t.Errorf("no alert %s", name)
		}
	}
	if len(names) < 7 {
		t.Errorf("%d alerts", len(names))
	}
}

func TestDashboardUsesMetricsThatAreServed(t *testing.T) {
	all := served(t)
	var board struct {
		Title  string
		Panels []struct {
			ID      int
			Title   string
			Type    string
			Targets []struct{ Expr string }
			GridPos struct{ X, Y, W, H int }
		}
	}
	if err := json.Unmarshal([]byte(readText(t, source(t, "deploy/monitoring/dashboard.json"))), &board); err != nil {
		t.Fatal(err)
	}
	ids, places, expressions := map[int]bool{}, map[[2]int]string{}, 0
	for _, panel := range board.Panels {
		if ids[panel.ID] {
			t.Errorf("two panels have the id %d", panel.ID)
		}
		ids[panel.ID] = true
		for x := panel.GridPos.X; x < panel.GridPos.X+panel.GridPos.W; x++ {
			for y := panel.GridPos.Y; y < panel.GridPos.Y+panel.GridPos.H; y++ {
				if other := places[[2]int{x, y}]; other != "" || x > 23 {
					t.Fatalf("%s stands over %s", panel.Title, other)
				}
				places[[2]int{x, y}] = panel.Title
			}
		}
		if len(panel.Targets) == 0 {
			t.Errorf("%s shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			expressions++
			checkExpression(t, panel.Title, target.Expr, all)
		}
	}
	if expressions < 8 {
		t.Errorf("%d expressions", expressions)
	}
}
