package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

// Reviews that one brokergate is sent all the time, as the API server would, each question by a client of its own that
// waits a little after each answer.
type trickle struct {
	o       *viewer
	end     chan struct{}
	once    sync.Once
	askers  sync.WaitGroup
	mutex   sync.Mutex
	answers []answer
}

type answer struct {
	question int
	at       time.Time // when it was there
	took     time.Duration
	// "denied"; "doubted": let in, with a warning that it would be denied were the view to be relied on; "passed"; "failed".
	kind string
	text string
}

const between = 8 * time.Millisecond

func startTrickle(o *viewer, requests ...string) *trickle {
	t := &trickle{o: o, end: make(chan struct{})}
	for i, request := range requests {
		t.askers.Add(1)
		go func() {
			defer t.askers.Done()
			for turn := 0; ; turn++ {
				select {
				case <-t.end:
					return
				case <-o.v.ctx.Done():
					return
				case <-time.After(between):
				}
				uid := fmt.Sprintf("%s-%d-%d", o.name, i, turn)
				one := t.ask(strings.Replace(request, "@UID@", uid, 1))
				one.question = i
				t.mutex.Lock()
				t.answers = append(t.answers, one)
				t.mutex.Unlock()
			}
		}()
	}
	return t
}

func (t *trickle) ask(request string) answer {
	began := time.Now()
	response, err := t.o.client.Post(fmt.Sprintf("https://127.0.0.1:%d/validate", t.o.port), "application/json",
		strings.NewReader(request))
	out := answer{kind: "failed"}
	if err == nil {
		var text []byte
		text, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
		out.text = string(text)
	}
	out.at, out.took = time.Now(), time.Since(began)
	var review struct {
		Response *struct {
			Allowed  bool
			Warnings []string
			Status   struct{ Message string }
		}
	}
	if err != nil {
		out.text = err.Error()
	} else if json.Unmarshal([]byte(out.text), &review) == nil && review.Response != nil {
		out.text = review.Response.Status.Message + strings.Join(review.Response.Warnings, "\n")
		switch {
		case !review.Response.Allowed:
			out.kind = "denied"
		case strings.Contains(out.text, "[nodeport-preemptible]") && strings.Contains(out.text, "(not denied: "):
			out.kind = "doubted"
		default:
			out.kind = "passed"
		}
	}
	return out
}

func (t *trickle) stop() {
	t.once.Do(func() { close(t.end) })
	t.askers.Wait()
}

// The answers to a question from one moment to another.
func (t *trickle) of(question int, from, to time.Time) []answer {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var out []answer
	for _, one := range t.answers {
		if one.question == question && one.at.After(from) && !one.at.After(to) {
			out = append(out, one)
		}
	}
	return out
}

// When the question first had an answer of this kind, given after it was asked after `since`.
func (t *trickle) first(question int, kind string, since time.Time) (answer, bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, one := range t.answers {
		if one.question == question && one.kind == kind && one.at.Add(-one.took).After(since) {
			return one, true
		}
	}
	return answer{}, false
}

func (t *trickle) last(question int) answer {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for i := len(t.answers) - 1; i >= 0; i-- {
		if t.answers[i].question == question {
			return t.answers[i]
		}
	}
	return answer{}
}

// How long answers took, of all questions.
type latency struct {
	from, to           time.Time
	count              int
	half, most99, most time.Duration
}

func (t *trickle) latency(from, to time.Time) latency {
	t.mutex.Lock()
	var took []time.Duration
	for _, one := range t.answers {
		if one.at.After(from) && !one.at.After(to) {
			took = append(took, one.took)
		}
	}
	t.mutex.Unlock()
	if len(took) == 0 {
		return latency{from: from, to: to}
	}
	sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
	return latency{from, to, len(took), took[len(took)/2], took[len(took)*99/100], took[len(took)-1]}
}

func (l latency) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
	return fmt.Sprintf("%d answers, half in %s ms, p99 %s ms, max %s ms", l.count, ms(l.half), ms(l.most99), ms(l.most))
}

// No review has waited for an API server: each of its waits takes five seconds and more. The machine may have had more to
// do than before, which one that knows no API server tells.
func (t *trickle) unhurt(before, during, control latency) {
	if before.count < 20 || during.count < 20 {
		failf("%s: too few answers to tell: %v before, %v during the fault", t.o.name, before, during)
	}
	if during.most > 2*time.Second+control.most || during.most99 > 10*max(before.most99, control.most99)+25*time.Millisecond {
		failf("%s: reviews are held up by the fault: before %v, during it %v, without a view %v", t.o.name, before, during, control)
	}
}
