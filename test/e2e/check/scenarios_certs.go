package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const users = 8

// A changed caBundle reaches the API server's own admission within about a second; in a cluster the kubelet needs longer
// for what it brings.
const bundleTime = 2 * time.Second

func decode64(text string) string {
	out, err := base64.StdEncoding.DecodeString(text)
	check(err)
	return string(out)
}

func certificate(text []byte) *x509.Certificate {
	block, _ := pem.Decode(text)
	if block == nil {
		failf("no PEM: %.100s", text)
	}
	out, err := x509.ParseCertificate(block.Bytes)
	check(err)
	return out
}

// A new connection to the Service is shown this certificate, which is right for the Service's name.
func (s *site) shows(wanted, authorities []byte) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authorities)
	for range s.instances {
		connection, err := tls.Dial("tcp", s.front.listener.Addr().String(),
			&tls.Config{RootCAs: pool, ServerName: release + "." + home + ".svc"})
		check(err)
		found := connection.ConnectionState().PeerCertificates[0]
		_ = connection.Close()
		if !found.Equal(certificate(wanted)) {
			failf("shown is the certificate %x, expected %x", found.SerialNumber, certificate(wanted).SerialNumber)
		}
	}
}

// Somebody's own files in the Secret.
func (s *site) putSecret(files ...string) {
	arguments := []string{"create", "secret", "generic", release + "-tls", "-n", home, "--type=kubernetes.io/tls",
		"--dry-run=client", "-o", "json"}
	for _, file := range files {
		arguments = append(arguments, "--from-file="+file)
	}
	s.w.feed(s.w.kubectl(arguments...).fine().out, "replace").fine()
	s.sync()
}

// By hand, as README.md's section on certificates tells, while people work.
func ownCertificates(w *world) {
	s := w.site
	load := w.startLoad(users)
	defer load.abandon()
	before := s.secret()
	old := w.file("own/before.crt", before["ca.crt"])
	folder := filepath.Join(w.work, "own/tls")
	names := []string{"--service", release, "--namespace", home}
	certs := func(arguments ...string) result {
		return w.command("", w.tools.brokergate, append([]string{"certs"}, arguments...)...)
	}
	certs(append([]string{"issue", "--dir", folder, "--days", "20", "--ca-days", "30"}, names...)...).fine()
	var files []string
	for _, name := range []string{"tls.crt", "tls.key", "ca.crt", "ca.key"} {
		files = append(files, filepath.Join(folder, name))
	}
	certs(append([]string{"check", "--cert", files[0], "--key", files[1], "--ca", files[2], "--within", "10"}, names...)...).
		fine().shows("0 deny, 0 warn")
	own, err := os.ReadFile(files[2])
	check(err)

	apply := []string{"--apply", "--webhook", release, "--kubeconfig", w.kubeconfig}
	certs(append([]string{"bundle", "--ca", old, "--ca", files[2]}, apply...)...).fine().
		shows("set the caBundle of MutatingWebhookConfiguration "+release,
			"set the caBundle of ValidatingWebhookConfiguration "+release)
	w.trusts(string(before["ca.crt"]), string(own))
	certs(append([]string{"bundle", "--ca", old, "--ca", files[2]}, apply...)...).fine().shows("was there already")
	time.Sleep(bundleTime)
	s.putSecret(files...)
	now := s.secret()
	s.shows(now["tls.crt"], own)
	certs(append([]string{"bundle", "--ca", files[2]}, apply...)...).fine()
	w.trusts(string(own))
	time.Sleep(bundleTime)
	w.say("%d calls, an authority before, both, one of one's own", load.stop())

	// A Secret of one's own that is no concern of the API server's accounts.
	certs(append([]string{"bundle", "--ca", files[2], "--apply", "--webhook", release}, "--kubeconfig",
		w.configOf(release))...).refused("403", "forbidden")
	w.trusts(string(own))
}

// The CronJob's run when the certificate and its authority are near their end, while people work.
func renewed(w *world) {
	s := w.site
	load := w.startLoad(users)
	defer load.abandon()
	before := s.secret()
	s.renew().fine().shows("made authority", "set the caBundle of MutatingWebhookConfiguration "+release,
		"set the caBundle of ValidatingWebhookConfiguration "+release, "wrote Secret "+home+"/"+release+"-tls")
	now := s.secret()
	if string(now["tls.crt"]) == string(before["tls.crt"]) || string(now["ca.key"]) == string(before["ca.key"]) {
		failf("the Secret is the one before")
	}
	// The new one first, then the one before; in the Secret as well.
	if !strings.HasSuffix(string(now["ca.crt"]), string(before["ca.crt"])) || len(now["ca.crt"]) == len(before["ca.crt"]) {
		failf("ca.crt does not hold both:\n%s", now["ca.crt"])
	}
	w.trusts(string(now["ca.crt"]))
	// The pods still show the certificate before, for as long as the kubelet takes.
	s.shows(before["tls.crt"], now["ca.crt"])
	time.Sleep(bundleTime)
	s.sync()
	s.shows(now["tls.crt"], now["ca.crt"])
	w.say("%d calls", load.stop())
}

