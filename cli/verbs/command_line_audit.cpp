#include <CLI/CLI.hpp>

#include "cli/verbs/command_line.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {

void add_audit(CLI::App& app, AuditOptions& options, std::vector<std::string>& targets, const AddVerb& add,
               Console& console) {
  CLI::App* verb =
      add(&app, "audit", "report what is wrong in a whole cluster, or a dump of it", [&options, &targets, &console] {
        if (!take_targets(targets, options.like.outputs, console)) return static_cast<int>(kCouldNotRun);
        return audit(options, console);
      });
  verb->add_option("PATH", options.like.input.paths, "a dump: files, directories or - (default: the cluster)")
      ->type_name("");
  add_cluster_options(*verb, options.cluster);
  verb->add_option("--record", options.record, "write what was looked up, for --replay and other verbs")
      ->type_name("FILE");
  verb->add_option("--replay", options.replay, "judge a record instead of the cluster")->type_name("FILE");
  add_policy(verb, options.like.policy);
  add_targets(verb, targets);
  verb->add_flag("--fail-on-warn", options.like.fail_on_warn, "exit with 3 when there are warnings");
  verb->add_flag("--fail-on-unknown", options.like.fail_on_unknown,
                 "exit with 3 when something could not be recognised");
}

}  // namespace brokergate::cli
