// Parts of the command line that have a file of their own.
#pragma once

#include <functional>

#include "cli/verbs/console.h"
#include "cli/verbs/options.h"

namespace CLI {
class App;
}

namespace brokergate::cli {

// Adds a verb below `parent` and has it do `action`.
using AddVerb =
    std::function<CLI::App*(CLI::App* parent, const char* name, const char* description, std::function<int()> action)>;
// `certs` and the verbs below it. All arguments but `add` must outlive the app.
void add_certs(CLI::App& app, CertsOptions& options, const AddVerb& add, Console& console);
void add_audit(CLI::App& app, AuditOptions& options, std::vector<std::string>& targets, const AddVerb& add,
               Console& console);
// --kubeconfig, --context and --token-file.
void add_cluster_options(CLI::App& verb, ClusterOptions& options);
void add_doctor(CLI::App& app, DoctorOptions& options, const AddVerb& add, Console& console);

// -o of the verbs that tell findings; `targets` are the texts that take_targets() reads.
void add_targets(CLI::App* verb, std::vector<std::string>& targets);
// False when two formats are meant for stdout, which is told.
bool take_targets(const std::vector<std::string>& targets, std::vector<OutputTarget>& out, Console& console);
void add_policy(CLI::App* verb, PolicyOptions& options);
// --view and --namespace.
void add_view(CLI::App* verb, InputOptions& options);

}  // namespace brokergate::cli
