#include "webhook/doctor/selector.h"

#include <algorithm>
#include <string>

namespace brokergate::webhook::doctor {
namespace {

using certs::Json;

Selected yes_or_no(bool yes) { return yes ? Selected::kYes : Selected::kNo; }

Selected both(Selected one, Selected other) {
  if (one == Selected::kNo || other == Selected::kNo) return Selected::kNo;
  return one == Selected::kUnknown || other == Selected::kUnknown ? Selected::kUnknown : Selected::kYes;
}

Selected meets(const Json& wish, const Json& labels, bool all) {
  const Json& label = certs::member(labels, certs::text_member(wish, "key").c_str());
  if (label.is_null() && !all) return Selected::kUnknown;
  const std::string relation = certs::text_member(wish, "operator");
  const Json& values = certs::member(wish, "values");
  const bool listed =
      !label.is_null() && values.is_array() && std::find(values.begin(), values.end(), label) != values.end();
  if (relation == "In") return yes_or_no(listed);
  if (relation == "NotIn") return yes_or_no(!listed);
  if (relation == "Exists") return yes_or_no(!label.is_null());
  if (relation == "DoesNotExist") return yes_or_no(label.is_null());
  return Selected::kUnknown;
}

}  // namespace

Selected selects(const Json& selector, const Json& labels, bool all) {
  Selected out = Selected::kYes;
  if (const Json& wanted = certs::member(selector, "matchLabels"); wanted.is_object()) {
    for (const auto& [key, value] : wanted.items()) {
      const Json& label = certs::member(labels, key.c_str());
      out = both(out, label.is_null() && !all ? Selected::kUnknown : yes_or_no(label == value));
    }
  }
  if (const Json& wishes = certs::member(selector, "matchExpressions"); wishes.is_array()) {
    for (const Json& wish : wishes) out = both(out, meets(wish, labels, all));
  }
  return out;
}

}  // namespace brokergate::webhook::doctor
