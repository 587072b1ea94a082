package main

import (
	"encoding/json"
	"fmt"
	"sort"
)

// Where two objects differ, path by path. What the API server counts by itself is left out.
func differences(path string, before, after any) []string {
	was, isMap := before.(map[string]any)
	is, areMaps := after.(map[string]any)
	if isMap && areMaps {
		keys := map[string]bool{}
		for key := range was {
			keys[key] = true
		}
		for key := range is {
			keys[key] = true
		}
		var sorted, out []string
		for key := range keys {
			if key != "resourceVersion" && key != "generation" && key != "managedFields" {
				sorted = append(sorted, key)
			}
		}
		sort.Strings(sorted)
		for _, key := range sorted {
			out = append(out, differences(path+"."+key, was[key], is[key])...)
		}
		return out
	}
	first, isList := before.([]any)
	second, areLists := after.([]any)
	if isList && areLists && len(first) == len(second) {
		var out []string
		for i := range first {
			out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), first[i], second[i])...)
		}
		return out
	}
	a, _ := json.Marshal(before)
	b, _ := json.Marshal(after)
	if string(a) == string(b) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %.300s, now %.300s", path, a, b)}
}
