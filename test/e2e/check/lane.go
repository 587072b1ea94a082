package main

import (
	"net"
	"sync"
	"time"
)

// The way of one brokergate to the API server, with what can happen to a way: what passes can be held up, all of it or on
// the connections that there are; it can drip; connections can be reset.
type lane struct {
	listener net.Listener
	target   string

	mutex  sync.Mutex
	moved  *sync.Cond
	frozen bool // nothing passes, in either direction
	slow   bool // 200 bytes each 20 ms
	closed bool
	trips  map[*trip]bool
	taken  int
}

type trip struct {
	in, out net.Conn
	lost    bool // nothing passes any more, and nobody is told
}

func newLane(target string) *lane {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	l := &lane{listener: listener, target: target, trips: map[*trip]bool{}}
	l.moved = sync.NewCond(&l.mutex)
	go func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			go l.lead(in)
		}
	}()
	return l
}

func (l *lane) url() string { return "https://" + l.listener.Addr().String() }

func (l *lane) lead(in net.Conn) {
	out, err := net.Dial("tcp", l.target)
	if err != nil {
		// As it is without us.
		_ = in.(*net.TCPConn).SetLinger(0)
		_ = in.Close()
		return
	}
	one := &trip{in: in, out: out}
	l.change(func() {
		l.trips[one] = true
		l.taken++
	})
	var both sync.WaitGroup
	both.Add(2)
	carry := func(to, from net.Conn) {
		defer both.Done()
		defer func() { _ = to.(*net.TCPConn).CloseWrite() }()
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			for rest := buffer[:n]; len(rest) > 0; {
				passes, slow := l.pass(one)
				if !passes {
					return
				}
				piece := rest
				if slow {
					piece = rest[:min(len(rest), 200)]
					time.Sleep(20 * time.Millisecond)
				}
				if _, err := to.Write(piece); err != nil {
					return
				}
				rest = rest[len(piece):]
			}
			// An end is swallowed as well.
			if passes, _ := l.pass(one); err != nil || !passes {
				return
			}
		}
	}
	go carry(out, in)
	go carry(in, out)
	both.Wait()
	_, _ = in.Close(), out.Close()
	l.change(func() { delete(l.trips, one) })
}

// Waits as long as nothing passes; false when it is over.
func (l *lane) pass(one *trip) (passes, slow bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for (l.frozen || one.lost) && !l.closed {
		l.moved.Wait()
	}
	return !l.closed, l.slow
}

func (l *lane) change(how func()) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	how()
	l.moved.Broadcast()
}

func (l *lane) freeze()        { l.change(func() { l.frozen = true }) }
func (l *lane) thaw()          { l.change(func() { l.frozen = false }) }
func (l *lane) drip(slow bool) { l.change(func() { l.slow = slow }) }

// The connections that there are lead nowhere any more; new ones are as good as ever.
func (l *lane) lose() {
	l.change(func() {
		for one := range l.trips {
			one.lost = true
		}
	})
}

// RST on every connection.
func (l *lane) reset() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for one := range l.trips {
		for _, end := range []net.Conn{one.in, one.out} {
			_ = end.(*net.TCPConn).SetLinger(0)
			_ = end.Close()
		}
	}
}

func (l *lane) isFrozen() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.frozen
}

func (l *lane) connections() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.taken
}

func (l *lane) close() {
	_ = l.listener.Close()
	l.change(func() { l.closed = true })
	l.reset()
}
