#include "cli/verbs/report_run.h"

#include <ctime>
#include <set>
#include <string>
#include <utility>

#include "cli/output/findings.h"
#include "cli/verbs/policy_source.h"
#include "cli/verbs/replace_file.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

// Text goes to stdout as well when every -o names a file.
std::vector<OutputTarget> targets(const LintOptions& options) {
  std::vector<OutputTarget> out = options.outputs;
  for (const OutputTarget& target : out) {
    if (target.file.empty()) return out;
  }
  out.push_back({"text", ""});
  return out;
}

int exit_code(const LintOptions& options, const EngineRun& run) {
  if (run.summary.deny > 0) return kDenied;
  if (!run.inputs.problems.empty()) return kCouldNotRun;
  if (options.fail_on_warn && run.summary.warn > 0) return kNotAccepted;
  if (options.fail_on_unknown && run.summary.unknown > 0) return kNotAccepted;
  return kClean;
}

std::string text_of(const std::string& format, const FindingsReport& report, Locator& locator, const Paint& paint) {
  if (format == "json") return findings_json(report, locator);
  const int64_t now = std::time(nullptr);
  if (format == "policyreport") return policy_report(report, ReportFlavour::kPolicyReport, now);
  if (format == "openreports") return policy_report(report, ReportFlavour::kOpenReports, now);
  return findings_text(report, locator, paint);
}

// False when it cannot be written, which is told.
bool deliver(const OutputTarget& target, const std::string& text, Console& console) {
  if (target.file.empty()) return console.out(text);
  const std::string wrong = write_file(target.file, text);
  if (!wrong.empty()) console.error("cannot write " + target.file + ": " + wrong);
  return wrong.empty();
}

}  // namespace

int report_run(const LintOptions& options, const EngineRun& run, Console& console) {
  std::set<std::string, std::less<>> namespaces;
  const auto add = [&](const Object* object) {
    if (!run.inputs.bundle.is_peer(*object)) namespaces.emplace(object->ns);
  };
  for (const BrokerSet& set : run.evaluation.model->sets) add(set.object);
  for (const BrokerService& service : run.evaluation.model->services) add(service.object);
  const FindingsReport report{run.evaluation.verdict, run.summary,
                              run.inputs.problems,    options.policy.file.empty() ? policy_told(run.policy) : "",
                              left_out_text(run),     std::move(namespaces)};
  Locator locator;
  bool written = true;
  for (const OutputTarget& target : targets(options)) {
    const Paint paint = target.file.empty() ? console.out_paint() : Paint(false);
    const std::string text = text_of(target.format, report, locator, paint);
    written = deliver(target, text, console) && written;
  }
  return written ? exit_code(options, run) : kCouldNotRun;
}

}  // namespace brokergate::cli
