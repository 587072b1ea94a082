package main

import (
	"fmt"
	"slices"
	"time"
)

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

// The middle one of the rounds: what another program did to one of them is left out.
func middle(rounds []figure, of func(figure) time.Duration) time.Duration {
	var all []time.Duration
	for _, one := range rounds {
		all = append(all, of(one))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func total(f figure) time.Duration  { return f.server + f.webhook }
func median(f figure) time.Duration { return f.median }

func report(o options, figures map[string][]figure) {
	plain := figures["no policy"][0]
	fmt.Printf("create --dry-run=server of a broker StatefulSet (%.1f KB posted, %.1f KB as the API server tells it), ms;\n"+
		"middle of %d rounds of %v with one client and %v with %d\n\n", float64(o.bytes)/1000,
		float64(plain.response)/1000, o.rounds, o.alone, o.together, o.clients)
	fmt.Printf("%-20s %32s   %20s   %10s\n", "", "CPU per request", fmt.Sprintf("%d clients", o.clients), "one client")
	fmt.Printf("%-20s %10s %10s %10s   %9s %10s   %10s\n", "", "API server", "webhook", "together", "median", "p99",
		"median")
	for _, title := range []string{"no policy", "native policies", "brokergate", "controller-runtime"} {
		rounds := figures[title]
		if rounds == nil {
			continue
		}
		fmt.Printf("%-20s %10s %10s %10s   %9s %10s   %10s\n", title,
			milliseconds(middle(rounds, func(f figure) time.Duration { return f.server })),
			milliseconds(middle(rounds, func(f figure) time.Duration { return f.webhook })),
			milliseconds(middle(rounds, total)), milliseconds(middle(rounds, median)),
			milliseconds(middle(rounds, func(f figure) time.Duration { return f.worst })),
			milliseconds(middle(rounds, func(f figure) time.Duration { return f.alone })))
	}
	ours, theirs := figures["brokergate"], figures["native policies"]
	ratio := func(of func(figure) time.Duration) float64 {
		return float64(middle(ours, of)) / float64(middle(theirs, of))
	}
	fmt.Printf("\nbrokergate beside native policies: CPU %.2fx (aim <= 1), median at %d clients %.2fx (aim <= 1)\n",
		ratio(total), o.clients, ratio(median))
}
