#include "cli/verbs/report_run.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {

int lint(const LintOptions& options, Console& console) {
  const auto* const run = run_engine(options.input, options.policy, {}, console);
  return run ? report_run(options, *run, console) : kCouldNotRun;
}

}  // namespace brokergate::cli
