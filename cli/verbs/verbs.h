// The verbs. Each returns the process's exit code and tells its own errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/verbs/console.h"
#include "cli/verbs/options.h"

namespace brokergate::cli {

int lint(const LintOptions& options, Console& console);
int mutate(const MutateOptions& options, Console& console);
int review(const ReviewOptions& options, Console& console);
int inspect(const InspectOptions& options, Console& console);
int serve(const ServeOptions& options, Console& console);
int certs_issue(const CertsIssueOptions& options, Console& console);
int certs_check(const CertsCheckOptions& options, Console& console);
int certs_bundle(const CertsBundleOptions& options, Console& console);
int certs_renew(const CertsRenewOptions& options, Console& console);
int doctor(const DoctorOptions& options, Console& console);
int audit(const AuditOptions& options, Console& console);
int rules_list(const RulesOptions& options, Console& console);
int rules_explain(const RulesOptions& options, Console& console);
int version(Console& console);

// What completion scripts are made of; taken from the parser, so that they cannot lag behind it.
struct VerbShape {
  std::string name, description;
  std::vector<std::string> flags;  // --policy, -o
  std::vector<std::string> words;  // what may follow; empty: files
};
int completion(std::string_view shell, const std::vector<VerbShape>& verbs, Console& console);

// Reads the command line and runs the verb. Never throws.
int run(int argc, const char* const* argv, Console& console);

}  // namespace brokergate::cli
