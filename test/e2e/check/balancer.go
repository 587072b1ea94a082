package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// One address in front of several servers, as kube-proxy makes it: a new connection goes to one of those that are
// known to be ready, and an old one stays where it is.
type balancer struct {
	listener net.Listener
	mutex    sync.Mutex
	ports    []string
	next     int
}

func newBalancer(address string) *balancer {
	listener, err := net.Listen("tcp", address)
	check(err)
	b := &balancer{listener: listener}
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go b.pass(in)
		}
	}()
	return b
}

func (b *balancer) add(port int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.ports = append(b.ports, itoa(port))
}

// Nodes hear of an endpoint that is gone some time later; until then they still send connections to it.
func (b *balancer) remove(port int, later time.Duration) {
	time.AfterFunc(later, func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		for i, one := range b.ports {
			if one == itoa(port) {
				b.ports = append(append([]string(nil), b.ports[:i]...), b.ports[i+1:]...)
				return
			}
		}
	})
}

func (b *balancer) choose() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.ports) == 0 {
		return ""
	}
	b.next++
	return b.ports[b.next%len(b.ports)]
}

func (b *balancer) pass(in net.Conn) {
	defer in.Close()
	port := b.choose()
	if port == "" {
		return
	}
	out, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		return
	}
	defer out.Close()
	var both sync.WaitGroup
	both.Add(2)
	// The end of one direction is passed on, the other goes on.
	one := func(to, from net.Conn) {
		defer both.Done()
		_, _ = io.Copy(to, from)
		_ = to.(*net.TCPConn).CloseWrite()
	}
	go one(out, in)
	go one(in, out)
	both.Wait()
}
