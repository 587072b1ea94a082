package main

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"syscall"
	"time"
)

func (w *world) patchWebhooks(patch string, kinds ...string) {
	for _, kind := range kinds {
		w.kubectl("patch", kind+"webhookconfiguration", release, "--type=json", "-p", patch).fine()
	}
}

func direct(w *world) {
	p := w.product
	asked := len(p.recorder.all())
	p.recorded = false
	p.install()
	stored := parse(w.kubectl("get", "validatingwebhookconfiguration", release, "-o", "json").fine().out)
	stored.expect(p.url()+"/validate", "webhooks", 0, "clientConfig", "url")
	asked = len(p.recorder.all()) - asked
	w.feed(w.manifest("brokers.yaml", "@NAME@", "kafka"), "apply", "-n", w.namespace("direct")).fine()
	w.mended("direct", "kafka")
	if p.heard("kafka-0") == 0 {
		failf("brokergate was not asked")
	}
	w.say("%d requests still went to the address before", asked)
}

// The mutating webhook fails open, the validating one judges what comes of it.
func onlyValidating(w *world) {
	w.patchWebhooks(fmt.Sprintf(`[{"op": "replace", "path": "/webhooks/0/clientConfig/url", "value": "https://127.0.0.1:%d/mutate"}]`,
		freePort()), "mutating")
	source := fmt.Sprintf(publicService, 0)
	last := result{}
	w.until(15*time.Second, "a denial", func() bool {
		last = w.feed(source, "create", "-n", "direct", "--dry-run=server")
		return last.code != 0
	}, func() string { return last.String() })
	last.refused("[internal-load-balancer]")
	w.feed(w.manifest("brokers.yaml", "@NAME@", "other"), "create", "-n", "direct").refused("[advertised-listener]")
	w.absent("statefulset", "direct", "other")
	w.product.install()
	w.until(15*time.Second, "the mutating webhook to be asked again", func() bool {
		last = w.feed(source, "create", "-n", "direct", "--dry-run=server")
		return last.code == 0
	}, func() string { return last.String() })
}

// What the program shows to a new connection.
func (p *product) served() []byte {
	connection, err := tls.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port), &tls.Config{InsecureSkipVerify: true})
	check(err)
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].Raw
}

func rotations(w *world) {
	p := w.product
	next := newAuthority("brokergate, the next one")
	authorities := []*authority{p.authority, next}
	bundles := []string{
		base64.StdEncoding.EncodeToString(append(append([]byte(nil), p.authority.pem...), next.pem...)),
		base64.StdEncoding.EncodeToString(append(append([]byte(nil), next.pem...), p.authority.pem...)),
	}
	load := w.startLoad(4)
	defer load.abandon()
	for i := range 20 {
		// A changed bundle is a new client to the API server, and so new connections.
		w.patchWebhooks(`[{"op": "replace", "path": "/webhooks/0/clientConfig/caBundle", "value": "`+bundles[i%2]+`"}]`,
			"mutating", "validating")
		if i == 0 {
			// Both authorities have to be known before the first certificate of the new one is shown.
			time.Sleep(2 * time.Second)
		}
		one := authorities[(i+1)%2].server()
		p.rotate(certificateFiles(one), `"certificate loaded"`)
		block, _ := pem.Decode(one.certificate)
		if !bytes.Equal(block.Bytes, p.served()) {
			failf("rotation %d: the certificate before is still shown", i)
		}
	}
	w.say("%d calls, 20 certificates", load.stop())
	p.authority = next
	p.rotate(certificateFiles(next.server()), `"certificate loaded"`)
	p.install()
}

func reloads(w *world) {
	p := w.product
	policy := p.volume.files["policy.yaml"]
	load := w.startLoad(4)
	defer load.abandon()
	for i := range 20 {
		p.rotate(map[string][]byte{"policy.yaml": append(append([]byte(nil), policy...), fmt.Sprintf("# %d\n", i)...)},
			`"policy loaded"`)
	}
	w.say("%d calls, 20 policies", load.stop())
	p.rotate(map[string][]byte{"policy.yaml": []byte("spec: [broken")}, "policy rejected")
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", "direct").refused("[broker-id]")
	p.rotate(map[string][]byte{"policy.yaml": policy}, `"policy loaded"`)
}

