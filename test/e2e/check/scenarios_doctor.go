package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"syscall"
	"time"
)

// brokergate doctor, as the cluster's administrator or as somebody else.
func (w *world) doctor(arguments ...string) result {
	return w.command("", w.tools.brokergate, append([]string{"doctor", "--kubeconfig", w.kubeconfig}, arguments...)...)
}

func (r result) ends(code int) result {
	if r.code != code {
		failf("expected exit code %d:\n%s", code, r)
	}
	return r
}

// Until the API server has taken up what was changed.
func (w *world) diagnosed(code int, texts ...string) result {
	last := result{}
	w.until(15*time.Second, "the doctor's word", func() bool {
		last = w.doctor("--within", "0")
		if last.code != code {
			return false
		}
		for _, text := range texts {
			if !strings.Contains(last.out, text) {
				return false
			}
		}
		return true
	}, func() string { return strings.Join(texts, "\n") + "\n" + last.String() })
	return last
}

const (
	mended  = "came back with the annotation that keeps it internal [mutates]"
	refused = "were denied by brokergate, as they have to be [validates]"
	lacks   = "is not there: nothing is mended; install the chart again"
)

func doctorWell(w *world) {
	p := w.product
	before := p.heard("kafka-brokergate-doctor-0")
	found := w.diagnosed(0, "mode enforce, domain kafka.example.com [policy]", mended, refused,
		"answers, with a certificate that the caBundle verifies [dial]",
		"brokergate in namespace "+home+": 9 ok, 0 fail, 0 warn, 0 unknown")
	if p.heard("kafka-brokergate-doctor-0") == before {
		failf("brokergate was not asked:\n%s", found)
	}
	w.absent("service", "default", "kafka-brokergate-doctor-0")
	w.absent("statefulset", "default", "kafka-brokergate-doctor")
	// All certificates of this run end within a day.
	w.doctor("--fail-on-warn").ends(3).shows("warn: ValidatingWebhookConfiguration brokergate: its caBundle holds one authority")
	w.say("%s", tail(found.out, 1))
}

func doctorModes(w *world) {
	w.product.install("policy.mode=warn")
	w.diagnosed(0, "mode warn", mended, "were let in with brokergate's warning [validates]", " 0 fail, 0 warn, 0 unknown")
	w.product.install("policy.mode=observe")
	w.diagnosed(0, "mode observe: nothing is changed and nothing is said", " 0 fail, 0 warn, 2 unknown")
	w.doctor("--within", "0", "--fail-on-unknown").ends(3)
	w.product.install()
	w.diagnosed(0, mended, refused)
}

func doctorBroken(w *world) {
	p := w.product
	// Down under enforce: the API server's own error, and what to do.
	p.down()
	found := w.diagnosed(1, `failed calling webhook "validate.brokergate.io"`, "connection refused",
		"brokergate does not run there: see its pods and their log [validates]", "cannot be reached: ")
	w.say("%s", tail(found.out, 1))
	p.serve()
	w.diagnosed(0, mended, refused)

	// Another authority in both bundles.
	other := base64.StdEncoding.EncodeToString(newAuthority("somebody else").pem)
	w.patchWebhooks(`[{"op": "replace", "path": "/webhooks/0/clientConfig/caBundle", "value": "`+other+`"}]`,
		"mutating", "validating")
	w.diagnosed(1, "its certificate is not accepted: ", "x509: certificate signed by unknown authority",
		"the caBundle does not hold the authority that signed what is served")
	w.patchWebhooks(`[{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]`, "mutating", "validating")
	w.diagnosed(1, "its caBundle is empty: the API server's own roots decide")
	p.install()
	w.diagnosed(0, mended, refused)

	// One of the two is gone.
	w.kubectl("delete", "mutatingwebhookconfiguration", release).fine()
	w.diagnosed(1, lacks, "[internal-load-balancer]")
	w.diagnosedWithout()
	p.install()

	// Somebody has changed what it is asked about.
	w.patchWebhooks(`[{"op": "replace", "path": "/webhooks/0/rules/0/operations", "value": ["CREATE"]},
		{"op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Ignore"}]`, "validating")
	w.diagnosed(1, "brokergate is not asked about UPDATE of statefulsets; install the chart again", "failurePolicy is Ignore "+
		"under mode enforce")
	p.install()
	w.diagnosed(0, mended, refused)

	// Fails open and is down: nobody sees it but the doctor.
	p.install("policy.mode=warn")
	p.server.stop(syscall.SIGKILL)
	w.diagnosed(1, "came back as it was sent: /mutate was not asked, or did not answer",
		"were let in: /validate was not asked, or did not answer")
	p.serve()
	p.install()
	w.diagnosed(0, mended, refused)
}

func (w *world) diagnosedWithout() {
	w.until(15*time.Second, "a missing half that is accepted", func() bool {
		return w.doctor("--within", "0", "--without", "mutating").code == 0
	}, func() string { return w.doctor("--within", "0", "--without", "mutating").String() })
}

// Somebody who may read webhook configurations and nothing else.
func doctorRights(w *world) {
	w.kubectl("create", "clusterrole", "webhook-reader", "--verb=get,list",
		"--resource=mutatingwebhookconfigurations,validatingwebhookconfigurations").fine()
	w.kubectl("create", "clusterrolebinding", "webhook-reader", "--clusterrole=webhook-reader", "--group=readers").fine()
	config := func(group string) string {
		one := w.cluster.client("someone", group)
		text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "x",
			"contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
			"clusters": [{"name": "x", "cluster": {"server": %q, "certificate-authority-data": %q}}],
			"users": [{"name": "x", "user": {"client-certificate-data": %q, "client-key-data": %q}}]}`, w.api,
			base64.StdEncoding.EncodeToString(w.cluster.pem), base64.StdEncoding.EncodeToString(one.certificate),
			base64.StdEncoding.EncodeToString(one.key))
		return w.file("config-"+group, []byte(text))
	}
	last := result{}
	w.until(15*time.Second, "the role", func() bool {
		last = w.command("", w.tools.brokergate, "doctor", "--within", "0", "--kubeconfig", config("readers"))
		return last.code == 0
	}, func() string { return last.String() })
	last.shows("may not be tried: ", "cannot create resource", "call doctor as somebody who may create Services and StatefulSets",
		"could not be read: ", " 0 fail, 0 warn")
	w.say("%s", tail(last.out, 1))
	w.command("", w.tools.brokergate, "doctor", "--kubeconfig", config("strangers")).ends(2).warned("403", "cannot list resource")
}
