#include <unistd.h>

#include "cli/verbs/verbs.h"

int main(int argc, char** argv) {
  brokergate::cli::Console console(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  return brokergate::cli::run(argc, argv, console);
}
