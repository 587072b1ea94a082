#include "webhook/doctor/coverage.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "webhook/doctor/conditions.h"
#include "webhook/doctor/probe.h"
#include "webhook/doctor/selector.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::Json;
using certs::member;
using certs::text_member;

struct Wanted {
  std::string_view group, resource, operation;
  std::string text() const { return std::string(operation) + " of " + std::string(resource); }
};
constexpr std::array<Wanted, 4> kWanted{{{"apps", "statefulsets", "CREATE"},
                                         {"apps", "statefulsets", "UPDATE"},
                                         {"", "services", "CREATE"},
                                         {"", "services", "UPDATE"}}};

bool covers(const Json& rule, const Wanted& wanted) {
  const std::string scope = text_member(rule, "scope");
  return scope != "Cluster" && lists(member(rule, "apiGroups"), {wanted.group, "*"}) &&
         lists(member(rule, "apiVersions"), {"v1", "*"}) &&
         lists(member(rule, "resources"), {wanted.resource, "*", "*/*"}) &&
         lists(member(rule, "operations"), {wanted.operation, "*"});
}

// Entries that are asked about the same namespaces and objects have the same one.
std::string selection_of(const Json& entry) {
  std::string out = member(entry, "namespaceSelector").dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" +
                    member(entry, "objectSelector").dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const std::string& next : foreign_conditions(entry)) out += "\n" + next;
  return out;
}

std::string listed(const std::set<size_t>& which) {
  std::string out;
  for (const size_t i : which) out += (out.empty() ? "" : ", ") + kWanted.at(i).text();
  return out;
}

}  // namespace

bool lists(const Json& list, std::initializer_list<std::string_view> any_of) {
  return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json& next) {
           return next.is_string() &&
                  std::find(any_of.begin(), any_of.end(), next.get_ref<const std::string&>()) != any_of.end();
         });
}

bool takes_objects(const Json& entry) {
  const Label probe{"app", kProbeName};
  return can_select(member(entry, "objectSelector"), &probe);
}

bool can_be_asked(const Json& entry) { return can_select(member(entry, "namespaceSelector")) && takes_objects(entry); }

Coverage coverage_of(const std::vector<const Json*>& entries) {
  std::map<std::string, std::set<size_t>> by_selection;
  std::set<size_t> missing;
  for (size_t i = 0; i < kWanted.size(); ++i) missing.insert(i);
  for (const Json* entry : entries) {
    const Json& rules = member(*entry, "rules");
    if (!rules.is_array() || !can_be_asked(*entry)) continue;
    std::set<size_t> found;
    for (size_t i = 0; i < kWanted.size(); ++i) {
      if (std::any_of(rules.begin(), rules.end(), [&](const Json& rule) { return covers(rule, kWanted.at(i)); }))
        found.insert(i);
    }
    if (found.empty()) continue;
    for (const size_t i : found) missing.erase(i);
    by_selection[selection_of(*entry)].merge(found);
  }
  Coverage out;
  out.missing = listed(missing);
  if (!missing.empty()) return out;
  const auto most = std::max_element(by_selection.begin(), by_selection.end(), [](const auto& one, const auto& other) {
    return one.second.size() < other.second.size();
  });
  std::set<size_t> apart;
  for (size_t i = 0; i < kWanted.size(); ++i) {
    if (!most->second.contains(i)) apart.insert(i);
  }
  out.apart = listed(apart);
  return out;
}

}  // namespace brokergate::webhook::doctor
