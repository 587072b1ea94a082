package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// An object as the API server stores it, read by path: "spec", "ports", 0, "port".
type object map[string]any

func dig(value any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			of, _ := value.(map[string]any)
			if of == nil {
				if same, is := value.(object); is {
					of = same
				}
			}
			value = of[key]
		case int:
			list, _ := value.([]any)
			if key >= len(list) {
				return nil
			}
			value = list[key]
		}
	}
	return value
}

func (o object) at(path ...any) any { return dig(o, path...) }

func (o object) text(path ...any) string {
	switch value := o.at(path...).(type) {
	case nil:
		return ""
	case string:
		return value
	default:
		text, _ := json.Marshal(value)
		return string(text)
	}
}

func (o object) annotation(key string) string { return o.text("metadata", "annotations", key) }

func (o object) expect(wanted string, path ...any) {
	if found := o.text(path...); found != wanted {
		failf("%s/%s: %v is %q, expected %q", o.text("kind"), o.text("metadata", "name"), path, found, wanted)
	}
}

// The value of a variable of the first container.
func (o object) env(name string) string {
	list, _ := o.at("spec", "template", "spec", "containers", 0, "env").([]any)
	for _, entry := range list {
		if dig(entry, "name") == name {
			value, _ := dig(entry, "value").(string)
			return value
		}
	}
	return ""
}

func (o object) contains(text string, path ...any) {
	if found := o.text(path...); !strings.Contains(found, text) {
		failf("%s/%s: %v lacks %q: %q", o.text("kind"), o.text("metadata", "name"), path, text, found)
	}
}

func parse(text string) object {
	out := object{}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		failf("not JSON: %v\n%s", err, text)
	}
	return out
}

func (w *world) get(kind, namespace, name string) object {
	return parse(w.kubectl("get", kind, name, "--namespace", namespace, "-o", "json").fine().out)
}

func (w *world) absent(kind, namespace, name string) {
	w.kubectl("get", kind, name, "--namespace", namespace).refused("NotFound")
}

func (w *world) namespace(name string) string {
	w.kubectl("create", "namespace", name).fine()
	return name
}

// resourceVersion of everything of ours in a namespace; what was not written again keeps it.
func (w *world) versions(namespace string) map[string]string {
	out := map[string]string{}
	list := parse(w.kubectl("get", "services,statefulsets", "--namespace", namespace, "-o", "json").fine().out)
	items, _ := list["items"].([]any)
	for _, item := range items {
		one := object(item.(map[string]any))
		out[one.text("kind")+"/"+one.text("metadata", "name")] =
			one.text("metadata", "resourceVersion") + " generation " + one.text("metadata", "generation")
	}
	return out
}

func (w *world) unchanged(before, after map[string]string) {
	if len(before) == 0 || fmt.Sprint(before) != fmt.Sprint(after) {
		failf("expected nothing written, before\n%v\nafter\n%v", before, after)
	}
}

// A file below testdata, with the words before each "=" replaced.
func (w *world) manifest(name string, replace ...string) string {
	text, err := os.ReadFile(filepath.Join(w.tools.root, "test/e2e/manifests", name))
	check(err)
	return strings.NewReplacer(replace...).Replace(string(text))
}
