package main

import (
	"fmt"
	"path/filepath"
	"sort"
	"strings"
)

// The reports of a namespace as the cluster holds them: "RULE RESULT KIND/NAME" of each result, and the numbers of the
// summary.
func (v *viewCluster) reported(namespace string) (results []string, counted string) {
	report := parse(v.kubectl("get", "reports.openreports.io/brokergate", "-n", namespace, "-o", "json").fine().out)
	list, _ := report.at("results").([]any)
	for _, one := range list {
		result := object(one.(map[string]any))
		results = append(results, fmt.Sprintf("%s %s %s/%s", result.text("rule"), result.text("result"),
			result.text("resources", 0, "kind"), result.text("resources", 0, "name")))
	}
	sort.Strings(results)
	return results, "fail " + report.text("summary", "fail") + ", warn " + report.text("summary", "warn") + ", skip " +
		report.text("summary", "skip")
}

// With the CustomResourceDefinition that OpenReports itself releases: the API server checks each field by its schema, and
// strictly: what it does not know is refused, too.
func viewReports(w *world) {
	v := w.viewed()
	v.kubectl("apply", "-f", filepath.Join(w.tools.openreports, "config", "crd")).fine()
	v.kubectl("wait", "--for=condition=Established", "--timeout=20s", "crd/reports.openreports.io",
		"crd/clusterreports.openreports.io").fine()
	const namespace = "reported"
	v.kubectl("create", "namespace", namespace).fine()
	// One that is public, one that is accepted so, and a third broker without any.
	k := newKafka("told").of(3)
	outside := "{name: outside, port: 9094, targetPort: 9094}"
	v.feed(k.set()+k.service(0, "LoadBalancer", outside, "")+k.service(1, "LoadBalancer", outside, ""), "apply", "-n",
		namespace).fine()
	policy := v.file("reports.yaml", []byte(viewPolicy("suppressions:", "  - {rule: internal-load-balancer, object: Service/"+
		namespace+"/told-1, reason: public until spring}")))
	report := func() {
		reports := v.audit("--policy", policy, "-o", "openreports")
		if reports.code > 1 {
			failf("%s", reports)
		}
		v.feed(reports.out, "apply", "--validate=strict").fine()
		v.feed(reports.out, "apply", "--validate=strict").fine()
	}
	report()
	told, counted := v.reported(namespace)
	w.say("%s: %s", counted, strings.Join(told, "; "))
	all := strings.Join(told, "\n") + "\n"
	for _, one := range []string{"internal-load-balancer fail Service/told-0", "internal-load-balancer skip Service/told-1",
		"broker-service-missing warn StatefulSet/told"} {
		if !strings.Contains(all, one+"\n") {
			failf("no %q among\n%s", one, all)
		}
	}
	for _, result := range []string{"fail", "warn", "skip"} {
		if number := strings.Count(all, " "+result+" "); !strings.Contains(counted, result+" "+itoa(number)) {
			failf("%s, and there are\n%s", counted, all)
		}
	}
	of := 0
	everything, _ := findings(v.audit("--policy", policy, "-o", "json").out)
	for _, one := range everything {
		if strings.Contains(one, " StatefulSet "+namespace+"/") || strings.Contains(one, " Service "+namespace+"/") {
			of++
		}
	}
	if of != len(told) {
		failf("%d results, and audit tells of %d:\n%s", len(told), of, strings.Join(everything, "\n"))
	}
	// What is mended is taken out of the report that is there.
	v.feed(k.of(2).set()+k.of(2).balancers(), "apply", "-n", namespace).fine()
	report()
	told, counted = v.reported(namespace)
	left := strings.Join(told, "; ")
	if strings.Contains(left, "internal-load-balancer") || strings.Contains(left, "broker-service-missing") ||
		!strings.HasPrefix(counted, "fail 0, ") || !strings.HasSuffix(counted, ", skip 0") {
		failf("%s: %s", counted, left)
	}
	v.kubectl("delete", "crd", "reports.openreports.io", "clusterreports.openreports.io").fine()
	v.kubectl("delete", "namespace", namespace, "--wait=false").fine()
}
