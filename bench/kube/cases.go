package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Something that is installed on the API server, at a path and by a name.
type created struct{ folder, name, body string }

// One of those that are compared.
type rival struct {
	title   string
	objects []created
	webhook *process
	// Whether a NodePort in front of a broker is refused. brokergate warns: a Service alone does not tell its nodes.
	refuses bool
}

func (r rival) none() bool { return len(r.objects) == 0 }

// Whether the API server does with it what this case is about.
func (w *world) does(r rival) bool {
	set, err := w.admin.tried(brokers(w.bytes))
	check(err)
	balancer, err := w.admin.tried(service("LoadBalancer"))
	check(err)
	node, err := w.admin.tried(service("NodePort"))
	check(err)
	changed := strings.Contains(set.body, outside) && strings.Contains(balancer.body, annotation)
	unchanged := !strings.Contains(set.body, outside) && !strings.Contains(balancer.body, annotation)
	fine := set.status == 201 && balancer.status == 201
	switch {
	case r.none():
		return fine && unchanged && node.status == 201 && node.warnings == ""
	case r.refuses:
		return fine && changed && (node.status == 403 || node.status == 422)
	default:
		return fine && changed && node.status == 201 && strings.Contains(node.warnings, "NodePort")
	}
}

func (w *world) install(r rival) {
	for _, one := range r.objects {
		w.admin.created(one.folder, one.body)
	}
	w.until(20*time.Second, r.title+" to take effect", w.server, func() bool { return w.does(r) })
}

func (w *world) remove(r rival) {
	for _, one := range r.objects {
		w.admin.deleted(one.folder + "/" + one.name)
	}
	w.until(20*time.Second, r.title+" to be gone", w.server, func() bool { return w.does(rival{}) })
}

func configurations(mutating, validating, name string) []created {
	return []created{{policies + "mutatingwebhookconfigurations", name, mutating},
		{policies + "validatingwebhookconfigurations", name, validating}}
}

// The chart's own configurations, as for a brokergate that runs beside the API server.
func (w *world) brokergateCase() rival {
	port := freePort()
	text := "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: bench}\n" +
		"spec: {domain: kafka.example.com, internal: {provider: gke}}\n"
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	server := w.spawn("brokergate", w.brokergate, "serve", "--listen", listen, "--policy",
		w.file("policy.yaml", []byte(text)), "--cert", w.certificate, "--key", w.key)
	w.until(10*time.Second, "brokergate", server, w.listens(listen))

	command := exec.Command(w.helm, "template", "brokergate", filepath.Join(w.root, "deploy/chart"), "--namespace",
		"brokergate-system", "--show-only", "templates/webhooks.yaml", "--set", "certificate.source=secret", "--set",
		"certificate.secretName=own", "--set-file", "certificate.caBundle="+w.certificate, "--set",
		"webhooks.url=https://"+listen, "--set", "policy.domain=kafka.example.com,policy.internal.provider=gke")
	command.Env = []string{"HOME=" + w.work}
	rendered, err := command.Output()
	check(err)
	documents := map[string]string{}
	for _, document := range strings.Split(string(rendered), "\n---\n") {
		for _, kind := range []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
			if strings.Contains(document, "\nkind: "+kind+"\n") {
				documents[kind] = document
			}
		}
	}
	if len(documents) != 2 {
		failf("the chart renders other webhooks than expected:\n%s", rendered)
	}
	return rival{title: "brokergate", webhook: server, objects: configurations(
		documents["MutatingWebhookConfiguration"], documents["ValidatingWebhookConfiguration"], "brokergate")}
}

// The peer is asked about the same objects, without conditions: that is how most are installed.
func (w *world) peerCase() rival {
	listen := fmt.Sprintf("127.0.0.1:%d", freePort())
	server := w.spawn("controller-runtime", w.peer, "--listen", listen, "--certificates", w.work)
	w.until(10*time.Second, "the controller-runtime webhook", server, w.listens(listen))
	webhook := func(kind, path string) string {
		hook := object{
			"name": "peer.example.com", "failurePolicy": "Fail", "sideEffects": "None", "timeoutSeconds": 3,
			"admissionReviewVersions": []any{"v1"}, "namespaceSelector": rulesFor("", "")["namespaceSelector"],
			"clientConfig": object{"url": "https://" + listen + path, "caBundle": w.pem},
			"rules": []any{rulesFor("apps", "statefulsets")["resourceRules"].([]any)[0],
				rulesFor("", "services")["resourceRules"].([]any)[0]},
		}
		return encoded(object{"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
			"metadata": object{"name": "peer"}, "webhooks": []any{hook}})
	}
	return rival{title: "controller-runtime", webhook: server, refuses: true, objects: configurations(
		webhook("MutatingWebhookConfiguration", "/mutate"), webhook("ValidatingWebhookConfiguration", "/validate"), "peer")}
}

func (w *world) cases() []rival {
	all := []rival{{title: "no policy"}, {title: "native policies", objects: nativePolicies(), refuses: true},
		w.brokergateCase()}
	if w.peer != "" {
		all = append(all, w.peerCase())
	}
	return all
}
