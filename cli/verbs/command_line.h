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
// --kubeconfig, --context and --token-file.
void add_cluster_options(CLI::App& verb, ClusterOptions& options);
void add_doctor(CLI::App& app, DoctorOptions& options, const AddVerb& add, Console& console);

}  // namespace brokergate::cli
