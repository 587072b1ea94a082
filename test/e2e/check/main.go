// What a user of a cluster with brokergate sees: a real API server with etcd, kubectl and Helm on loopback, the
// product's own chart installed on it, and the program answering. Each scenario says what was stored and what was
// printed. Nothing is left behind: the processes die with this one, and all files lie in one temporary folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

type scenario struct {
	name string
	run  func(*world)
	// Those that come later in its cluster rest on it, so that it is run when one of them is picked.
	base bool
}

// A scenario ends at its first failure: what comes later rests on what came before.
type failure struct{ text string }

func failf(format string, arguments ...any) {
	panic(failure{fmt.Sprintf(format, arguments...)})
}

func check(err error) {
	if err != nil {
		failf("%v", err)
	}
}

func attempt(w *world, run func(*world)) (text string) {
	defer func() {
		switch found := recover().(type) {
		case nil:
		case failure:
			text = found.text
		default:
			// One that breaks does not take the others, and what is to be cleared away, with it.
			text = fmt.Sprintf("the scenario itself broke: %v\n%s", found, debug.Stack())
		}
	}()
	w.said = nil
	run(w)
	return ""
}

// Those whose name the expression matches, and what they rest on. Each list lives in a cluster of its own, and rests on
// none of the others.
func picked(wanted *regexp.Regexp, lists ...[]scenario) []scenario {
	var out []scenario
	for _, list := range lists {
		last := -1
		for i, one := range list {
			if wanted.MatchString(one.name) {
				last = i
			}
		}
		for i, one := range list {
			if wanted.MatchString(one.name) || (one.base && i < last) {
				out = append(out, one)
			}
		}
	}
	return out
}

func indented(text string) string {
	const most = 4000
	if len(text) > most {
		text = text[:most] + " …"
	}
	return "          " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n          ")
}

func run() int {
	var tools tools
	flag.StringVar(&tools.root, "root", "", "the checkout")
	flag.StringVar(&tools.brokergate, "brokergate", "", "the program")
	flag.StringVar(&tools.etcd, "etcd", "", "etcd")
	flag.StringVar(&tools.apiserver, "kube-apiserver", "", "kube-apiserver")
	flag.StringVar(&tools.kubectl, "kubectl", "", "kubectl")
	flag.StringVar(&tools.helm, "helm", "", "helm 3")
	flag.StringVar(&tools.helm4, "helm4", "", "helm 4")
	flag.StringVar(&tools.openreports, "openreports", "", "the folder of OpenReports' module")
	manifests := flag.String("manifests", "", "a folder whose files are applied as well")
	only := flag.String("only", "", "run the scenarios whose name this expression matches, and those that others rest on")
	limit := flag.Duration("limit", 10*time.Minute, "end of all, whatever is still to do")
	flag.Parse()
	wanted, err := regexp.Compile(*only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 2
	}

	ctx, cancel := context.WithTimeout(context.Background(), *limit)
	defer cancel()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	w := &world{ctx: ctx, tools: tools}
	defer w.close()
	if text := attempt(w, (*world).start); text != "" {
		fmt.Printf("FAILED  the API server starts\n%s\n", indented(text))
		return 1
	}

	began := time.Now()
	passed, failed := 0, []string(nil)
	for _, one := range picked(wanted, scenarios(*manifests), viewScenarios(), faultScenarios()) {
		if ctx.Err() != nil {
			fmt.Println("FAILED  out of time, or interrupted")
			failed = append(failed, "out of time, or interrupted")
			break
		}
		start := time.Now()
		text := attempt(w, one.run)
		said := w.said
		took := time.Since(start).Seconds()
		if text == "" {
			passed++
			fmt.Printf("ok      %s (%.1f s)\n", one.name, took)
		} else {
			failed = append(failed, one.name)
			fmt.Printf("FAILED  %s (%.1f s)\n%s\n", one.name, took, indented(text))
			if again := attempt(w, (*world).recover); again != "" {
				fmt.Println(indented(again))
			}
		}
		for _, line := range said {
			fmt.Println("        ", line)
		}
	}
	fmt.Println()
	for _, name := range failed {
		fmt.Println("FAILED ", name)
	}
	fmt.Printf("%d scenarios in %.0f s: %d passed, %d failed\n", passed+len(failed), time.Since(began).Seconds(), passed,
		len(failed))
	if len(failed) > 0 || passed == 0 {
		return 1
	}
	return 0
}

func main() { os.Exit(run()) }
