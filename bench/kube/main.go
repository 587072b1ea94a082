// Measures what needs a real kube-apiserver. Nothing fails on time; exit 2 where something did not do what it says.
//
// apply: what the user of a cluster feels: `create --dry-run=server` of a broker StatefulSet without a policy, with the
// same rules as native admission policies, with brokergate and with a controller-runtime webhook, one after the other
// again and again in one run: CPU per request of API server and webhook, and latency.
//
// cluster: what a large cluster costs `serve --cluster-view`: see cluster.go.
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
	root, brokergate, etcd, apiserver, helm, peer, profile, reviews string
	bytes, rounds, clients, relists, events, rate                   int
	alone, together, stream                                         time.Duration
}

// What stops the run; main ends the processes then.
type failure struct{ text string }

func failf(format string, arguments ...any) { panic(failure{fmt.Sprintf(format, arguments...)}) }

func check(err error) {
	if err != nil {
		failf("%v", err)
	}
}

func run(w *world, verb string) (code int) {
	defer func() {
		switch what := recover().(type) {
		case nil:
		case failure:
			code = 2
			if !w.ended() { // else it is only that everything is taken away under us
				fmt.Fprintln(os.Stderr, "bench "+verb+":", what.text)
			}
		default:
			panic(what)
		}
	}()
	w.start()
	if verb == "cluster" {
		w.cluster()
	} else {
		report(w.options, w.measure(w.cases()))
	}
	return 0
}

func main() {
	verb := ""
	if len(os.Args) > 1 {
		verb = os.Args[1]
	}
	if verb != "apply" && verb != "cluster" {
		fmt.Fprintln(os.Stderr, "usage: bench-kube apply|cluster [OPTION...]")
		os.Exit(2)
	}
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
	flag.StringVar(&o.reviews, "reviews", "", "brokergate_bench_reviews, which asks at a steady rate")
	flag.IntVar(&o.relists, "relists", 10, "how often everything is listed again")
	flag.IntVar(&o.events, "events", 1000, "events a second")
	flag.IntVar(&o.rate, "rate", 500, "reviews a second beside them")
	flag.DurationVar(&o.stream, "stream", 60*time.Second, "how long there are events")
	// tools.sh names more than is needed here.
	for _, name := range []string{"kubectl", "helm4"} {
		flag.String(name, "", "not used")
	}
	check(flag.CommandLine.Parse(os.Args[2:]))
	if flag.NArg() > 0 || o.rounds < 1 || o.clients < 1 || o.events < 1 || o.rate < 1 || o.relists < 0 {
		fmt.Fprintln(os.Stderr, "bench "+verb+": takes options only, and at least one of what is counted")
		os.Exit(2)
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	w := &world{options: o, seeding: verb == "cluster"}
	done := make(chan int, 1)
	go func() { done <- run(w, verb) }()
	code := 2
	select {
	case code = <-done:
	case <-interrupted:
	}
	w.close()
	os.Exit(code)
}
