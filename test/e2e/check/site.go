package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// brokergate as README.md installs it, with the chart's own Service and Job. What a cluster does beside the API server
// is done here: the Job's container runs with its account's token, the pods' containers with the volume that the kubelet
// would bring, and the Service is an address on loopback in front of them.
type site struct {
	w         *world
	volume    *volume
	front     *balancer
	instances []*instance
	started   int
	marks     int
}

type instance struct {
	port, probes int
	server       *process
}

// The commands of a section of README.md, with comments and continued lines as a shell takes them.
func (w *world) readme(section string) [][]string {
	text, err := os.ReadFile(filepath.Join(w.tools.root, "README.md"))
	check(err)
	_, rest, found := strings.Cut(string(text), "\n### "+section+"\n")
	if !found {
		failf("README.md has no section %q", section)
	}
	rest, _, _ = strings.Cut(rest, "\n### ")
	var out [][]string
	for i, block := range strings.Split(rest, "```") {
		shell, is := strings.CutPrefix(block, "sh\n")
		if i%2 == 0 || !is {
			continue
		}
		for _, line := range strings.Split(strings.ReplaceAll(shell, "\\\n", " "), "\n") {
			line, _, _ = strings.Cut(line, " #")
			if words := strings.Fields(line); len(words) > 0 {
				out = append(out, words)
			}
		}
	}
	return out
}

// The one command of README.md's section on installing that begins so.
func (w *world) told(words ...string) []string {
	var out []string
	for _, command := range w.readme("Install it in a cluster") {
		if strings.HasPrefix(strings.Join(command, " ")+" ", strings.Join(words, " ")+" ") {
			if out != nil {
				failf("README.md has %v twice", words)
			}
			out = command
		}
	}
	if out == nil {
		failf("README.md lacks %v", words)
	}
	return out
}

func newSite(w *world) *site {
	folder, err := os.MkdirTemp(w.work, "site-")
	check(err)
	return &site{w: w, volume: newVolume(filepath.Join(folder, "volume"))}
}

func (s *site) close() {
	for _, one := range s.instances {
		one.server.stop(syscall.SIGKILL)
	}
	if s.front != nil {
		_ = s.front.listener.Close()
	}
}

// What kube-proxy does on every node: what is sent to the Service's address goes to the pods.
func (s *site) lead() {
	service := s.w.get("service", home, release)
	s.front = newBalancer(service.text("spec", "clusterIP") + ":" + service.text("spec", "ports", 0, "port"))
}

// The arguments of the container of the one Job, and a kubeconfig for what its pod would be.
func (s *site) job() (arguments []string, account string) {
	jobs := parse(s.w.kubectl("get", "jobs", "-n", home, "-o", "json").fine().out)
	list, _ := jobs["items"].([]any)
	if len(list) != 1 {
		failf("%d Jobs, expected one", len(list))
	}
	pod := dig(list[0], "spec", "template", "spec")
	arguments = texts(dig(pod, "containers", 0, "args"))
	repeated := parse(s.w.kubectl("get", "cronjob", release+"-certs", "-n", home, "-o", "json").fine().out)
	again := texts(repeated.at("spec", "jobTemplate", "spec", "template", "spec", "containers", 0, "args"))
	if strings.Join(arguments, " ") != strings.Join(again, " ") {
		failf("the Job runs %q, the CronJob %q", arguments, again)
	}
	account, _ = dig(pod, "serviceAccountName").(string)
	return arguments, account
}

func texts(value any) []string {
	var out []string
	list, _ := value.([]any)
	for _, one := range list {
		text, _ := one.(string)
		out = append(out, text)
	}
	return out
}

// A kubeconfig with a token that the API server makes for a service account.
func (w *world) configOf(account string) string {
	token := strings.TrimSpace(w.kubectl("create", "token", account, "-n", home).fine().out)
	w.file("tokens/"+account, []byte(token))
	return w.file("tokens/"+account+".yaml", w.configFor(map[string]any{"tokenFile": account}))
}

// Runs the chart's Job, with these options beside its own.
func (s *site) renew(more ...string) result {
	arguments, account := s.job()
	arguments = append(append(arguments, "--kubeconfig", s.w.configOf(account)), more...)
	return s.w.command("", s.w.tools.brokergate, arguments...)
}

// The Secret that the chart names, decoded.
func (s *site) secret() map[string][]byte {
	stored := s.w.get("secret", home, release+"-tls")
	stored.expect("kubernetes.io/tls", "type")
	data, _ := stored.at("data").(map[string]any)
	out := map[string][]byte{}
	for key, value := range data {
		text, _ := value.(string)
		bytes, err := base64.StdEncoding.DecodeString(text)
		check(err)
		out[key] = bytes
	}
	return out
}

