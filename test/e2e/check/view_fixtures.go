package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Manifests that are judged as files, and as objects of a cluster.
type sample struct {
	name, policy string
	files        []string
	objects      []object
	// Why it cannot be compared: what the API server, or kubectl, says of one of its objects.
	refused string
}

var policyLine = regexp.MustCompile(`(?m)^.*?# POLICY: (.*)$`)

// The demo, and every fixture of a rule with the policy that its comments tell.
func (w *world) samples() []*sample {
	demo := filepath.Join(w.tools.root, "deploy/demo")
	all := []*sample{
		{name: "demo/kafka", policy: demo + "/policy.yaml"}, {name: "demo/preemptible", policy: demo + "/policy.yaml"}}
	for _, one := range all {
		one.files, _ = filepath.Glob(filepath.Join(w.tools.root, "deploy", one.name, "*.yaml"))
	}
	found, err := filepath.Glob(filepath.Join(w.tools.root, "test/fixtures/*/*.yaml"))
	check(err)
	for _, file := range found {
		if strings.HasSuffix(file, ".old.yaml") {
			continue
		}
		text, err := os.ReadFile(file)
		check(err)
		spec := ""
		for _, line := range policyLine.FindAllStringSubmatch(string(text), -1) {
			spec += "  " + line[1] + "\n"
		}
		if spec == "" {
			spec = "  {}\n"
		}
		name := filepath.Base(filepath.Dir(file)) + "/" + strings.TrimSuffix(filepath.Base(file), ".yaml")
		all = append(all, &sample{name: name, files: []string{file}, policy: w.file("policies/"+name+".yaml",
			[]byte("apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec:\n"+spec))})
	}
	return all
}

// Fills in the objects as kubectl reads them: all files at once, a mark in front of those of each sample.
func (w *world) readObjects(all []*sample) {
	folder := filepath.Join(w.work, "samples")
	const mark = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mark-%04d}\n---\n"
	place := func(i int) string { return fmt.Sprintf("samples/%04d.yaml", i) }
	for i, one := range all {
		text := fmt.Sprintf(mark, i)
		for _, file := range one.files {
			content, err := os.ReadFile(file)
			check(err)
			text += string(content) + "\n---\n"
		}
		w.file(place(i), []byte(text))
	}
	out := w.kubectl("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", folder)
	var current *sample
	for decoder := json.NewDecoder(strings.NewReader(out.out)); decoder.More(); {
		one := object{}
		check(decoder.Decode(&one))
		if number, is := strings.CutPrefix(one.text("metadata", "name"), "mark-"); is && one.text("kind") == "ConfigMap" {
			index := 0
			_, err := fmt.Sscanf(number, "%04d", &index)
			check(err)
			current = all[index]
			continue
		}
		current.objects = append(current.objects, one)
	}
	for i, one := range all {
		for _, line := range strings.Split(out.err, "\n") {
			if strings.Contains(line, filepath.Join(w.work, place(i))) {
				one.refused = strings.ReplaceAll(line, w.work+"/", "")
			}
		}
	}
}

var paths = map[string]string{"Service": "/api/v1/namespaces/%s/services", "ConfigMap": "/api/v1/namespaces/%s/configmaps",
	"StatefulSet": "/apis/apps/v1/namespaces/%s/statefulsets", "Deployment": "/apis/apps/v1/namespaces/%s/deployments",
	"Job": "/apis/batch/v1/namespaces/%s/jobs", "Node": "/api/v1/nodes"}

// Stores them; returns where they are. Ends at what the API server refuses.
func (w *world) store(one *sample) (stored []string) {
	for _, object := range one.objects {
		path, known := paths[object.text("kind")]
		if !known {
			one.refused = "no place for a " + object.text("kind")
			return
		}
		if strings.Contains(path, "%s") {
			namespace := object.text("metadata", "namespace")
			if namespace == "" {
				namespace = "default"
			} else if code, text := w.post(w.api+"/api/v1/namespaces",
				`{"metadata": {"name": "`+namespace+`"}}`); code != 201 && code != 409 {
				failf("%d %s", code, text)
			}
			path = fmt.Sprintf(path, namespace)
		}
		text, err := json.Marshal(object)
		check(err)
		code, answer := w.post(w.api+path, string(text))
		if code != 201 {
			one.refused = parse(answer).text("message")
			return
		}
		url := w.api + path + "/" + object.text("metadata", "name")
		stored = append(stored, url)
		// What controllers and kubelets write.
		if status := object.text("status"); object.text("kind") == "Service" && strings.Contains(status, "ingress") {
			w.merge(url+"/status", `{"status": `+status+`}`)
		}
		if object.text("kind") == "Node" {
			taints := object.text("spec", "taints")
			if taints == "" {
				taints = "[]"
			}
			w.merge(url, `{"spec": {"taints": `+taints+`}}`)
		}
	}
	return
}

func (w *world) merge(url, patch string) {
	if code, text := w.send(http.MethodPatch, url, "application/merge-patch+json", patch); code != 200 {
		failf("%d %s", code, text)
	}
}

// Rule, severity, object and place of every finding; and how many objects there were.
func findings(output string) (out []string, objects string) {
	objects = parse(output).text("summary", "objects")
	list, _ := parse(output).at("findings").([]any)
	for _, one := range list {
		finding := object(one.(map[string]any))
		namespace := finding.text("object", "namespace")
		if namespace == "" {
			namespace = "default"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s/%s %s", finding.text("rule"), finding.text("severity"),
			finding.text("object", "kind"), namespace, finding.text("object", "name"), finding.text("path")))
	}
	sort.Strings(out)
	return out, objects
}

// The finding with the place above its own.
func cutPlace(finding string) string {
	at := strings.LastIndex(finding, "/")
	return strings.TrimSuffix(finding[:at], "/")
}

// Takes out what may differ: a field that the API server fills in or leaves out is told of at its own place on one side,
// at the place that lacks it on the other; and keys that stand twice are there once as soon as somebody has read them.
func explained(files, cluster []string) (left, right []string, moved, once int) {
	right = append(right, cluster...)
	for _, one := range files {
		if strings.HasPrefix(one, "duplicate-key ") {
			once++
			continue
		}
		found := -1
		for i, other := range right {
			if cutPlace(one) == other || cutPlace(other) == one || (cutPlace(one) == cutPlace(other) && siblings(one, other)) {
				found = i
			}
		}
		if found < 0 {
			left = append(left, one)
			continue
		}
		moved++
		right = append(right[:found:found], right[found+1:]...)
	}
	return
}

// A port that leads nowhere is told at its targetPort, or where there is none, at its number.
func siblings(a, b string) bool {
	return strings.HasSuffix(a, "/port") && strings.HasSuffix(b, "/targetPort")
}

// Those of the first list that the second has not.
func without(these, those []string) []string {
	left := map[string]int{}
	for _, one := range those {
		left[one]++
	}
	var out []string
	for _, one := range these {
		if left[one]--; left[one] < 0 {
			out = append(out, one)
		}
	}
	return out
}
