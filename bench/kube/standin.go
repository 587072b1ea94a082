package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Speaks the API server's lists and watches, with the objects that a real one told. It exists because etcd and
// kube-apiserver beside the program make some 600 changes a second of two cores, and a busy cluster has more; and because
// it forgets its history when it is told to.
type standIn struct {
	address string
	server  *http.Server
	kinds   map[string]*standInKind
	version atomic.Int64
	dropped atomic.Int64 // events that nobody watched
}

type standInKind struct {
	items []templated
	lists atomic.Int64 // that came to their end

	lock    sync.Mutex
	watches map[chan []byte]bool
}

// An object with places for its version and for what changes.
type templated struct{ beforeVersion, beforeChange, rest string }

func templateOf(raw json.RawMessage, apiVersion, kind string) templated {
	text := strings.TrimSpace(string(raw))
	if !strings.HasPrefix(text, `{"apiVersion"`) && !strings.HasPrefix(text, `{"kind"`) {
		text = `{"kind":"` + kind + `","apiVersion":"` + apiVersion + `",` + text[1:]
	}
	const version, annotations = `"resourceVersion":"`, `"annotations":{`
	at := strings.Index(text, version)
	end := at + len(version)
	end += strings.IndexByte(text[end:], '"')
	change := strings.Index(text, annotations)
	if at < 0 || change < end {
		failf("an object without version or annotations: %.300s", text)
	}
	change += len(annotations)
	return templated{text[:at+len(version)], text[end:change], text[change:]}
}

// `change` is a member of the annotations with a comma behind it, or nothing.
func (t templated) write(to []byte, version int64, change string) []byte {
	to = append(to, t.beforeVersion...)
	to = strconv.AppendInt(to, version, 10)
	to = append(to, t.beforeChange...)
	to = append(to, change...)
	return append(to, t.rest...)
}

func (w *world) standIn() *standIn {
	s := &standIn{kinds: map[string]*standInKind{}}
	s.version.Store(1000000)
	for _, one := range [][3]string{{"/api/v1/nodes", "v1", "Node"}, {"/apis/apps/v1/statefulsets", "apps/v1", "StatefulSet"},
		{"/api/v1/services", "v1", "Service"}, {"/api/v1/configmaps", "v1", "ConfigMap"}} {
		kind := &standInKind{watches: map[chan []byte]bool{}}
		for _, raw := range w.listed(one[0]) {
			if strings.Contains(string(raw), `"annotations":{`) { // else one that the API server itself has made
				kind.items = append(kind.items, templateOf(raw, one[1], one[2]))
			}
		}
		s.kinds[one[0]] = kind
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	s.address = "https://" + listener.Addr().String()
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer)}
	go func() { _ = s.server.ServeTLS(listener, w.certificate, w.key) }()
	return s
}

func (s *standIn) answer(out http.ResponseWriter, request *http.Request) {
	kind := s.kinds[request.URL.Path]
	out.Header().Set("Content-Type", "application/json")
	query := request.URL.Query()
	switch {
	case kind == nil:
		out.WriteHeader(http.StatusNotFound)
	case query.Get("watch") != "":
		seconds, _ := strconv.Atoi(query.Get("timeoutSeconds"))
		kind.watched(out, request, time.Duration(seconds)*time.Second)
	default:
		limit, _ := strconv.Atoi(query.Get("limit"))
		from, _ := strconv.Atoi(query.Get("continue"))
		s.list(out, kind, min(from, len(kind.items)), limit)
	}
}

func (s *standIn) list(out http.ResponseWriter, kind *standInKind, from, limit int) {
	to := len(kind.items)
	next := ""
	if limit > 0 && from+limit < to {
		to = from + limit
		next = strconv.Itoa(to)
	}
	fmt.Fprintf(out, `{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},"items":[`,
		s.version.Load(), next)
	var buffer []byte
	for i := from; i < to; i++ {
		buffer = buffer[:0]
		if i > from {
			buffer = append(buffer, ',')
		}
		buffer = kind.items[i].write(buffer, 1000, "")
		_, _ = out.Write(buffer)
	}
	_, _ = out.Write([]byte("]}\n"))
	if next == "" {
		kind.lists.Add(1)
	}
}

func (k *standInKind) watched(out http.ResponseWriter, request *http.Request, during time.Duration) {
	events := make(chan []byte, 10000)
	k.lock.Lock()
	k.watches[events] = true
	k.lock.Unlock()
	defer func() {
		k.lock.Lock()
		delete(k.watches, events)
		k.lock.Unlock()
	}()
	flusher := out.(http.Flusher)
	flusher.Flush()
	end := time.After(during)
	for {
		select {
		case event := <-events:
			_, err := out.Write(event)
			if err != nil || event == nil {
				return
			}
			flusher.Flush()
			if strings.HasPrefix(string(event[:min(len(event), 16)]), `{"type":"ERROR"`) {
				return
			}
		case <-end:
			return
		case <-request.Context().Done():
			return
		}
	}
}

// Whether somebody was told.
func (k *standInKind) tell(event []byte) bool {
	k.lock.Lock()
	defer k.lock.Unlock()
	told := false
	for watch := range k.watches {
		select {
		case watch <- event:
			told = true
		default:
		}
	}
	return told
}

// As after a compaction: every watch is told that its place is forgotten, and what watches has to list again.
func (s *standIn) forget() {
	for _, kind := range s.kinds {
		kind.tell([]byte(`{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",` +
			`"message":"too old resource version","reason":"Expired","code":410}}` + "\n"))
	}
}

func (s *standIn) watched() bool {
	for _, kind := range s.kinds {
		kind.lock.Lock()
		watches := len(kind.watches)
		kind.lock.Unlock()
		if watches == 0 {
			return false
		}
	}
	return true
}

func (s *standIn) lists() (least int64) {
	least = 1 << 60
	for _, kind := range s.kinds {
		least = min(least, kind.lists.Load())
	}
	return least
}

// A mix as busy clusters have it: of ten events five are of Services and three of StatefulSets that now say something
// else, two are of Nodes: heartbeats, and every tenth of these turns a label that pods may ask for.
func (s *standIn) stream(perSecond int, during time.Duration) (sent int64) {
	begin := time.Now()
	nodes, services, sets := s.kinds["/api/v1/nodes"], s.kinds["/api/v1/services"], s.kinds["/apis/apps/v1/statefulsets"]
	s.dropped.Store(0)
	for i := 0; time.Since(begin) < during; i++ {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
		version := s.version.Add(1)
		change := `"example.com/round":"` + strconv.Itoa(i) + `",`
		kind, index := services, i*7
		switch i % 10 {
		case 2, 5, 8:
			kind, index = sets, i*11
		case 3, 9:
			kind, index, change = nodes, i*13, ""
		}
		event := append(make([]byte, 0, 16384), `{"type":"MODIFIED","object":`...)
		item := kind.items[index%len(kind.items)]
		if kind == nodes && i%100 == 3 && i/100%2 == 0 {
			item.rest = strings.Replace(item.rest, `"example.com/shift":"early"`, `"example.com/shift":"late"`, 1)
		}
		event = append(item.write(event, version, change), "}\n"...)
		if !kind.tell(event) {
			s.dropped.Add(1)
		}
		sent++
	}
	return sent - s.dropped.Load()
}