// What the kubelet brings into the pods' volume; waits until all of them have read it.
func (s *site) sync() {
	stored := parse(s.w.kubectl("get", "deployment", release, "-n", home, "-o", "json").fine().out)
	sources, _ := stored.at("spec", "template", "spec", "volumes", 0, "projected", "sources").([]any)
	files := map[string][]byte{}
	for _, source := range sources {
		var from object
		if name, _ := dig(source, "secret", "name").(string); name != "" {
			from = s.w.get("secret", home, name)
		} else {
			name, _ = dig(source, "configMap", "name").(string)
			from = s.w.get("configmap", home, name)
		}
		for _, kind := range []string{"secret", "configMap"} {
			items, _ := dig(source, kind, "items").([]any)
			for _, item := range items {
				key, _ := dig(item, "key").(string)
				path, _ := dig(item, "path").(string)
				content := []byte(from.text("data", key))
				if kind == "secret" {
					decoded, err := base64.StdEncoding.DecodeString(string(content))
					check(err)
					content = decoded
				}
				files[path] = content
			}
		}
	}
	waiting := map[string]string{"tls/tls.crt": `"certificate loaded"`, "policy.yaml": `"policy loaded"`}
	before := map[string]int{}
	for path, said := range waiting {
		for _, one := range s.instances {
			before[path+itoa(one.port)] = strings.Count(one.server.text(), said)
		}
	}
	changed := map[string]bool{}
	for path, content := range files {
		changed[path] = string(s.volume.files[path]) != string(content)
	}
	s.volume.set(files)
	for path, said := range waiting {
		for _, one := range s.instances {
			if !changed[path] {
				continue
			}
			s.w.until(10*time.Second, path+" to be read again", func() bool {
				return strings.Count(one.server.text(), said) > before[path+itoa(one.port)]
			}, func() string { return tail(one.server.text(), 5) })
		}
	}
}

// One more pod of the Deployment, with its arguments: only where it listens and where its volume is are of this machine.
func (s *site) startInstance() *instance {
	stored := parse(s.w.kubectl("get", "deployment", release, "-n", home, "-o", "json").fine().out)
	arguments := texts(stored.at("spec", "template", "spec", "containers", 0, "args"))
	mount := stored.text("spec", "template", "spec", "containers", 0, "volumeMounts", 0, "mountPath")
	one := &instance{port: freePort(), probes: freePort()}
	for i, argument := range arguments {
		switch {
		case argument == ":8443":
			arguments[i] = "127.0.0.1:" + itoa(one.port)
		case argument == ":8080":
			arguments[i] = "127.0.0.1:" + itoa(one.probes)
		case strings.HasPrefix(argument, mount+"/"):
			arguments[i] = s.volume.path(strings.TrimPrefix(argument, mount+"/"))
		}
	}
	s.started++
	one.server = s.w.spawn(fmt.Sprintf("%s-pod-%d", filepath.Base(filepath.Dir(s.volume.folder)), s.started), s.w.tools.brokergate, arguments...)
	s.w.until(10*time.Second, "brokergate", func() bool { return one.server.ended() || ready(one.probes) }, one.server.text)
	if one.server.ended() {
		failf("brokergate ended:\n%s", tail(one.server.text(), 10))
	}
	s.instances = append(s.instances, one)
	s.front.add(one.port)
	return one
}

func (s *site) stopAll() {
	for _, one := range s.instances {
		s.front.remove(one.port, 0)
		if code := one.server.stop(syscall.SIGTERM); code != 0 {
			failf("brokergate ended with %d:\n%s", code, tail(one.server.text(), 5))
		}
	}
	s.instances = nil
}

// How many decisions on an object of this name stand in the programs' logs.
func (s *site) heard(name string) int {
	count := 0
	for _, one := range s.instances {
		count += strings.Count(one.server.text(), `"name":"`+name+`"`)
	}
	return count
}

// Until the API server asks both webhooks at the Service's address.
func (s *site) settle() {
	s.marks++
	name := fmt.Sprintf("site-marker-%d", s.marks)
	last := result{}
	s.w.until(20*time.Second, "the webhooks to be asked", func() bool {
		last = s.w.feed(fmt.Sprintf(marker, name, name), "create", "--dry-run=server")
		return last.code == 0 && s.heard(name) >= 2
	}, func() string { return last.String() + tail(s.instances[0].server.text(), 5) })
}
