// Checks of what deploy/ holds, on the objects as they are rendered. run.sh renders them and names the folder.
package check

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type object = unstructured.Unstructured

// What run.sh tells; a check that misses it fails, none is left out.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set; run ./dev deploy-test", name)
	}
	return value
}

func source(t *testing.T, path string) string { return filepath.Join(setting(t, "SOURCE"), path) }

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The documents of one stream, without the empty ones.
func documents(text string) ([][]byte, error) {
	reader := utilyaml.NewYAMLReader(newReader(text))
	var out [][]byte
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		var value any
		if err := yaml.Unmarshal(document, &value); err != nil {
			return out, err
		}
		if value != nil {
			out = append(out, bytes.Clone(document))
		}
	}
}

func objectsIn(t *testing.T, path string) []object {
	t.Helper()
	all, err := documents(readText(t, path))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var out []object
	for _, document := range all {
		var one object
		if err := yaml.Unmarshal(document, &one.Object); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		out = append(out, one)
	}
	if len(out) == 0 {
		t.Fatalf("%s holds no object", path)
	}
	return out
}

// Every rendering of the chart by its name, and the base under "kustomize".
func renderings(t *testing.T) map[string][]object {
	t.Helper()
	out := map[string][]object{"kustomize": base(t)}
	files, err := filepath.Glob(filepath.Join(setting(t, "RENDERED"), "*.yaml"))
	if err != nil || len(files) < 6 {
		t.Fatalf("renderings: %v, %v", files, err)
	}
	for _, file := range files {
		out[strings.TrimSuffix(filepath.Base(file), ".yaml")] = objectsIn(t, file)
	}
	return out
}

func rendering(t *testing.T, name string) []object {
	t.Helper()
	return objectsIn(t, filepath.Join(setting(t, "RENDERED"), name+".yaml"))
}

// What kustomization.yaml lists; a file beside it that it does not list is a mistake.
func base(t *testing.T) []object {
	t.Helper()
	folder := source(t, "deploy/kustomize/base")
	list := objectsIn(t, filepath.Join(folder, "kustomization.yaml"))[0]
	for key := range list.Object {
		if key != "apiVersion" && key != "kind" && key != "resources" {
			t.Fatalf("kustomization.yaml says %s, which these checks do not read", key)
		}
	}
	listed, _, _ := unstructured.NestedStringSlice(list.Object, "resources")
	there, _ := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if len(there) != len(listed)+1 {
		t.Errorf("the base has %d files and lists %d", len(there)-1, len(listed))
	}
	var out []object
	for _, name := range listed {
		out = append(out, objectsIn(t, filepath.Join(folder, name))...)
	}
	return out
}

func identity(one object) string {
	return strings.Join([]string{one.GetAPIVersion(), one.GetKind(), one.GetNamespace(), one.GetName()}, " ")
}

func ofKind(all []object, kind string) []object {
	var out []object
	for _, one := range all {
		if one.GetKind() == kind {
			out = append(out, one)
		}
	}
	return out
}

func sorted[T any](from map[string]T) []string {
	var keys []string
	for key := range from {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
