package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// One brokergate in one fault.
type outage struct {
	c    *cruel
	name string
	// Nothing is known before.
	begins time.Time
	// From here on it could know better.
	heals  time.Time
	before latency
	right  time.Time
	// From here on it may see the change of the Service, where that is before the end.
	sees time.Time
}

func (c *cruel) explain() string {
	out := ""
	for question := range 2 {
		last := c.trickle.last(question)
		out += fmt.Sprintf("%s, question %d: %s: %s\n", c.name, question, last.kind, last.text)
	}
	return out + c.condition() + tailOfWatch(c.server.text())
}

func tailOfWatch(log string) string {
	var lines []string
	for _, line := range strings.Split(log, "\n") {
		if !strings.Contains(line, `"msg":"decision"`) {
			lines = append(lines, line)
		}
	}
	return tail(strings.Join(lines, "\n"), 8)
}

// What /readyz says, with its status.
func (c *cruel) condition() string {
	plain := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	response, err := plain.Get(fmt.Sprintf("http://127.0.0.1:%d/readyz", c.probes))
	check(err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	check(err)
	return fmt.Sprintf("%d %s", response.StatusCode, text)
}

func (c *cruel) says(most time.Duration, texts ...string) {
	last := ""
	c.v.until(most, c.name+" to say "+strings.Join(texts, " and "), func() bool {
		last = c.condition()
		for _, text := range texts {
			if !strings.Contains(last, text) {
				return false
			}
		}
		return true
	}, func() string { return last + tailOfWatch(c.server.text()) })
}

// As it was before any fault, seen by all of these; then some time in which nothing happens, to compare with.
func (r *faultRig) calm(all ...*cruel) {
	r.turn(false)
	since := time.Now()
	for _, c := range all {
		r.v.until(45*time.Second, c.name+" to see the cluster as it is", func() bool {
			return c.trickle.last(toNode).kind == "passed" && c.trickle.last(toService).kind == "denied" &&
				c.trickle.last(toNode).at.After(since) && c.trickle.last(toService).at.After(since) &&
				c.condition() == "200 ok\n"
		}, c.explain)
	}
	time.Sleep(1500 * time.Millisecond)
}

func (r *faultRig) begin(name string, c *cruel) *outage {
	now := time.Now()
	return &outage{c: c, name: name, begins: now, heals: now, before: c.trickle.latency(now.Add(-1500*time.Millisecond), now)}
}

// Until the new state is what both questions are answered by; then looks at all that was said meanwhile.
func (r *faultRig) recovers(most time.Duration, all ...*outage) {
	for _, one := range all {
		t := one.c.trickle
		r.v.until(most, one.name+": "+one.c.name+" to judge by the cluster as it is", func() bool {
			node, denied := t.first(toNode, "denied", one.heals)
			service, passed := t.first(toService, "passed", one.heals)
			if !denied || !passed {
				return false
			}
			one.right = node.at
			if service.at.After(one.right) {
				one.right = service.at
			}
			return true
		}, one.c.explain)
	}
	time.Sleep(500 * time.Millisecond)
	for _, one := range all {
		one.judge()
	}
}

func (one *outage) judge() {
	t, now := one.c.trickle, time.Now()
	for question := range 2 {
		for _, answer := range t.of(question, one.begins, now) {
			if answer.kind == "failed" {
				failf("%s: %s did not answer: %s", one.name, one.c.name, answer.text)
			}
		}
	}
	// Who was denied stays so, or is let in with the reason, until the change can be known.
	weak, sees := 0, one.heals
	if !one.sees.IsZero() {
		sees = one.sees
	}
	for _, answer := range t.of(toService, one.begins, one.right) {
		// One that was under way at that moment may know already.
		if answer.kind == "passed" && answer.at.Before(sees) {
			failf("%s: %s let in what it had denied, and gave no reason: %s", one.name, one.c.name, answer.text)
		}
		if answer.kind != "doubted" {
			continue
		}
		weak++
		if one.c.deny || !strings.Contains(answer.text, "the cluster view is in doubt: ") &&
			!strings.Contains(answer.text, "nothing heard of ") {
			failf("%s: %s: %s", one.name, one.c.name, answer.text)
		}
	}
	// Once it is known, it is denied for good.
	denied, _ := t.first(toNode, "denied", one.heals)
	for _, answer := range t.of(toNode, denied.at, now) {
		if answer.at.Add(-answer.took).After(denied.at) && answer.kind != "denied" {
			failf("%s: %s denied it and then did not: %s", one.name, one.c.name, answer.text)
		}
	}
	during := t.latency(one.begins, one.right)
	if during.count < 20 {
		during = t.latency(one.begins, now)
	}
	control := one.c.control.trickle.latency(during.from, during.to)
	t.unhurt(one.before, during, control)
	doubted := ""
	if weak > 0 {
		doubted = fmt.Sprintf(", %d answers with the reason why not denied", weak)
	}
	one.c.v.say("%s: right %.1f s after its end%s", one.name, one.right.Sub(one.heals).Seconds(), doubted)
	one.c.v.say("  before: %v; during: %v; one without a view: %v", one.before, during, control)
}

// The first question as a user puts it.
func (r *faultRig) applied() result {
	return r.v.feed(r.service, "apply", "--dry-run=server", "-n", faultHome)
}

const byView = "[nodeport-preemptible] Service/mover-0: spec.type: NodePort of broker 0 on preemptible nodes"
