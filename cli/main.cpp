#include <unistd.h>

#include "cli/verbs/verbs.h"

int main(int argc, char** argv) {
  // Never destroyed; see Console::keep.
  static auto& console = *new brokergate::cli::Console(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  return brokergate::cli::run(argc, argv, console);
}
