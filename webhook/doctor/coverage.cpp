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

constexpr std::array<Wanted, 2> kWantedWithView{{{"apps", "statefulsets/scale", "UPDATE"}, {"", "services", "DELETE"}}};

// admissionregistration.k8s.io/v1, Rule.resources: "*" is every resource and no subresource.
bool covers_resource(const Json& resources, std::string_view wanted) {
  const size_t slash = wanted.find('/');
  if (slash == std::string_view::npos) return lists(resources, {wanted, "*", "*/*"});
  const std::string of_this = std::string(wanted.substr(0, slash)) + "/*",
                    of_any = "*" + std::string(wanted.substr(slash));
  return lists(resources, {wanted, of_this, of_any, "*/*"});
}

bool covers(const Json& rule, const Wanted& wanted) {
  const std::string scope = text_member(rule, "scope");
  return scope != "Cluster" && lists(member(rule, "apiGroups"), {wanted.group, "*"}) &&
         lists(member(rule, "apiVersions"), {"v1", "*"}) &&
         covers_resource(member(rule, "resources"), wanted.resource) &&
         lists(member(rule, "operations"), {wanted.operation, "*"});
}

bool names(const Json& rule, const Wanted& wanted) {
  return covers(rule, wanted) && lists(member(rule, "resources"), {wanted.resource}) &&
         lists(member(rule, "operations"), {wanted.operation});
}

bool any_rule(const std::vector<const Json*>& entries, bool (*is)(const Json&, const Wanted&), const Wanted& wanted) {
  return std::any_of(entries.begin(), entries.end(), [&](const Json* entry) {
    const Json& rules = member(*entry, "rules");
    return rules.is_array() && can_be_asked(*entry) &&
           std::any_of(rules.begin(), rules.end(), [&](const Json& rule) { return is(rule, wanted); });
  });
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

ViewCoverage view_coverage_of(const std::vector<const Json*>& entries) {
  ViewCoverage out;
  const auto add = [](std::string& to, const Wanted& wanted) { to += (to.empty() ? "" : ", ") + wanted.text(); };
  for (const Wanted& wanted : kWantedWithView) {
    if (!any_rule(entries, covers, wanted)) add(out.missing, wanted);
    if (any_rule(entries, names, wanted)) add(out.named, wanted);
  }
  return out;
}

bool asks_about_deletions_alone(const Json& entry) {
  const Json& rules = member(entry, "rules");
  return rules.is_array() && !rules.empty() && std::all_of(rules.begin(), rules.end(), [](const Json& rule) {
           return member(rule, "operations") == Json::array({"DELETE"});
         });
}

}  // namespace brokergate::webhook::doctor
