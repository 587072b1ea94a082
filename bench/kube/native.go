package main

const policies = "/apis/admissionregistration.k8s.io/v1/"

// The rules that the webhooks follow, as far as CEL can say them, written as cheap as they can be: only for the kind they
// are about, the container found by its place, a JSON patch of one value (an ApplyConfiguration costs more), and what
// they concern asked within the expression (for matchConditions the API server makes CEL values of the object once more).
const (
	isBroker = `object.spec.template.spec.containers[0].image.contains("kafka")`
	entries  = `object.spec.template.spec.containers[0].env`
	entry    = entries + `.filter(e, e.name == "KAFKA_ADVERTISED_LISTENERS")`
	inFront  = `has(object.spec.selector) && object.spec.selector.exists(k, object.spec.selector[k].startsWith("kafka"))`
	has      = `has(object.metadata.annotations) && "` + annotation + `" in object.metadata.annotations`
)

func rulesFor(group, resource string) object {
	return object{
		"namespaceSelector": object{"matchExpressions": []any{object{"key": "kubernetes.io/metadata.name",
			"operator": "NotIn", "values": []any{"kube-system", "kube-node-lease", "brokergate-system"}}}},
		"resourceRules": []any{object{"apiGroups": []any{group}, "apiVersions": []any{"v1"},
			"operations": []any{"CREATE", "UPDATE"}, "resources": []any{resource}, "scope": "Namespaced"}},
	}
}

func policy(kind, name string, spec object) []created {
	whole := func(kind, name string, spec object) string {
		return encoded(object{"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
			"metadata": object{"name": name}, "spec": spec})
	}
	binding := object{"policyName": name}
	folder := "mutatingadmissionpolicies"
	bindings := "mutatingadmissionpolicybindings"
	if kind == "ValidatingAdmissionPolicy" {
		binding["validationActions"] = []any{"Deny"}
		folder, bindings = "validatingadmissionpolicies", "validatingadmissionpolicybindings"
	}
	return []created{{policies + folder, name, whole(kind, name, spec)},
		{policies + bindings, name, whole(kind+"Binding", name, binding)}}
}

func mutating(name, group, resource, condition, patch string) []created {
	return policy("MutatingAdmissionPolicy", name, object{
		"failurePolicy": "Fail", "reinvocationPolicy": "IfNeeded", "matchConstraints": rulesFor(group, resource),
		"mutations": []any{object{"patchType": "JSONPatch",
			"jsonPatch": object{"expression": "(" + condition + ") ? (" + patch + ") : []"}}},
	})
}

func validating(name, group, resource string, validations ...any) []created {
	return policy("ValidatingAdmissionPolicy", name, object{
		"failurePolicy": "Fail", "matchConstraints": rulesFor(group, resource), "validations": validations})
}

func must(condition, holds, message string) object {
	return object{"expression": "!(" + condition + ") || (" + holds + ")", "message": message}
}

func nativePolicies() []created {
	place := entries + `.map(e, e.name).indexOf("KAFKA_ADVERTISED_LISTENERS")`
	var all []created
	all = append(all, mutating("brokers", "apps", "statefulsets",
		isBroker+` && `+entry+`.exists(e, !e.value.contains("kafka.example.com"))`,
		`[JSONPatch{op: "replace", path: "/spec/template/spec/containers/0/env/" + string(`+place+`) + "/value", value: `+
			entry+`[0].value + ",`+outside+`"}]`)...)
	all = append(all, mutating("load-balancers", "", "services",
		inFront+` && object.spec.type == "LoadBalancer" && !(`+has+`)`,
		`has(object.metadata.annotations) ? [JSONPatch{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("`+
			annotation+`"), value: "Internal"}] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {"`+
			annotation+`": "Internal"}}]`)...)
	all = append(all, validating("brokers", "apps", "statefulsets", must(isBroker,
		entry+`.exists(e, e.value.contains("kafka.example.com"))`,
		"KAFKA_ADVERTISED_LISTENERS has no listener for clients outside"))...)
	all = append(all, validating("load-balancers", "", "services",
		must(inFront, `object.spec.type != "NodePort"`, "brokers are not reached through node ports"),
		must(inFront, `object.spec.type != "LoadBalancer" || (`+has+` && object.metadata.annotations["`+annotation+
			`"] == "Internal")`, "the load balancer of a broker is not internal"))...)
	return all
}
