#include <algorithm>

#include "brokergate/rule.h"
#include "rules/text.h"

namespace brokergate {

Finding& Report::add(const Object& object, Value at, std::string message) {
  Finding& finding = out_.emplace_back();
  finding.rule = info_.id;
  finding.severity = severity_;
  finding.message = std::move(message);
  finding.remediation = info_.remediation;
  finding.object = &object;
  finding.at = at ? at : object.root;
  return finding;
}

void Report::weaken(Finding& finding, std::string reason) {
  if (finding.severity != Severity::kDeny) return;
  finding.severity = Severity::kWarn;
  finding.weakened = std::move(reason);
}

void Report::to_info(Finding& finding, std::string reason) {
  if (finding.severity <= Severity::kInfo) return;
  finding.severity = Severity::kInfo;
  finding.weakened = std::move(reason);
}

std::string shown(std::string_view text, size_t most) {
  std::string out;
  for (const char byte : text) {
    if (out.size() >= most && (static_cast<unsigned char>(byte) & 0xC0) != 0x80) return out + "…";
    out += static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f ? ' ' : byte;
  }
  return out;
}

}  // namespace brokergate
