package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

func replay(w *world) {
	// A denial, whatever scenarios were picked.
	w.feed(w.manifest("one-id.yaml", "@NAME@", "denied"), "create", "-n", "default").refused("[broker-id]")
	records := w.product.recorder.all()
	if len(records) < 20 {
		failf("only %d requests were recorded", len(records))
	}
	patches, denials := 0, 0
	for i, one := range records {
		question := w.file("replay/question.json", one.question)
		policy := w.file("replay/policy.yaml", []byte(one.policy))
		endpoint := strings.TrimPrefix(one.path, "/")
		out := w.command("", w.tools.brokergate, "review", "--endpoint", endpoint, "--policy", policy, question)
		if strings.TrimSuffix(out.out, "\n") != strings.TrimSuffix(string(one.answer), "\n") {
			failf("request %d differs:\n%s\nserve answered\n%s\nto\n%.2000s", i, out, one.answer, one.question)
		}
		if strings.Contains(out.out, `"patch":`) {
			patches++
		}
		if strings.Contains(out.out, `"allowed":false`) {
			denials++
		}
	}
	w.say("%d requests, %d answers with a patch, %d denials", len(records), patches, denials)
	if patches == 0 || denials == 0 {
		failf("%d patches, %d denials: nothing was shown", patches, denials)
	}
}

// Applies each file to a namespace of its own, and again. A refusal is fine when it has a reason: the API server's own
// checks, or brokergate's. What is not: that brokergate does not answer, that what it made of an object is refused by the
// API server, or that a second apply writes anything.
func corpus(w *world, folder string) {
	var files []string
	check(filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ext := filepath.Ext(path); !entry.IsDir() && (ext == ".yaml" || ext == ".yml" || ext == ".json") {
			files = append(files, path)
		}
		return nil
	}))
	sort.Strings(files)
	if len(files) == 0 {
		failf("no manifests in %s", folder)
	}
	stored, refused, wrong := 0, map[string]int{}, []string{}
	for i, file := range files {
		if w.ctx.Err() != nil {
			failf("out of time after %d of %d files", i, len(files))
		}
		for _, stated := range statedNamespaces(file) {
			w.kubectl("create", "namespace", stated)
		}
		out := w.kubectl("apply", "-f", file)
		for _, bad := range []string{"failed calling webhook", "InternalError", "panic", "EOF\n"} {
			if strings.Contains(out.err, bad) {
				wrong = append(wrong, fmt.Sprintf("%s: %s", file, out.err))
			}
		}
		switch {
		case out.code == 0:
			stored++
		case strings.Contains(out.err, "denied the request"):
			refused["brokergate denies"]++
		case strings.Contains(out.err, "no matches for kind"):
			refused["a kind or version that this API server does not have"]++
		case strings.Contains(out.err, "is invalid"), strings.Contains(out.err, "BadRequest"):
			refused["the API server's own checks"]++
		case strings.Contains(out.err, "error parsing"), strings.Contains(out.err, "error converting YAML"):
			refused["no YAML, a template perhaps"]++
		default:
			refused["other"]++
			w.say("other: %s: %s", file, strings.SplitN(out.err, "\n", 2)[0])
		}
		if out.code == 0 {
			if changed := w.secondApply(file); len(changed) > 0 {
				if name := twice(w.stored(file)); name != "" {
					// The API server merges lists by name, and orders two entries of one name anew with every patch.
					w.say("%s has variable %s twice: the second apply changes the order", file, name)
				} else {
					wrong = append(wrong, fmt.Sprintf("%s: the second apply writes %s", file, strings.Join(changed, "; ")))
				}
			}
		}
		w.kubectl("delete", "-f", file, "--wait=false", "--ignore-not-found")
	}
	w.say("%d files, %d stored, refused: %v", len(files), stored, refused)
	if len(wrong) > 0 {
		failf("%s", strings.Join(wrong, "\n"))
	}
	if w.product.server.ended() || !w.product.ready() {
		failf("brokergate does not run any more:\n%s", tail(w.product.server.text(), 10))
	}
}

// A variable that an object, or one of a list, declares twice in one container.
func twice(value any) string {
	switch value := value.(type) {
	case map[string]any:
		seen := map[any]bool{}
		list, _ := value["env"].([]any)
		for _, entry := range list {
			name := dig(entry, "name")
			if seen[name] {
				return fmt.Sprint(name)
			}
			seen[name] = true
		}
		for _, part := range value {
			if name := twice(part); name != "" {
				return name
			}
		}
	case []any:
		for _, part := range value {
			if name := twice(part); name != "" {
				return name
			}
		}
	}
	return ""
}

// What a second apply of a file changes.
func (w *world) secondApply(file string) []string {
	before := w.stored(file)
	w.kubectl("apply", "-f", file)
	return differences("", before, w.stored(file))
}

// What the API server has of a file's objects.
func (w *world) stored(file string) any {
	return map[string]any(parse(w.kubectl("get", "-f", file, "-o", "json").fine().out))
}

// The namespaces that a file names: the API server wants them to exist.
func statedNamespaces(file string) []string {
	text, err := os.ReadFile(file)
	check(err)
	var out []string
	for _, line := range strings.Split(string(text), "\n") {
		if name, found := strings.CutPrefix(strings.TrimSpace(line), "namespace:"); found {
			if name = strings.Trim(name, ` "'`); name != "" && !strings.ContainsAny(name, "{}$ #") {
				out = append(out, name)
			}
		}
	}
	return out
}
