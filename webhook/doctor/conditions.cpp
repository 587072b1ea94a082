#include "webhook/doctor/conditions.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace brokergate::webhook::doctor {
namespace {

using certs::Json;
using certs::member;
using certs::text_member;

// Without blanks: YAML folds long ones as it likes, and no text in these has a blank.
constexpr std::array<std::string_view, 2> kChart{
    "!has(object.metadata.deletionTimestamp)",
    "request.resource.resource!=\"services\"||(has(object.spec.selector)&&object.spec.selector.size()>0"
    "&&(!has(object.spec.type)||object.spec.type!=\"ExternalName\"))"};
constexpr std::string_view kPods =
    "has(object.metadata.ownerReferences)&&object.metadata.ownerReferences.exists(o,o.kind==\"StatefulSet\")";

std::string squeezed(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; });
  return text;
}

bool asks_about_pods_alone(const Json& entry) {
  const Json& rules = member(entry, "rules");
  return rules.is_array() && !rules.empty() && std::all_of(rules.begin(), rules.end(), [](const Json& rule) {
           return member(rule, "resources") == Json::array({"pods"});
         });
}

}  // namespace

std::vector<std::string> foreign_conditions(const Json& entry) {
  std::vector<std::string> out;
  const Json& all = member(entry, "matchConditions");
  if (!all.is_array()) return out;
  const bool pods = asks_about_pods_alone(entry);
  for (const Json& next : all) {
    std::string expression = text_member(next, "expression");
    const std::string bare = squeezed(expression);
    if (std::find(kChart.begin(), kChart.end(), bare) != kChart.end() || (pods && bare == kPods)) continue;
    out.push_back(std::move(expression));
  }
  return out;
}

}  // namespace brokergate::webhook::doctor
