#include "cli/verbs/verbs.h"

namespace brokergate::cli {

int version(Console& console) { return console.out("brokergate " BROKERGATE_VERSION "\n") ? kClean : kCouldNotRun; }

}  // namespace brokergate::cli
