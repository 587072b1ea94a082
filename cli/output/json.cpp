#include "cli/output/findings.h"
#include "cli/output/json_tools.h"

namespace brokergate::cli {
namespace {

Json finding_json(const Finding& finding, Locator& locator) {
  const Source& source = *finding.object->source();
  const Position at = locator.at(source, anchor(finding.at));
  Json out = Json::object();
  out["rule"] = finding.rule;
  out["severity"] = to_string(finding.severity);
  out["message"] = finding.weakened.empty() ? finding.message : finding.message + " (" + finding.weakened + ")";
  out["remediation"] = finding.remediation;
  out["file"] = source.name();
  out["line"] = at.line;
  out["column"] = at.column;
  out["object"] = object_json(*finding.object);
  out["path"] = finding.path();
  out["fixable"] = finding.fixable();
  out["suppressed"] = nullptr;
  if (finding.suppressed) out["suppressed"] = Json::object({{"reason", finding.suppressed_reason}});
  return out;
}

Json problem_json(const Problem& problem) {
  Json out = Json::object();
  out["file"] = problem.file == "-" ? "<stdin>" : problem.file;
  // A file that could not be read has no position.
  out["line"] = nullptr;
  out["column"] = nullptr;
  if (problem.position.line != 0) {
    out["line"] = problem.position.line;
    out["column"] = problem.position.column;
  }
  out["message"] = problem.message;
  return out;
}

}  // namespace

std::string findings_json(const FindingsReport& report, Locator& locator) {
  const Summary& sum = report.summary;
  Json out = Json::object();
  out["schema"] = "brokergate.io/findings/v1";
  out["summary"] = Json::object({{"objects", sum.objects},
                                 {"brokerSets", sum.broker_sets},
                                 {"brokerServices", sum.broker_services},
                                 {"unknown", sum.unknown},
                                 {"deny", sum.deny},
                                 {"warn", sum.warn},
                                 {"info", sum.info},
                                 {"suppressed", sum.suppressed}});
  out["findings"] = Json::array();
  for (const Finding& finding : report.verdict.findings) {
    if (finding.severity != Severity::kOff) out["findings"].push_back(finding_json(finding, locator));
  }
  out["errors"] = Json::array();
  for (const Problem& problem : report.problems) out["errors"].push_back(problem_json(problem));
  return dump(out);
}

}  // namespace brokergate::cli
