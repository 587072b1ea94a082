#include "cli/output/inspect.h"

#include "cli/verbs/run_engine.h"
#include "cli/verbs/verbs.h"
#include "rules/known_cluster.h"

namespace brokergate::cli {

int inspect(const InspectOptions& options, Console& console) {
  auto* const run = run_engine(options.input, options.policy, {}, console);
  if (!run) return kCouldNotRun;
  const auto nodes = index_nodes(run->inputs.bundle, run->policy);
  const InspectView view = inspect_view(run->evaluation, run->policy, nodes.get());
  Locator locator;
  const std::string text = options.format == "json"   ? inspect_json(view, locator)
                           : options.format == "yaml" ? inspect_yaml(view, locator)
                                                      : inspect_text(view, locator, console.out_paint());
  if (!console.out(text)) return kCouldNotRun;
  return run->inputs.problems.empty() ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli
