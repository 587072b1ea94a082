package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sort"
	"strings"
	"time"
)

// Who did what, without bodies. The crowd in namespace default is left out, as nobody reads it.
const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: Metadata, users: ["system:serviceaccount:brokergate-system:view"]}
  - {level: None, namespaces: [default]}
  - level: Metadata
    resources:
      - {group: apps, resources: [statefulsets]}
      - {group: "", resources: [services, pods]}
`

// The annotations of the last request in the API server's audit log that did this to an object. It is written when the
// answer is on its way, so that a reader may have to wait for it.
func (w *world) audited(verb, namespace, name string) map[string]string {
	var found map[string]string
	w.until(5*time.Second, "the audit log to tell of "+verb+" "+namespace+"/"+name, func() bool {
		file, err := os.Open(w.auditLog)
		check(err)
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if !strings.Contains(lines.Text(), `"`+namespace+`"`) {
				continue
			}
			var event struct {
				Verb      string
				ObjectRef struct{ Namespace, Name string }
				// What a failed request was about stands in its URI only, unless it says its name there.
				ResponseStatus struct{ Details struct{ Name string } }
				Annotations    map[string]string
			}
			check(json.Unmarshal(lines.Bytes(), &event))
			of := event.ObjectRef
			if event.Verb == verb && of.Namespace == namespace && (of.Name == name || event.ResponseStatus.Details.Name == name) {
				found = event.Annotations
			}
		}
		check(lines.Err())
		return found != nil
	}, func() string { return "" })
	return found
}

// The audit log's annotations of brokergate are these and no others: "mutate.brokergate.io/injected", its value, …
func (w *world) tellsAudit(verb, namespace, name string, wanted ...string) {
	var ours []string
	for key, value := range w.audited(verb, namespace, name) {
		if strings.Contains(key, ".brokergate.io/") {
			ours = append(ours, key+" "+value)
		}
	}
	var expected []string
	for i := 0; i+1 < len(wanted); i += 2 {
		expected = append(expected, wanted[i]+" "+wanted[i+1])
	}
	sort.Strings(ours)
	sort.Strings(expected)
	if strings.Join(ours, "\n") != strings.Join(expected, "\n") {
		failf("%s %s/%s in the audit log: %q, expected %q", verb, namespace, name, ours, expected)
	}
}
