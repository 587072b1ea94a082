// The findings of a run, one function per format.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "brokergate/verdict.h"
#include "cli/output/locator.h"
#include "cli/output/paint.h"
#include "cli/output/problem.h"

namespace brokergate::cli {

struct FindingsReport {
  const Verdict& verdict;
  const Summary& summary;
  const std::vector<Problem>& problems;
  std::string policy;    // which one judged, when the call did not name it; for the summary line
  std::string left_out;  // why nothing was judged; empty when something was, or nothing was there
  std::set<std::string, std::less<>> namespaces;  // of what runs or leads to brokers; "": of objects that name none
};

// For people: a block per finding that counts, and one summary line.
std::string findings_text(const FindingsReport& report, Locator& locator, const Paint& paint);

// Schema brokergate.io/findings/v1, stable order, suppressed findings included.
std::string findings_json(const FindingsReport& report, Locator& locator);

// Objects for viewers of reports, one per namespace, in a List that kubectl applies. `now`: seconds since 1970.
enum class ReportFlavour : uint8_t { kPolicyReport, kOpenReports };
std::string policy_report(const FindingsReport& report, ReportFlavour flavour, int64_t now);

// "2 findings", "1 finding".
std::string count(size_t number, std::string_view singular, std::string_view plural = {});

// One line for a finding, without the source: file:line:column: deny: Service kafka/x: message [rule]
// In a cluster: Service kafka/x: spec.type: deny: message [rule]
std::string finding_line(const Finding& finding, Locator& locator, const Paint& paint);

}  // namespace brokergate::cli
