#include "rules/ratchet.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "brokergate/rule.h"
#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/operators.h"
#include "rules/text.h"

namespace brokergate {
namespace {

constexpr std::string_view kWasThere = "it was there before this update";
constexpr std::string_view kOtherAddress = "the load balancer is live and would get another address";

void take_away(Finding& finding, std::string_view why) {
  if (finding.fixes.empty()) return;
  finding.fixes.clear();
  finding.remediation += cat(" Not changed by brokergate: ", why, ".");
}

bool below(const Node* node, Value ancestor) {
  for (; node && ancestor; node = node->parent) {
    if (node == ancestor.node()) return true;
  }
  return false;
}

bool touches_template(const Edit& edit, const Object& set) {
  if (below(edit.target, set.spec()["template"])) return true;
  if (edit.target == set.spec().node()) return !edit.keys.empty() && edit.keys[0] == "template";
  return edit.target == set.root.node() && !edit.keys.empty() && edit.keys[0] == "spec";
}

template <typename Test>
bool any_edit(const Finding& finding, const Object& object, Test test) {
  return std::any_of(finding.fixes.begin(), finding.fixes.end(), [&](const Finding::Fix& fix) {
    return fix.object == &object && std::any_of(fix.edits.begin(), fix.edits.end(), test);
  });
}

// The Service as the fix would make it has another kind of load balancer than the old one.
bool turns_live(const Finding& finding, const Object& updated, const Object& old_object, const Policy& policy) {
  if (!is_live(old_object) && !is_live(updated)) return false;
  if (old_object.spec()["type"].str() != "LoadBalancer") return false;
  for (const Finding::Fix& fix : finding.fixes) {
    if (fix.object != &updated) continue;
    const Document changed = apply(updated.source(), updated.root, fix.edits);
    Object after = updated;
    after.root = changed.root();
    const Provider& provider = provider_of(policy, after);
    if (scheme_of(after, provider).kind != scheme_of(old_object, provider).kind) return true;
  }
  return false;
}

}  // namespace

const Object* updated_object(const Bundle& bundle, const Object& old_object) {
  for (const Object& object : bundle.objects) {
    if (object.kind == old_object.kind && object.name == old_object.name && object.ns == old_object.ns) return &object;
  }
  return nullptr;
}

void ratchet(std::vector<Finding>& findings, const Object& updated, const std::vector<Finding>& before,
             const Policy& policy) {
  if (before.empty()) return;
  std::unordered_set<std::string> known;
  for (const Finding& finding : before) known.insert(cat(finding.rule, "\n", finding.path(), "\n", finding.message));
  for (Finding& finding : findings) {
    if (finding.object != &updated) continue;
    if (!known.contains(cat(finding.rule, "\n", finding.path(), "\n", finding.message))) continue;
    // What was there before has had its chance to be mended at creation.
    if (updated.kind == "Service") take_away(finding, "the Service had this before; a live one is left as it is");
    if (policy.on_existing == Severity::kDeny || finding.severity != Severity::kDeny) continue;
    finding.severity = Severity::kWarn;
    finding.weakened = kWasThere;
  }
}

void restrain_update(std::vector<Finding>& findings, const Object& updated, const Object& old_object,
                     const Policy& policy) {
  const bool set = updated.kind == "StatefulSet";
  const bool same_template = set && same_value(updated.spec()["template"], old_object.spec()["template"]);
  for (Finding& finding : findings) {
    if (finding.fixes.empty()) continue;
    if (same_template &&
        any_edit(finding, updated, [&](const Edit& edit) { return touches_template(edit, updated); })) {
      take_away(finding, "this update leaves the pod template alone, and a change to it would restart the brokers");
    } else if (updated.kind == "Service" && turns_live(finding, updated, old_object, policy)) {
      take_away(finding, kOtherAddress);
    }
  }
}

void keep_live(std::vector<Finding>& findings, const Before& before, const Policy& policy) {
  for (Finding& finding : findings) {
    const bool turns = std::any_of(finding.fixes.begin(), finding.fixes.end(), [&](const Finding::Fix& fix) {
      if (fix.object->kind != "Service") return false;
      const Object* old_object = before.of(*fix.object);
      return turns_live(finding, *fix.object, old_object ? *old_object : *fix.object, policy);
    });
    if (turns) take_away(finding, kOtherAddress);
  }
}

void restrain_doubtful(std::vector<Finding>& findings, const Model& model) {
  using Trust = BrokerService::Trust;
  std::unordered_map<const Object*, const BrokerService*> doubtful;
  for (const BrokerService& service : model.services)
    if (service.trust != Trust::kStrong) doubtful.emplace(service.object, &service);
  if (doubtful.empty()) return;
  for (Finding& finding : findings) {
    const auto found = doubtful.find(finding.object);
    if (found == doubtful.end()) continue;
    const BrokerService& service = *found->second;
    if (service.trust == Trust::kWeak) {
      Report::weaken(finding, service.set ? cat("no start of a broker was seen in ", describe(*service.set->object))
                                          : cat("it may be another program's: ", service.evidence));
    }
    if (finding.severity != Severity::kDeny) take_away(finding, "the evidence that brokers are behind it is weak");
  }
}

void restrain_owned(std::vector<Finding>& findings, const Model& model) {
  if (std::none_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.fixable(); })) return;
  std::unordered_map<const Object*, std::string_view> owners;
  for (const BrokerSet& set : model.sets) {
    if (set.managed_by_operator) owners.emplace(set.object, unnamed_operator().name);
  }
  const auto owner_of = [&](const Object& object) -> std::string_view {
    const auto known = owners.find(&object);
    if (known != owners.end()) return known->second;
    const Operator* owner = operator_of(object);
    return owners.emplace(&object, owner ? owner->name : std::string_view()).first->second;
  };
  for (Finding& finding : findings) {
    for (const Finding::Fix& fix : finding.fixes) {
      if (terminating(*fix.object)) {
        take_away(finding, "the object is being deleted");
        break;
      }
      if (const std::string_view owner = owner_of(*fix.object); !owner.empty()) {
        take_away(finding, cat(owner, " owns ", describe(*fix.object), " and would roll the change back"));
        break;
      }
    }
  }
}

}  // namespace brokergate
