package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// One case in one round.
type figure struct {
	server, webhook time.Duration // CPU per request, at all clients
	median, worst   time.Duration // at all clients; worst is the 99th of a hundred
	alone           time.Duration // median of a single client
	response        int           // bytes
}

func (w *world) listens(address string) func() bool {
	return func() bool {
		connection, err := tls.Dial("tcp", address, w.tls())
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	}
}

// As many as the clients get through in that time, each judged by its answer; sorted.
func (w *world) drive(r rival, clients int, during time.Duration) (took []time.Duration, response int) {
	set := brokers(w.bytes)
	var lock sync.Mutex
	var group sync.WaitGroup
	wrong := ""
	end := time.Now().Add(during)
	for range clients {
		group.Add(1)
		go func() {
			defer group.Done()
			c := w.newClient()
			defer c.close()
			var mine []time.Duration
			size, fault := 0, ""
			for fault == "" && time.Now().Before(end) {
				begin := time.Now()
				got, err := c.tried(set)
				mine = append(mine, time.Since(begin))
				size = len(got.body)
				if err != nil {
					fault = err.Error()
				} else if got.status != 201 || got.protocol != 2 || strings.Contains(got.body, outside) == r.none() {
					fault = fmt.Sprintf("HTTP/%d %d %s", got.protocol, got.status, got.body)
				}
			}
			lock.Lock()
			defer lock.Unlock()
			if fault != "" {
				wrong = fault
			}
			took, response = append(took, mine...), size
		}()
	}
	group.Wait()
	if wrong != "" {
		failf("%s: an answer that is not what this is about: %s", r.title, wrong)
	}
	slices.Sort(took)
	return took, response
}

func (w *world) round(r rival, number int) figure {
	w.install(r)
	w.drive(r, w.clients, 500*time.Millisecond) // connections are opened, expressions compiled
	alone, response := w.drive(r, 1, w.alone)
	server, webhook := w.server.cpu(), r.webhook.cpu()
	profiled := make(chan struct{})
	go func() {
		defer close(profiled)
		if w.profile != "" && number == 0 {
			check(os.MkdirAll(w.profile, 0o755))
			file := filepath.Join(w.profile, strings.ReplaceAll(r.title, " ", "-")+".pprof")
			w.newClient().profiled(file, fmt.Sprint(int(max(1, w.together.Seconds()))))
		}
	}()
	all, _ := w.drive(r, w.clients, w.together)
	count := time.Duration(len(all))
	one := figure{server: (w.server.cpu() - server) / count, webhook: (r.webhook.cpu() - webhook) / count,
		median: all[len(all)/2], worst: all[len(all)*99/100], alone: alone[len(alone)/2], response: response}
	<-profiled
	if !w.does(r) {
		failf("%s: at the end it no longer does what this is about", r.title)
	}
	w.remove(r)
	return one
}

func (w *world) measure(cases []rival) map[string][]figure {
	figures := map[string][]figure{}
	for number := range w.rounds {
		for _, one := range cases {
			figures[one.title] = append(figures[one.title], w.round(one, number))
		}
	}
	return figures
}
