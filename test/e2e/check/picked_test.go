package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func names(scenarios []scenario) []string {
	var out []string
	for _, one := range scenarios {
		out = append(out, one.name)
	}
	return out
}

// What is picked brings what it rests on: of its own cluster, and of what comes before it.
func TestPicked(t *testing.T) {
	first := []scenario{{"before", nil, true}, {"apply", nil, false}, {"install", nil, true}, {"drift", nil, false}, {"uninstall", nil, true}}
	second := []scenario{{"view: audit", nil, false}, {"view: ready", nil, true}, {"view: stale", nil, false}}
	for _, row := range []struct {
		only   string
		wanted []string
	}{
		{"", append(names(first), names(second)...)},
		{"^drift$", []string{"before", "install", "drift"}},
		{"^apply$|^uninstall$", []string{"before", "apply", "install", "uninstall"}},
		{"^view: stale", []string{"view: ready", "view: stale"}},
		{"^view: audit", []string{"view: audit"}},
		{"^nothing", nil},
	} {
		if found := names(picked(regexp.MustCompile(row.only), first, second)); !slices.Equal(found, row.wanted) {
			t.Errorf("%q picks %q, want %q", row.only, found, row.wanted)
		}
	}
}

// The scenarios as they are: each of those with a view is preceded by the one that makes the view ready.
func TestViewScenariosBringTheirView(t *testing.T) {
	for _, one := range viewScenarios()[2:] {
		found := names(picked(regexp.MustCompile("^"+regexp.QuoteMeta(one.name)+"$"), scenarios(""), viewScenarios(), faultScenarios()))
		if wanted := []string{names(viewScenarios())[1], one.name}; !slices.Equal(found, wanted) {
			t.Errorf("%q runs %q, want %q", one.name, found, wanted)
		}
	}
}

func TestScenarioThatBreaksIsToldAsFailed(t *testing.T) {
	w := &world{}
	if text := attempt(w, func(w *world) { w.view.viewers["nobody"].metric("none") }); !strings.HasPrefix(text, "the scenario itself broke: ") ||
		!strings.Contains(text, "picked_test.go") {
		t.Errorf("told as %q", text)
	}
	if text := attempt(w, func(*world) { failf("as %s", "expected") }); text != "as expected" {
		t.Errorf("told as %q", text)
	}
	if text := attempt(w, func(*world) {}); text != "" {
		t.Errorf("told as %q", text)
	}
}
