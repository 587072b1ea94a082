package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// brokergate as the chart installs it, the pods apart: the program runs here, on what the chart's ConfigMap says, in a
// folder that is changed as the kubelet changes a volume.
type product struct {
	w         *world
	authority *authority
	volume    *volume
	port      int
	probes    int
	server    *process
	recorder  *recorder
	// Whether the API server asks the recorder, or brokergate itself.
	recorded bool
	settings []string
	marks    int
}

const release = "brokergate"
const home = "brokergate-system"

// Files that change together: the names, or the folders that they are in, are links through ..data, and ..data is
// swapped.
type volume struct {
	folder string
	turn   int
	files  map[string][]byte
}

func newVolume(folder string) *volume {
	check(os.MkdirAll(folder, 0o700))
	return &volume{folder: folder, files: map[string][]byte{}}
}

func (v *volume) set(files map[string][]byte) {
	for name, content := range files {
		v.files[name] = content
	}
	v.turn++
	turn := fmt.Sprintf("..turn-%d", v.turn)
	check(os.Mkdir(filepath.Join(v.folder, turn), 0o700))
	for name, content := range v.files {
		file := filepath.Join(v.folder, turn, name)
		check(os.MkdirAll(filepath.Dir(file), 0o700))
		check(os.WriteFile(file, content, 0o600))
	}
	next := filepath.Join(v.folder, "..data_tmp")
	check(os.Symlink(turn, next))
	check(os.Rename(next, filepath.Join(v.folder, "..data")))
	for name := range v.files {
		top, _, _ := strings.Cut(name, "/")
		link := filepath.Join(v.folder, top)
		if _, err := os.Lstat(link); err != nil {
			check(os.Symlink(filepath.Join("..data", top), link))
		}
	}
	if v.turn > 1 {
		check(os.RemoveAll(filepath.Join(v.folder, fmt.Sprintf("..turn-%d", v.turn-1))))
	}
}

func (v *volume) path(name string) string { return filepath.Join(v.folder, name) }

func certificateFiles(one pair) map[string][]byte {
	return map[string][]byte{"tls.crt": one.certificate, "tls.key": one.key}
}

func (p *product) serve() {
	p.server = p.w.spawn("brokergate", p.w.tools.brokergate, "serve", "--listen", fmt.Sprintf("127.0.0.1:%d", p.port),
		"--operations", fmt.Sprintf("127.0.0.1:%d", p.probes), "--policy", p.volume.path("policy.yaml"), "--cert",
		p.volume.path("tls.crt"), "--key", p.volume.path("tls.key"))
	p.w.until(10*time.Second, "brokergate", func() bool { return p.server.ended() || p.ready() }, p.server.text)
	if p.server.ended() {
		failf("brokergate ended:\n%s", tail(p.server.text(), 10))
	}
}

// After a failed scenario: the next one finds the program running, with the right certificate.
func (w *world) recover() {
	if w.view != nil {
		w.view.recover()
	}
	if p := w.product; p != nil && p.server != nil && p.server.ended() {
		p.volume.set(certificateFiles(p.authority.server()))
		p.serve()
	}
}

func (p *product) ready() bool { return ready(p.probes) }

func ready(port int) bool {
	return healthy(&http.Client{Timeout: time.Second, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}},
		fmt.Sprintf("http://127.0.0.1:%d/readyz", port))
}

func (p *product) close() {
	if p.recorder != nil {
		_ = p.recorder.server.Close()
	}
}

func (p *product) url() string {
	if p.recorded {
		return p.recorder.url()
	}
	return fmt.Sprintf("https://127.0.0.1:%d", p.port)
}

// The policy of the demo, as values of the chart.
var demoPolicy = []string{"policy.domain=kafka.example.com", "policy.internal.provider=gke"}

// Installs or upgrades the chart with these values beside the demo's policy, gives the program the ConfigMap that the
// API server stored then, and waits until both have taken it up.
func (p *product) install(values ...string) result {
	p.settings = values
	arguments := []string{"upgrade", "--install", release, filepath.Join(p.w.tools.root, "deploy/chart"), "--namespace", home,
		"--create-namespace", "--set", "certificate.source=secret,certificate.secretName=own", "--set-file",
		"certificate.caBundle=" + p.w.file("bundle.crt", p.authority.pem), "--set", "webhooks.url=" + p.url()}
	for _, value := range append(append([]string(nil), demoPolicy...), values...) {
		arguments = append(arguments, "--set", value)
	}
	out := p.w.command("", p.w.tools.helm, arguments...).fine()
	p.takePolicy()
	p.settle()
	return out
}

// What the kubelet does some time after the ConfigMap has changed.
func (p *product) takePolicy() {
	policy := p.w.kubectl("get", "configmap", release+"-policy", "--namespace", home, "-o",
		`jsonpath={.data.policy\.yaml}`).fine().out
	if policy == string(p.volume.files["policy.yaml"]) {
		return
	}
	loaded := 0
	if p.server != nil {
		loaded = strings.Count(p.server.text(), `"policy loaded"`)
	}
	p.volume.set(map[string][]byte{"policy.yaml": []byte(policy)})
	if p.server == nil {
		p.serve()
	} else if !p.server.ended() {
		p.w.until(10*time.Second, "the policy to be read again", func() bool {
			return strings.Count(p.server.text(), `"policy loaded"`) > loaded
		}, func() string { return tail(p.server.text(), 5) })
	}
	p.recorder.use(policy)
}

const marker = `
apiVersion: v1
kind: Service
metadata: {name: %s, namespace: default}
spec:
  selector: {app: %s}
  ports: [{port: 80}]
`

// A changed webhook configuration reaches the API server's own admission some time later: a load balancer for broker 0
// of a name used once is created for show until both webhooks have been asked about it at the right address.
func (p *product) settle() {
	p.marks++
	name := fmt.Sprintf("marker-%d", p.marks)
	manifest := fmt.Sprintf(marker, name, name)
	last := result{}
	p.w.until(15*time.Second, "the webhooks to be asked", func() bool {
		last = p.w.feed(manifest, "create", "--dry-run=server")
		if p.recorded {
			return last.code == 0 && p.recorder.asked(name) >= 2
		}
		return last.code == 0 && p.heard(name) >= 2
	}, func() string { return last.String() + tail(p.server.text(), 5) })
}

// How many decisions on an object of this name stand in the program's log.
func (p *product) heard(name string) int {
	return strings.Count(p.server.text(), `"name":"`+name+`"`)
}

// The certificate changes as a Secret's volume does; waits until it is read. `said` is what the log says then.
func (p *product) rotate(files map[string][]byte, said string) {
	before := strings.Count(p.server.text(), said)
	p.volume.set(files)
	p.w.until(10*time.Second, "the certificate to be read again", func() bool {
		return strings.Count(p.server.text(), said) > before
	}, func() string { return tail(p.server.text(), 5) })
}

func (p *product) down() {
	if code := p.server.stop(syscall.SIGTERM); code != 0 {
		failf("brokergate ended with %d:\n%s", code, tail(p.server.text(), 5))
	}
}
