#include "webhook/cluster/give_back.h"

// Of mimalloc, which the program is linked with and the tests are not.
extern "C" void mi_collect(bool force) __attribute__((weak));

namespace brokergate::webhook::cluster {

void give_back_memory() {
  if (mi_collect) mi_collect(true);
}

}  // namespace brokergate::webhook::cluster
