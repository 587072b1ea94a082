// Findings as objects that report viewers read: PolicyReport of the Kubernetes Policy Working Group
// (wgpolicyk8s.io/v1alpha2) and Report of OpenReports (openreports.io/v1alpha1). Fields and values as in
// the API references of both projects.
#include <map>

#include "brokergate/rule.h"
#include "cli/output/findings.h"
#include "cli/output/json_tools.h"

namespace brokergate::cli {
namespace {

// An object of the API server holds 1.5 MiB at most, and a result takes about one KiB.
constexpr size_t kMostResults = 1000;

struct Flavour {
  const char *api_version, *kind;
  bool own_source;  // source belongs to the report, not to each result
};
constexpr Flavour kPolicyReport = {"wgpolicyk8s.io/v1alpha2", "PolicyReport", false};
constexpr Flavour kOpenReport = {"openreports.io/v1alpha1", "Report", true};

const char* result_of(const Finding& finding) {
  if (finding.suppressed) return "skip";
  return finding.severity == Severity::kDeny ? "fail" : "warn";
}

const char* severity_of(const Finding& finding) {
  return finding.severity == Severity::kDeny ? "high" : finding.severity == Severity::kWarn ? "medium" : "low";
}

Json result_json(const Finding& finding, const Flavour& flavour, int64_t now) {
  Json out = Json::object();
  if (!flavour.own_source) out["source"] = "brokergate";
  out["policy"] = finding.rule;
  out["rule"] = finding.rule;
  if (const Rule* rule = find_rule(finding.rule)) out["category"] = rule->info.title;
  out["severity"] = severity_of(finding);
  out["timestamp"] = Json::object({{"seconds", now}, {"nanos", 0}});
  out["result"] = result_of(finding);
  out["scored"] = finding.severity == Severity::kDeny && !finding.suppressed;
  Json object = object_json(*finding.object);
  if (const std::string_view uid = finding.object->metadata()["uid"].str(); !uid.empty()) object["uid"] = uid;
  if (finding.object->ns.empty()) object.erase("namespace");
  out["resources"] = Json::array({std::move(object)});
  out["message"] = finding.weakened.empty() ? finding.message : finding.message + " (" + finding.weakened + ")";
  Json properties = Json::object({{"path", finding.path()}, {"remediation", finding.remediation}});
  if (finding.suppressed) properties["suppressed"] = finding.suppressed_reason;
  out["properties"] = std::move(properties);
  return out;
}

Json report_json(const Flavour& flavour, std::string_view ns, size_t number, const std::vector<Json>& results) {
  Json metadata = Json::object({{"name", number == 1 ? "brokergate" : "brokergate-" + std::to_string(number)}});
  if (!ns.empty()) metadata["namespace"] = ns;
  metadata["labels"] = Json::object({{"app.kubernetes.io/managed-by", "brokergate"}});
  Json summary = Json::object({{"pass", 0}, {"fail", 0}, {"warn", 0}, {"error", 0}, {"skip", 0}});
  for (const Json& result : results) {
    Json& count = summary[result["result"].get<std::string>()];
    count = count.get<size_t>() + 1;
  }
  Json out = Json::object({{"apiVersion", flavour.api_version}, {"kind", flavour.kind}, {"metadata", metadata}});
  if (flavour.own_source) out["source"] = "brokergate";
  out["summary"] = std::move(summary);
  out["results"] = results;
  return out;
}

}  // namespace

std::string policy_report(const FindingsReport& report, ReportFlavour flavour, int64_t now) {
  const Flavour& chosen = flavour == ReportFlavour::kOpenReports ? kOpenReport : kPolicyReport;
  std::map<std::string, std::vector<Json>, std::less<>> by_namespace;
  // Who applies reports again and again gets rid of findings that are mended.
  for (const std::string& ns : report.namespaces) by_namespace[ns];
  for (const Finding& finding : report.verdict.findings) {
    if (finding.severity == Severity::kOff) continue;
    by_namespace[std::string(finding.object->ns)].push_back(result_json(finding, chosen, now));
  }
  Json items = Json::array();
  for (const auto& [ns, results] : by_namespace) {
    size_t number = 0;
    for (size_t i = 0; i == 0 || i < results.size(); i += kMostResults) {
      const auto begin = results.begin() + static_cast<std::ptrdiff_t>(i);
      const auto end = results.begin() + static_cast<std::ptrdiff_t>(std::min(results.size(), i + kMostResults));
      items.push_back(report_json(chosen, ns, ++number, {begin, end}));
    }
  }
  return dump(Json::object({{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}}));
}

}  // namespace brokergate::cli
