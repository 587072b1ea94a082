// What the user of a cluster feels: `create --dry-run=server` of a broker StatefulSet on a real kube-apiserver, without a
// policy, with the same rules as native admission policies, with brokergate and with a controller-runtime webhook, one
// after the other again and again in one run. Prints CPU per request of API server and webhook, and latency. Nothing
// fails on time; exit 2 where a case did not do what it says.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	root, brokergate, etcd, apiserver, helm, peer, profile string
	bytes, rounds, clients                                 int
	alone, together                                        time.Duration
}

// What stops the run; main ends the processes then.
type failure struct{ text string }

func failf(format string, arguments ...any) { panic(failure{fmt.Sprintf(format, arguments...)}) }

func check(err error) {
	if err != nil {
		failf("%v", err)
	}
}

func run(w *world) (code int) {
	defer func() {
		switch what := recover().(type) {
		case nil:
		case failure:
			code = 2
			if !w.ended() { // else it is only that everything is taken away under us
				fmt.Fprintln(os.Stderr, "bench apply:", what.text)
			}
		default:
			panic(what)
		}
	}()
	w.start()
	report(w.options, w.measure(w.cases()))
	return 0
}

func main() {
	o := options{}
	flag.StringVar(&o.root, "root", ".", "the checkout")
	flag.StringVar(&o.brokergate, "brokergate", "", "the program")
	flag.StringVar(&o.etcd, "etcd", "", "etcd")
	flag.StringVar(&o.apiserver, "kube-apiserver", "", "the API server")
	flag.StringVar(&o.helm, "helm", "", "helm, which renders the chart's webhooks")
	flag.StringVar(&o.peer, "controller-runtime", "", "the webhook of bench/yardsticks; left out where empty")
	flag.StringVar(&o.profile, "profile", "", "folder for a CPU profile of the API server in each case")
	flag.IntVar(&o.bytes, "bytes", 6500, "size of the StatefulSet as it is posted")
	flag.IntVar(&o.rounds, "rounds", 5, "how often all cases are measured")
	flag.IntVar(&o.clients, "clients", 8, "clients at the same time")
	flag.DurationVar(&o.alone, "alone", 1500*time.Millisecond, "how long one client is measured")
	flag.DurationVar(&o.together, "together", 3*time.Second, "how long all clients are measured")
	// tools.sh names more than is needed here.
	for _, name := range []string{"kubectl", "helm4"} {
		flag.String(name, "", "not used")
	}
	flag.Parse()
	if flag.NArg() > 0 || o.rounds < 1 || o.clients < 1 {
		fmt.Fprintln(os.Stderr, "bench apply: takes options only, and at least one round and one client")
		os.Exit(2)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	w := &world{options: o}
	done := make(chan int, 1)
	go func() { done <- run(w) }()
	code := 2
	select {
	case code = <-done:
	case <-interrupted:
	}
	w.close()
	os.Exit(code)
}