// An authority leaves the configurations when it has expired, or an hour after the Secret has a certificate of another
// and does not name it any more.
func formerLeaves(w *world) {
	s := w.site
	load := w.startLoad(users)
	defer load.abandon()
	now := s.secret()
	end := time.Now().Add(4 * time.Second)
	short := w.file("own/short.crt", authorityUntil("short", end).pem)
	w.command("", w.tools.brokergate, "certs", "bundle", "--ca", w.file("own/now.crt", now["ca.crt"]), "--ca", short,
		"--apply", "--webhook", release, "--kubeconfig", w.kubeconfig).fine()
	time.Sleep(time.Until(end.Add(time.Second)))
	s.renew().fine().shows("set the caBundle of MutatingWebhookConfiguration "+release, "nothing is due")
	w.trusts(string(now["ca.crt"]))

	// A certificate of the Secret's own authority that has been there for three hours.
	key, err := x509.ParsePKCS8PrivateKey(der(now["ca.key"]))
	check(err)
	current := certificate(now["ca.crt"])
	leaf := newKey()
	was := certificate(now["tls.crt"])
	signed := sign(&x509.Certificate{
		Subject: was.Subject, DNSNames: was.DNSNames, KeyUsage: was.KeyUsage, ExtKeyUsage: was.ExtKeyUsage,
		NotBefore: time.Now().Add(-3 * time.Hour), NotAfter: time.Now().Add(300 * 24 * time.Hour),
	}, current, &leaf.PublicKey, key)
	alone := encode("CERTIFICATE", current.Raw)
	s.putSecret("tls.crt="+w.file("own/old/tls.crt", encode("CERTIFICATE", signed)),
		"tls.key="+w.file("own/old/tls.key", encodeKey(leaf)), "ca.crt="+w.file("own/old/ca.crt", alone),
		"ca.key="+w.file("own/old/ca.key", now["ca.key"]))
	s.renew().fine().shows("set the caBundle of ValidatingWebhookConfiguration "+release, "nothing is due")
	w.trusts(string(alone))
	time.Sleep(bundleTime)
	s.shows(encode("CERTIFICATE", signed), alone)
	w.say("%d calls", load.stop())
}

func der(text []byte) []byte {
	block, _ := pem.Decode(text)
	if block == nil {
		failf("no PEM")
	}
	return block.Bytes
}

// `kubectl rollout restart` of the two pods, twice, while people work: a new pod is ready before an old one is told to
// end, and the nodes hear of that a second later.
func rollingRestart(w *world) {
	s := w.site
	load := w.startLoad(users)
	defer load.abandon()
	time.Sleep(time.Second)
	began := time.Now()
	var ending []*instance
	heard := func(one *instance) int { return strings.Count(one.server.text(), `"uid":`) }
	before := 0
	for _, one := range s.instances {
		before += heard(one)
	}
	for range 2 * len(s.instances) {
		old := s.instances[0]
		s.startInstance()
		s.instances = s.instances[1:]
		check(old.server.command.Process.Signal(syscall.SIGTERM))
		s.front.remove(old.port, time.Second)
		ending = append(ending, old)
		w.until(5*time.Second, "a pod that ends to say so", func() bool { return !ready(old.probes) }, old.server.text)
		time.Sleep(time.Second)
	}
	answered := 0
	for _, old := range ending {
		w.until(20*time.Second, "a pod to end", old.server.ended, old.server.text)
		if code := old.server.command.ProcessState.ExitCode(); code != 0 {
			failf("brokergate ended with %d:\n%s", code, tail(old.server.text(), 5))
		}
		answered += heard(old)
	}
	answered -= before
	took := time.Since(began).Seconds()
	calls := load.stop()
	for _, one := range s.instances {
		if heard(one) == 0 {
			failf("a new pod was never asked")
		}
	}
	w.say("%d pods ended, the last after %.1f s; %d applies of %d users, %d decisions by pods that ended", len(ending), took,
		calls, users, answered)
	if answered == 0 {
		failf("the pods that ended were never asked")
	}
}
