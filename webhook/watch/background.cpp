#include "webhook/watch/background.h"

#include <sys/resource.h>

namespace brokergate::webhook::watch {

void run_in_background() {
  constexpr int kThird = 5;  // each step is a fourth more for the others
  // Where it is not allowed, or changes nothing, the thread runs as others do.
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + kThird);
}

}  // namespace brokergate::webhook::watch
