package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// Users who create the load balancer of a broker, for show, one after the other, until told to stop.
type load struct {
	end      chan struct{}
	workers  sync.WaitGroup
	calls    atomic.Int64
	mutex    sync.Mutex
	failures []string
}

const publicService = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"load-%d"},"spec":{"type":"LoadBalancer",` +
	`"ports":[{"port":9094}],"selector":{"app":"kafka","statefulset.kubernetes.io/pod-name":"kafka-0"}}}`

func (w *world) startLoad(users int) *load {
	l := &load{end: make(chan struct{})}
	url := w.api + "/api/v1/namespaces/default/services?dryRun=All"
	for user := range users {
		l.workers.Add(1)
		go func() {
			defer l.workers.Done()
			for {
				select {
				case <-l.end:
					return
				case <-w.ctx.Done():
					return
				default:
				}
				code, body := w.post(url, fmt.Sprintf(publicService, user))
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

// Ends it; returns how many calls there were, and fails when one of them did.
func (l *load) stop() int64 {
	close(l.end)
	l.workers.Wait()
	if len(l.failures) > 0 {
		failf("%d of %d calls failed, the first: %s", len(l.failures), l.calls.Load(), l.failures[0])
	}
	return l.calls.Load()
}
