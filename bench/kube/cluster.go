package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What a large cluster costs `serve --cluster-view`: memory, the time until it is ready, the delay from a change to the
// verdict on a real kube-apiserver; and beside a stream of events, with a stand-in for the API server that can make so
// many: memory, CPU per event, and what reviews take with it and without.

func (w *world) viewing(name, api string) (server *process, listen, operations string) {
	kubeconfig := w.file(name+".kubeconfig", []byte(encoded(object{
		"apiVersion": "v1", "kind": "Config", "current-context": "bench",
		"clusters": []any{object{"name": "bench", "cluster": object{"server": api, "certificate-authority": w.certificate}}},
		"users":    []any{object{"name": "bench", "user": object{"token": w.token}}},
		"contexts": []any{object{"name": "bench", "context": object{"cluster": "bench", "user": "bench"}}},
	})))
	policy := w.file("policy.yaml", []byte("apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\n"+
		"metadata: {name: bench}\nspec: {domain: kafka.example.com, internal: {provider: gke}}\n"))
	listen, operations = fmt.Sprintf("127.0.0.1:%d", freePort()), fmt.Sprintf("127.0.0.1:%d", freePort())
	server = w.spawn(name, w.brokergate, "serve", "--listen", listen, "--operations", operations, "--policy", policy,
		"--cert", w.certificate, "--key", w.key, "--cluster-view", "--kubeconfig", kubeconfig)
	return server, listen, operations
}

func (w *world) ready(server *process, operations string) time.Duration {
	plain := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{Proxy: nil}}
	begin := time.Now()
	for !healthy(plain, "http://"+operations+"/readyz") {
		time.Sleep(5 * time.Millisecond)
		select {
		case <-server.done:
			failf("serve ended:\n%s", server.tail())
		default:
		}
		if time.Since(begin) > time.Minute {
			failf("serve is not ready after a minute:\n%s", server.tail())
		}
	}
	return time.Since(begin)
}

func (p *process) memory(of string) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		var kilobytes float64
		if rest, found := strings.CutPrefix(line, of+":"); found {
			_, err := fmt.Sscan(rest, &kilobytes)
			check(err)
			return kilobytes * 1024 / 1e6
		}
	}
	failf("no %s", of)
	return 0
}

func row(what, figure, more string) { fmt.Printf("  %-44s %16s   %s\n", what, figure, more) }

func (p *process) tellMemory(when string) {
	row("memory "+when, fmt.Sprintf("%.1f MB", p.memory("VmRSS")),
		fmt.Sprintf("of it %.1f MB files, highest so far %.1f MB   aim <= 100 MB", p.memory("RssFile"), p.memory("VmHWM")))
}

