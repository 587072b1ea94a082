#include "webhook/doctor/selector.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
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

// What all wishes about one key leave.
struct Left {
  std::optional<std::set<std::string>> of;  // absent: any value
  std::set<std::string> never;
  bool there = false, gone = false;  // has to be

  bool any() const {
    if (there && gone) return false;
    return !of || std::any_of(of->begin(), of->end(), [&](const std::string& value) { return !never.contains(value); });
  }
};

std::set<std::string> values_of(const Json& wish) {
  std::set<std::string> out;
  const Json& values = certs::member(wish, "values");
  if (!values.is_array()) return out;
  for (const Json& value : values) {
    if (value.is_string()) out.insert(value.get<std::string>());
  }
  return out;
}

void only(Left& left, const std::set<std::string>& values) {
  left.there = true;
  if (!left.of) left.of = values;
  std::erase_if(*left.of, [&](const std::string& value) { return !values.contains(value); });
}

void take(const Json& wish, std::map<std::string, Left>& all) {
  Left& left = all[certs::text_member(wish, "key")];
  const std::string relation = certs::text_member(wish, "operator");
  if (relation == "In") only(left, values_of(wish));
  if (relation == "NotIn") left.never.merge(values_of(wish));
  if (relation == "Exists") left.there = true;
  if (relation == "DoesNotExist") left.gone = true;
}

std::map<std::string, Left> wishes_of(const Json& selector) {
  std::map<std::string, Left> out;
  if (const Json& wanted = certs::member(selector, "matchLabels"); wanted.is_object()) {
    for (const auto& [key, value] : wanted.items()) {
      if (value.is_string()) only(out[key], {value.get<std::string>()});
    }
  }
  if (const Json& wishes = certs::member(selector, "matchExpressions"); wishes.is_array()) {
    for (const Json& wish : wishes) take(wish, out);
  }
  return out;
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

bool can_select(const Json& selector, const Label* without) {
  auto wishes = wishes_of(selector);
  if (without) wishes[without->key].never.insert(without->value);
  return std::all_of(wishes.begin(), wishes.end(), [](const auto& next) { return next.second.any(); });
}

std::string demands(const Json& selector) {
  std::string out;
  for (const auto& [key, left] : wishes_of(selector)) {
    if (!left.there) continue;
    if (!out.empty()) out += ", ";
    out += key;
    if (!left.of) continue;
    std::string values;
    for (const std::string& value : *left.of) values += (values.empty() ? "" : ", ") + value;
    out += left.of->size() == 1 ? "=" + values : " in (" + values + ")";
  }
  return out;
}

}  // namespace brokergate::webhook::doctor