func brokenPair(w *world) {
	p := w.product
	good := p.served()
	p.rotate(map[string][]byte{"tls.crt": []byte("no certificate")}, "certificate rejected")
	if !bytes.Equal(good, p.served()) || !p.ready() {
		failf("the pair before is not in use any more")
	}
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "apply", "-n", "direct").refused("[broker-id]")
	p.rotate(certificateFiles(p.authority.server()), `"certificate loaded"`)
}

func wrongCertificate(w *world) {
	p := w.product
	source := fmt.Sprintf(publicService, 1)
	// The program starts again with it, so that no connection from before is left.
	with := func(one pair) {
		p.down()
		p.volume.set(certificateFiles(one))
		p.serve()
	}
	with(newAuthority("somebody else").server())
	w.feed(source, "create", "-n", "direct").refused(`failed calling webhook "validate.brokergate.io"`,
		"x509: certificate signed by unknown authority")
	with(p.authority.server("127.0.0.2"))
	w.feed(source, "create", "-n", "direct").refused(`failed calling webhook "validate.brokergate.io"`, "x509: ", "127.0.0.1")
	w.absent("service", "direct", "load-1")
	with(p.authority.server())
	w.feed(source, "create", "-n", "direct").fine()
	w.get("service", "direct", "load-1").expect("Internal", "metadata", "annotations", gke)
}

func downEnforce(w *world) {
	w.product.down()
	const failed = `failed calling webhook "validate.brokergate.io"`
	brokers := w.manifest("brokers.yaml", "@NAME@", "down")
	began := time.Now()
	w.feed(brokers, "create", "-n", "direct").refused(failed)
	w.absent("statefulset", "direct", "down")
	w.absent("service", "direct", "down-0")
	w.kubectl("label", "statefulset/kafka", "-n", "direct", "tier=gold").refused(failed)
	w.say("the answer for two objects and one change took %.1f s", time.Since(began).Seconds())
	for _, passes := range [][]string{
		{"scale", "statefulset/kafka", "-n", "direct", "--replicas=1"},
		{"create", "configmap", "some", "-n", "direct"},
		{"create", "deployment", "some", "-n", "direct", "--image=nginx"},
		// No selector, so no pods: none of brokergate's business.
		{"create", "service", "externalname", "some", "-n", "direct", "--external-name=example.com"},
		{"create", "service", "loadbalancer", "some", "-n", "kube-system", "--tcp=80"},
		{"create", "service", "loadbalancer", "some", "-n", home, "--tcp=80"},
		{"patch", "service/kafka-0", "-n", "direct", "--subresource=status", "--type=merge", "-p",
			`{"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}`},
		{"delete", "statefulset/kafka", "-n", "direct"},
	} {
		w.kubectl(passes...).fine()
	}
	w.product.serve()
	w.feed(brokers, "create", "-n", "direct").fine()
	w.mended("direct", "down")
}

func downWarn(w *world) {
	w.product.install("policy.mode=warn")
	w.product.server.stop(syscall.SIGKILL)
	w.feed(w.manifest("brokers.yaml", "@NAME@", "open"), "create", "-n", "direct").fine()
	brokers := w.get("statefulset", "direct", "open")
	if found := brokers.env(listener); strings.Contains(found, "EXTERNAL") {
		failf("who changed %s to %q?", listener, found)
	}
	w.feed(w.manifest("one-id.yaml", "@NAME@", "one"), "create", "-n", "direct").fine()
	w.product.serve()
	w.product.install()
}

func uninstall(w *world) {
	w.command("", w.tools.helm, "uninstall", release, "--namespace", home).fine()
	left := w.kubectl("get", "mutatingwebhookconfigurations,validatingwebhookconfigurations", "-o", "name").fine()
	if left.out != "" {
		failf("left: %s", left.out)
	}
	last := result{}
	w.until(15*time.Second, "nothing to be denied", func() bool {
		last = w.feed(w.manifest("one-id.yaml", "@NAME@", "after"), "apply", "-n", "default")
		return last.code == 0
	}, func() string { return last.String() })
	w.product.down()
	w.product.close()
	w.product = nil
	w.kubectl("delete", "namespace", home, "--wait=false").fine()
	w.finishNamespace(home)
}