func reviewOf(operation string, m manifest) string {
	var given any
	check(json.Unmarshal([]byte(m.body), &given))
	whole := given.(map[string]any)
	metadata := whole["metadata"].(map[string]any)
	group, version, _ := strings.Cut(whole["apiVersion"].(string), "/")
	if version == "" {
		group, version = "", group
	}
	kind := whole["kind"].(string)
	request := object{"uid": "0f4d2b1e-7c55-4d0a-9a53-1f0a4b6c7d8e", "operation": operation,
		"kind":     object{"group": group, "version": version, "kind": kind},
		"resource": object{"group": group, "version": version, "resource": strings.ToLower(kind) + "s"},
		"name":     metadata["name"], "namespace": metadata["namespace"], "object": whole,
		"userInfo": object{"username": "admin", "groups": []any{"system:masters"}}}
	if operation == "UPDATE" {
		request["oldObject"] = whole
	}
	return encoded(object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
}

// What users of brokers send: Services and StatefulSets of 200 installations, and as many of other programs.
func (w *world) reviewFolder() string {
	folder := filepath.Join(w.work, "bodies")
	check(os.Mkdir(folder, 0o700))
	for i := range 100 {
		set, other := i*4%(kafkaCount-1), kafkaCount+i*7%(setCount-kafkaCount-1)
		name, ns := setName(set), namespaceOf(set)
		for number, body := range []string{
			reviewOf("UPDATE", brokerService(ns, name, i%brokerCount, "ClusterIP")),
			reviewOf("UPDATE", statefulSet(ns, name, fmt.Sprintf("pool-%d", kafkaPool), true)),
			reviewOf("CREATE", serviceOf(namespaceOf(other), setName(other), "-new", "ClusterIP", nil, object{})),
			reviewOf("UPDATE", statefulSet(namespaceOf(other), setName(other), "pool-1", false)),
		} {
			check(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%03d-%d.json", i, number)), []byte(body), 0o600))
		}
	}
	return folder
}

// Rounds of reviews at a steady rate; each is measured by itself, and the middle one counts: what other programs on the
// machine did to some of them is left out.
type latency struct {
	P50, P99, Worst float64
	best            float64 // the round with the lowest P99
	inside          float64 // P99 as the server counts, from the body to the answer; over all rounds
}

const round = 3 * time.Second

func (w *world) reviewed(server *process, listen, folder string, rounds int) (out latency) {
	from := server.logged()
	port := listen[strings.LastIndexByte(listen, ':')+1:]
	var all []latency
	for range rounds {
		text, err := exec.Command(w.reviews, port, fmt.Sprint(w.rate), fmt.Sprint(round.Seconds()), folder).Output()
		check(err)
		var one latency
		check(json.Unmarshal(text, &one))
		all = append(all, one)
	}
	middle := func(of func(latency) float64) float64 {
		slices.SortFunc(all, func(a, b latency) int { return cmp.Compare(of(a), of(b)) })
		return of(all[len(all)/2])
	}
	out.P50 = middle(func(l latency) float64 { return l.P50 })
	out.Worst = middle(func(l latency) float64 { return l.Worst })
	out.P99 = middle(func(l latency) float64 { return l.P99 })
	out.best = all[0].P99
	out.inside = server.decided(from)
	return out
}

func (l latency) String() string {
	return fmt.Sprintf("p50 %.2f  p99 %.2f  worst %.2f ms; p99 of the best round %.2f, within serve %.2f", l.P50, l.P99,
		l.Worst, l.best, l.inside)
}

func (p *process) logged() int64 {
	file, err := os.Stat(p.log)
	check(err)
	return file.Size()
}

// The 99th of a hundred of the decisions that the log tells from there on, in milliseconds.
func (p *process) decided(from int64) float64 {
	file, err := os.Open(p.log)
	check(err)
	defer file.Close()
	_, err = file.Seek(from, io.SeekStart)
	check(err)
	var took []float64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Msg      string
			Duration float64 `json:"duration_us"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "decision" {
			took = append(took, line.Duration/1000)
		}
	}
	if len(took) == 0 {
		failf("serve tells no decisions:\n%s", p.tail())
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// How long after the API server has taken a change a review is judged by it.
func (w *world) delays(listen string) (took []time.Duration) {
	asking := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: w.tls()}}
	// An UPDATE's faults that were there before are warnings; this one is new each time.
	body := reviewOf("CREATE", brokerService("team-0", movingSet, 0, "NodePort"))
	denied := func() bool {
		response, err := asking.Post("https://"+listen+"/validate", "application/json", strings.NewReader(body))
		check(err)
		defer response.Body.Close()
		var review struct {
			Response struct {
				Allowed bool
				Status  struct{ Message string }
			}
		}
		check(json.NewDecoder(response.Body).Decode(&review))
		return !review.Response.Allowed && strings.Contains(review.Response.Status.Message, "preemptible")
	}
	if denied() {
		failf("the NodePort on a stable node is denied")
	}
	for i := range 16 {
		time.Sleep(300 * time.Millisecond) // changes that come together share an index
		value := any("true")
		if i%2 == 1 {
			value = nil
		}
		patch := encoded(object{"metadata": object{"labels": object{"cloud.google.com/gke-spot": value}}})
		got, err := w.admin.ask("PATCH", "/api/v1/nodes/"+movingNode, "application/merge-patch+json", patch)
		check(err)
		if got.status != http.StatusOK {
			failf("PATCH of a node: %d %s", got.status, got.body)
		}
		begin := time.Now()
		for denied() != (value != nil) {
			if time.Since(begin) > 10*time.Second {
				failf("the verdict does not follow the node")
			}
			time.Sleep(time.Millisecond)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return took
}

func (w *world) cluster() {
	if nodes, sets := w.counted("/api/v1/nodes"), w.counted("/apis/apps/v1/statefulsets"); nodes != nodeCount ||
		sets != setCount || w.counted("/api/v1/services") != serviceCount {
		failf("the API server knows %d nodes and %d StatefulSets", nodes, sets)
	}
	real, listen, operations := w.viewing("serve", w.api)
	sync := w.ready(real, operations)
	row("from start to ready", fmt.Sprintf("%.2f s", sync.Seconds()), fmt.Sprintf("CPU of serve %.2f s   aim <= 5 s",
		real.cpu().Seconds()))
	time.Sleep(2 * time.Second)
	real.tellMemory("after that")
	delays := w.delays(listen)
	row("from a node's label to the verdict", milliseconds(delays[len(delays)/2])+" ms",
		"worst "+milliseconds(delays[len(delays)-1])+" ms of 16")
	real.stop()

	s := w.standIn()
	w.server.stop()
	server, listen, operations := w.viewing("serve-2", s.address)
	fmt.Printf("\na stand-in for the API server, with the objects that the real one told\n")
	row("from start to ready", fmt.Sprintf("%.2f s", w.ready(server, operations).Seconds()), "aim <= 5 s")
	server.tellMemory("after that")
	w.relist(s, server)
	folder := w.reviewFolder()
	w.reviewed(server, listen, folder, 1)
	server.tellMemory("after the first reviews")
	quiet := w.reviewed(server, listen, folder, 5)
	w.streamed(s, server, listen, folder, quiet)
}

func (w *world) relist(s *standIn, server *process) {
	before := server.cpu()
	for i := range w.relists {
		w.until(40*time.Second, "a watch of everything", server, s.watched)
		lists := s.lists()
		s.forget()
		w.until(40*time.Second, fmt.Sprintf("list %d after a 410", i), server, func() bool { return s.lists() > lists })
		// A watch that has lasted a second makes the wait before the next list short again.
		time.Sleep(1500 * time.Millisecond)
	}
	if w.relists > 0 {
		server.tellMemory(fmt.Sprintf("after %d lists more, each after a 410", w.relists))
		row("CPU of one of them", fmt.Sprintf("%.2f s", (server.cpu()-before).Seconds()/float64(w.relists)), "")
	}
}

func (w *world) streamed(s *standIn, server *process, listen, folder string, quiet latency) {
	// First the stream alone, for what an event costs.
	alone := w.stream / 4
	before := server.cpu()
	count := s.stream(w.events, alone)
	row("CPU of one event", fmt.Sprintf("%.0f us", float64((server.cpu()-before).Microseconds())/float64(count)),
		fmt.Sprintf("%.0f events/s", float64(count)/alone.Seconds()))
	beside := make(chan latency)
	rounds := max(1, int((w.stream-alone)/round)-1)
	go func() { beside <- w.reviewed(server, listen, folder, rounds) }()
	count = s.stream(w.events, w.stream-alone)
	busy := <-beside
	fmt.Printf("  %d reviews a second over TLS, middle of rounds of %v (aim p99 <= 1 ms)\n", w.rate, round)
	fmt.Printf("    without events          %v\n    beside %4.0f events/s    %v\n", quiet,
		float64(count)/(w.stream-alone).Seconds(), busy)
	fmt.Printf("    p99 with events to without %.2fx, of the best rounds %.2fx, within serve %.2fx\n", busy.P99/quiet.P99,
		busy.best/quiet.best, busy.inside/quiet.inside)
	server.tellMemory(fmt.Sprintf("after %.0f s of events", w.stream.Seconds()))
}
