// Threads that keep up with the cluster give way to those that somebody waits for.
#pragma once

namespace brokergate::webhook::watch {

// The calling thread gets a third of what another gets of a core that both want, and all that nobody wants: enough to
// keep up beside a crowd of reviews. Linux has a nice value for each thread (sched(7)).
void run_in_background();

}  // namespace brokergate::webhook::watch
