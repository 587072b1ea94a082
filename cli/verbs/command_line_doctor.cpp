#include <CLI/CLI.hpp>

#include "cli/verbs/command_line.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {

void add_doctor(CLI::App& app, DoctorOptions& options, const AddVerb& add, Console& console) {
  CLI::App* verb = add(&app, "doctor", "whether the webhook in a cluster works, and what to do",
                       [&] { return doctor(options, console); });
  const auto name = [&](const char* flag, std::string& value, const char* what) {
    return verb->add_option(flag, value, what)->type_name("NAME");
  };
  add_cluster_options(*verb, options.cluster);
  name("--release", options.release, "of Helm, where there are several installations");
  name("--namespace", options.name_space, "where it lives (default: as its objects tell)");
  name("--probe-namespace", options.probe_namespace,
       "where a load balancer and brokers are created, with dryRun=All: nothing is stored")
      ->capture_default_str();
  verb->add_flag("--no-probe", options.no_probe, "create nothing, not even as a dry run: less is known then");
  verb->add_option("--without", options.without, "mutating or validating: switched off on purpose; may be repeated")
      ->type_name("WEBHOOK")
      ->check(CLI::IsMember(std::vector<std::string>{"mutating", "validating"}))
      ->allow_extra_args(false);
  verb->add_option("--within", options.within_days, "warn of what expires so soon")
      ->type_name("DAYS")
      ->check(CLI::Range(0, 36500))
      ->capture_default_str();
  verb->add_option("-o,--output", options.format, "output format")
      ->check(CLI::IsMember(std::vector<std::string>{"text", "json"}))
      ->capture_default_str();
  verb->add_flag("--fail-on-warn", options.fail_on_warn, "exit with 3 when there are warnings");
  verb->add_flag("--fail-on-unknown", options.fail_on_unknown, "exit with 3 when something could not be found out");
}

}  // namespace brokergate::cli
