#include "rules/suppression.h"

#include "rules/policy/wildcard.h"
#include "rules/text.h"

namespace brokergate {
namespace {

// "Kind/name" leaves the namespace open, "Kind/namespace/name" does not.
bool names(const Suppression& suppression, const Finding& finding) {
  if (suppression.rule != finding.rule) return false;
  const Object& object = *finding.object;
  const bool with_namespace =
      std::string_view(suppression.object).find('/') != std::string_view(suppression.object).rfind('/');
  return matches_wildcard(suppression.object, with_namespace ? cat(object.kind, "/", object.ns, "/", object.name)
                                                             : cat(object.kind, "/", object.name));
}

}  // namespace

void suppress(std::vector<Finding>& findings, const Policy& policy, std::string_view today) {
  for (Finding& finding : findings) {
    std::string_view ended;
    for (const Suppression& suppression : policy.suppressions) {
      if (!names(suppression, finding)) continue;
      if (!today.empty() && !suppression.expires.empty() && suppression.expires < today) {
        ended = suppression.expires;
        continue;
      }
      finding.suppressed = true;
      finding.suppressed_reason = suppression.reason;
      break;
    }
    if (!finding.suppressed && !ended.empty())
      finding.message += cat(" (the suppression of this ended on ", ended, ")");
  }
}

}  // namespace brokergate
