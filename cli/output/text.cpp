#include "cli/output/findings.h"
#include "cli/output/snippet.h"
#include "webhook/review_codec.h"

namespace brokergate::cli {
namespace {

// Further lines of a text stand below its first.
std::string indented(std::string_view name, std::string_view text, const Paint& paint) {
  std::string out = "  " + paint.strong(std::string(name) + ":") + " ";
  const std::string clean = harmless(text);
  for (size_t i = 0; i < clean.size(); ++i) {
    out += clean[i];
    if (clean[i] == '\n' && i + 1 < clean.size()) out += "       ";
  }
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

// Nobody has ever seen lines of it: the field tells where.
bool in_cluster(const Finding& finding) { return finding.object->source()->name() == kClusterSource; }

std::string summary_line(const FindingsReport& report, const Paint& paint) {
  const Summary& sum = report.summary;
  std::string out = count(sum.objects, "object") + ", " + count(sum.broker_sets, "broker set") + ", " +
                    count(sum.broker_services, "broker service") + ", " + std::to_string(sum.unknown) + " unknown: ";
  const auto number = [](size_t value, std::string_view what) {
    return std::to_string(value) + " " + std::string(what);
  };
  out += sum.deny ? paint.bad(number(sum.deny, "deny")) : number(0, "deny");
  out += ", " + (sum.warn ? paint.warning(number(sum.warn, "warn")) : number(0, "warn"));
  out += ", " + number(sum.info, "info") + ", " + number(sum.suppressed, "suppressed");
  if (!report.problems.empty()) out += "; " + paint.bad(count(report.problems.size(), "error"));
  if (sum.broker_sets + sum.broker_services + sum.unknown == 0) {
    out += report.left_out.empty() ? " (nothing here was recognised as Kafka)" : " (" + report.left_out + ")";
  } else if (!report.policy.empty()) {
    out += " (" + report.policy + ")";
  }
  return out + "\n";
}

}  // namespace

std::string count(size_t number, std::string_view singular, std::string_view plural) {
  std::string out = std::to_string(number) + " ";
  if (number == 1) return out += singular;
  if (!plural.empty()) return out += plural;
  out += singular;
  return out += 's';
}

std::string finding_line(const Finding& finding, Locator& locator, const Paint& paint) {
  const Source& source = *finding.object->source();
  std::string message = harmless(finding.message);
  for (char& c : message) c = c == '\n' ? ' ' : c;
  message += " " + paint.faint("[" + std::string(finding.rule) + "]") + "\n";
  const std::string object = harmless(describe(*finding.object)),
                    severity = paint_severity(finding.severity, paint, ":");
  if (in_cluster(finding)) {
    const std::string field = harmless(webhook::field_path(finding.path()));
    return paint.strong(object + ":" + (field.empty() ? "" : " " + field + ":")) + " " + severity + " " + message;
  }
  const Position at = locator.at(source, anchor(finding.at));
  return paint.strong(display_name(source.name()) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                      ":") +
         " " + severity + " " + object + ": " + message;
}

std::string findings_text(const FindingsReport& report, Locator& locator, const Paint& paint) {
  std::string out;
  for (const Finding& finding : report.verdict.findings) {
    if (finding.suppressed || finding.severity == Severity::kOff) continue;
    out += finding_line(finding, locator, paint);
    if (!in_cluster(finding)) out += snippet(locator, *finding.object->source(), anchor(finding.at), paint);
    if (!finding.weakened.empty()) out += indented("note", finding.weakened, paint);
    if (!finding.remediation.empty()) out += indented("fix", finding.remediation, paint);
    if (finding.fixable()) out += "  " + paint.good("brokergate mutate makes this change") + "\n";
    out += '\n';
  }
  return out + summary_line(report, paint);
}

}  // namespace brokergate::cli
