package check

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sigs.k8s.io/yaml"
)

// Questions about every StatefulSet and Service of the tests' manifests (and of the folder MANIFESTS), as they are
// and as they would be with what the conditions look at; and about the pods of the StatefulSets.
func corpus(t *testing.T) []question {
	t.Helper()
	folders := []string{source(t, "test/fixtures"), source(t, "test/proof"), source(t, "deploy/demo")}
	if more := os.Getenv("MANIFESTS"); more != "" {
		folders = append(folders, more)
	}
	var out []question
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !(strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")) {
				return nil
			}
			// Some are broken on purpose; what stands before the fault is taken.
			all, _ := documents(readText(t, path))
			for _, document := range all {
				var one object
				if yaml.Unmarshal(document, &one.Object) == nil {
					out = append(out, questions(one)...)
				}
			}
			return nil
		})
	}
	return out
}

func questions(one object) []question {
	spec, is := one.Object["spec"].(map[string]any)
	if _, named := one.Object["metadata"].(map[string]any); !is || !named {
		return nil
	}
	service := one.GetKind() == "Service" && one.GetAPIVersion() == "v1"
	if !service && (one.GetKind() != "StatefulSet" || one.GetAPIVersion() != "apps/v1") {
		return nil
	}
	changed := func(change func(object, map[string]any)) object {
		out := *one.DeepCopy()
		change(out, out.Object["spec"].(map[string]any))
		return out
	}
	terminating := changed(func(other object, _ map[string]any) {
		other.Object["metadata"].(map[string]any)["deletionTimestamp"] = "2026-11-23T08:00:00Z"
	})
	out := []question{ask(one, object{}), ask(one, one), ask(terminating, one)}
	if service {
		for _, change := range []func(object, map[string]any){
			func(_ object, spec map[string]any) { delete(spec, "selector") },
			func(_ object, spec map[string]any) { spec["selector"] = map[string]any{} },
			func(_ object, spec map[string]any) {
				spec["type"] = "ExternalName"
				spec["externalName"] = "kafka.example.org"
			},
		} {
			out = append(out, ask(changed(change), object{}), ask(changed(change), one))
		}
		return out
	}
	template, is := spec["template"].(map[string]any)
	if !is {
		return out
	}
	for _, owner := range []string{"StatefulSet", "ReplicaSet", ""} {
		out = append(out, ask(podFrom(one, template, owner), object{}))
	}
	return out
}

func podFrom(set object, template map[string]any, owner string) object {
	text, err := json.Marshal(template)
	if err != nil {
		panic(err)
	}
	var pod object
	if err := json.Unmarshal(text, &pod.Object); err != nil {
		panic(err)
	}
	pod.SetAPIVersion("v1")
	pod.SetKind("Pod")
	pod.SetName(set.GetName() + "-0")
	pod.SetNamespace(set.GetNamespace())
	if owner != "" {
		pod.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
			"apiVersion": "apps/v1", "kind": owner, "name": set.GetName(), "uid": "1", "controller": true}}
	}
	return pod
}

// brokergate's own answers to what was kept away, asked for once each and several at a time.
type answers struct {
	binary, policies string
	pending          map[string]pending
}

type pending struct {
	endpoint, policy, by string
	review               []byte
}

func newAnswers(t *testing.T) *answers {
	t.Helper()
	out := &answers{setting(t, "BROKERGATE"), t.TempDir(), map[string]pending{}}
	const strict = "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: strict}\n" +
		"spec:\n  onExisting: deny\n  domain: kafka.example.com\n  internal: {provider: gke}\n"
	for name, more := range map[string]string{
		"default": "", "pod": "  inject: pod\n", "pod-unknown": "  inject: pod\n  rules: {unknown-form: deny}\n"} {
		if err := os.WriteFile(filepath.Join(out.policies, name+".yaml"), []byte(strict+more), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (a *answers) wanted(hook webhook, policy, by string, one question) {
	endpoint := strings.TrimPrefix(*hook.ClientConfig.Service.Path, "/")
	id := endpoint + policy + string(one.review)
	a.pending[id] = pending{endpoint, filepath.Join(a.policies, policy+".yaml"), by, one.review}
}

func (a *answers) check(t *testing.T) {
	t.Helper()
	var group sync.WaitGroup
	gate := make(chan struct{}, 2)
	for _, one := range a.pending {
		group.Add(1)
		gate <- struct{}{}
		go func() {
			defer func() { <-gate; group.Done() }()
			command := exec.Command(a.binary, "review", "--endpoint", one.endpoint, "--policy", one.policy)
			command.Stdin = bytes.NewReader(one.review)
			text, err := command.Output()
			var answer struct {
				Response struct {
					Allowed  bool
					Patch    string
					Warnings []string
				}
			}
			if err != nil || json.Unmarshal(text, &answer) != nil {
				t.Errorf("review of what %s keeps away: %v", one.by, err)
				return
			}
			said := answer.Response
			// Nobody reads a warning about a pod that a controller makes.
			about := len(said.Warnings) > 0 && one.by != "made-by-a-statefulset"
			if !said.Allowed || said.Patch != "" || about {
				t.Errorf("%s keeps away from %s what brokergate speaks of: %s\nabout %.600s",
					one.by, one.endpoint, text, one.review)
			}
		}()
	}
	group.Wait()
	if len(a.pending) < 100 {
		t.Errorf("only %d questions were kept away", len(a.pending))
	}
	t.Logf("brokergate was asked %d times", len(a.pending))
}
