package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// Users who apply the load balancer of a broker on the server's side, for show, again and again until told to stop: each
// time it is new, has to be mended and to be let in.
type load struct {
	end      chan struct{}
	once     sync.Once
	workers  sync.WaitGroup
	calls    atomic.Int64
	mutex    sync.Mutex
	failures []string
}

const publicService = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"load-%d"},"spec":{"type":"LoadBalancer",` +
	`"ports":[{"port":9094}],"selector":{"app":"kafka","statefulset.kubernetes.io/pod-name":"kafka-0"}}}`

func (w *world) startLoad(users int) *load {
	l := &load{end: make(chan struct{})}
	for user := range users {
		l.workers.Add(1)
		go func() {
			defer l.workers.Done()
			url := fmt.Sprintf("%s/api/v1/namespaces/default/services/load-%d?dryRun=All&fieldManager=load", w.api, user)
			for {
				select {
				case <-l.end:
					return
				case <-w.ctx.Done():
					return
				default:
				}
				code, body := w.send(http.MethodPatch, url, "application/apply-patch+yaml", fmt.Sprintf(publicService, user))
				l.calls.Add(1)
				if code != 201 || !strings.Contains(body, `"`+gke+`":"Internal"`) {
					l.mutex.Lock()
					l.failures = append(l.failures, fmt.Sprintf("%d %.500s", code, body))
					l.mutex.Unlock()
				}
			}
		}()
	}
	return l
}

func (l *load) abandon() {
	l.once.Do(func() { close(l.end) })
	l.workers.Wait()
}

// Ends it; returns how many calls there were, and fails when one of them did.
func (l *load) stop() int64 {
	l.abandon()
	if len(l.failures) > 0 {
		failf("%d of %d calls failed, the first: %s", len(l.failures), l.calls.Load(), l.failures[0])
	}
	return l.calls.Load()
}
