#include "brokergate/engine.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "brokergate/rule.h"
#include "rules/before.h"
#include "rules/facts.h"
#include "rules/known_cluster.h"
#include "rules/peers.h"
#include "rules/ratchet.h"
#include "rules/suppression.h"

namespace brokergate {
namespace {

Severity severity_of(const Rule& rule, const Policy& policy) {
  const auto own = policy.severities.find(rule.info.id);
  return own == policy.severities.end() ? rule.info.severity : own->second;
}

struct Judged {
  std::unique_ptr<Model> model;
  std::vector<Finding> findings;
  Summary summary;
};

// Objects in their order, rules by id, then by place.
void put_in_order(std::vector<Finding>& findings) {
  const auto rank = [](const Finding& finding) { return std::tuple(finding.object, finding.rule, finding.at->begin); };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
}

// A manifest may hold a list or a text where a map belongs (annotations: []).
bool possible(const Edit& edit) {
  if (edit.op != Edit::Op::kSet) return edit.target != nullptr;
  const Value map(edit.target);
  return map.is_map() && !edit.keys.empty() && (edit.keys.size() == 1 || map[edit.keys[0]].is_null());
}

void finish_fixes(Finding& finding, const Rule& rule) {
  for (Finding::Fix& fix : finding.fixes) {
    if (!std::all_of(fix.edits.begin(), fix.edits.end(), possible)) {
      finding.fixes.clear();
      finding.remediation += " Not changed by brokergate: something on the way is not the map it has to be.";
      return;
    }
    for (Edit& edit : fix.edits) edit.rule = rule.info.id.data();
  }
}

// A pod is made from a template that was admitted: what is wrong with it is told, it gets
// its listener, and it is never refused, or a running installation could not restart.
void restrain_pods(std::vector<Finding>& findings, const Model& model, const Admission* admission) {
  if (std::none_of(model.sets.begin(), model.sets.end(), [](const BrokerSet& set) { return set.is_pod; })) return;
  constexpr std::array<std::string_view, 3> kOfPods = {"advertised-address", "advertised-listener", "listener-config"};
  std::erase_if(findings, [&](const Finding& finding) {
    return finding.object->kind == "Pod" && std::find(kOfPods.begin(), kOfPods.end(), finding.rule) == kOfPods.end();
  });
  for (Finding& finding : findings) {
    if (finding.object->kind != "Pod") continue;
    Report::weaken(finding, "pods are never refused");
    // What a pod runs cannot be changed later.
    if (admission && admission->operation == Operation::kUpdate) finding.fixes.clear();
  }
}

// `told_before`: see Context.
Judged judge(const Bundle& bundle, const Policy& policy, const Admission* admission, KnownCluster& cluster,
             const std::vector<Finding>* told_before = nullptr) {
  Judged out;
  out.model = build_model(bundle, policy);
  const Facts facts = derive_facts(bundle, *out.model, policy, admission);
  const Before former(admission, cluster.view());
  const Context context{bundle,          *out.model,          policy,  admission,  facts, cluster.nodes_for(facts),
                        cluster.doubt(), cluster.all_peers(), &former, told_before};
  for (const Rule& rule : all_rules()) {
    const Severity severity = severity_of(rule, policy);
    if (severity == Severity::kOff) continue;
    const size_t first = out.findings.size();
    Report report(rule.info, severity, out.findings);
    rule.check(context, report);
    for (size_t i = first; i < out.findings.size(); ++i) finish_fixes(out.findings[i], rule);
  }
  put_in_order(out.findings);
  restrain_doubtful(out.findings, *out.model);
  restrain_owned(out.findings, *out.model);
  restrain_pods(out.findings, *out.model, admission);
  out.summary.objects = bundle.objects.size();
  const auto own = [&](const Object* object) { return !bundle.is_peer(*object); };
  out.summary.broker_sets = static_cast<size_t>(
      std::count_if(facts.sets.begin(), facts.sets.end(), [&](const SetFacts& set) { return own(set.set->object); }));
  out.summary.broker_services =
      static_cast<size_t>(std::count_if(facts.services.begin(), facts.services.end(),
                                        [&](const BrokerService* service) { return own(service->object); }));
  out.summary.unknown = static_cast<size_t>(
      std::count_if(out.model->unknown.begin(), out.model->unknown.end(), [&](const Model::Unknown& unknown) {
        return own(unknown.object) && policy.matches(*unknown.object) && !terminating(*unknown.object);
      }));
  return out;
}

void compare_with_old(Judged& judged, const Bundle& bundle, const Policy& policy, const Object& old_object,
                      KnownCluster& cluster) {
  const Object* updated = updated_object(bundle, old_object);
  if (!updated || judged.findings.empty()) return;
  Bundle before = bundle;
  before.objects[static_cast<size_t>(updated - bundle.objects.data())] = old_object;
  const Judged old = judge(before, policy, nullptr, cluster);
  if (bundle.sees_peers()) blame_request(judged.findings, bundle, old.findings);
  ratchet(judged.findings, *updated, old.findings, policy);
  restrain_update(judged.findings, *updated, old_object, policy);
}

// What is new, and what only the view tells. The first judgement of a request is of all objects.
void compare_with_peers(Judged& judged, const Bundle& bundle, const Policy& policy, const Admission& admission,
                        const ClusterView* view, KnownCluster& cluster) {
  const auto at_peer = [&](const Finding& finding) { return bundle.is_peer(*finding.object); };
  if (bundle.sees_peers() && (admission.operation == Operation::kCreate || !admission.old_object)) {
    const bool any = std::any_of(judged.findings.begin(), judged.findings.end(), at_peer);
    const Bundle before = peers_alone(bundle);
    const Judged old = any ? judge(before, policy, nullptr, cluster) : Judged();
    blame_request(judged.findings, bundle, old.findings);
  }
  // Nodes may be known where peers are not.
  if (!view || (!bundle.sees_peers() && !view->nodes)) return;
  // What is going to be mended needs no word about where it was seen; where nobody mends it, it is not to be denied
  // for what may be so no more.
  const bool sure = policy.when_stale != Severity::kWarn || (view->doubt.empty() && view->complete);
  const auto stays = [&](const Finding& finding) {
    return finding.severity >= Severity::kWarn &&
           (!finding.fixable() || (!sure && finding.severity == Severity::kDeny));
  };
  if (std::none_of(judged.findings.begin(), judged.findings.end(), stays)) return;
  const Bundle alone = request_alone(bundle);
  KnownCluster none(alone, policy, nullptr);
  Judged without = judge(alone, policy, &admission, none);
  // What an update may not mend lasts, with the view or without.
  if (admission.operation == Operation::kUpdate && admission.old_object)
    compare_with_old(without, alone, policy, *admission.old_object, none);
  mark_seen(judged.findings, bundle, without.findings, *view, policy);
}

// Manifests beside what a cluster holds: what is wrong there already is not theirs.
void compare_with_cluster(Judged& judged, const Bundle& bundle, const Policy& policy, const ClusterView* view,
                          KnownCluster& cluster) {
  Bundle before = peers_alone(bundle);
  if (view && view->replaced)
    before.objects.insert(before.objects.end(), view->replaced->begin(), view->replaced->end());
  blame_request(judged.findings, bundle, judge(before, policy, nullptr, cluster).findings);
}

// What a Service that goes away leaves behind: told, never refused.
Judged judge_removal(const Bundle& bundle, const Policy& policy, const ClusterView* view, KnownCluster& cluster) {
  const Bundle rest = peers_alone(bundle);
  const std::vector<Finding> before = judge(bundle, policy, nullptr, cluster).findings;
  Judged after = judge(rest, policy, nullptr, cluster, &before);
  blame_request(after.findings, rest, before);
  for (Finding& finding : after.findings) {
    finding.object = &bundle.objects[1 + static_cast<size_t>(finding.object - rest.objects.data())];
    finding.fixes.clear();
    // It is said of an object that the request does not name, and is not so yet.
    finding.message.insert(0, "after this deletion: ");
    Report::weaken(finding, "what goes away is not held");
    if (view) finding.view_age = view->age;
  }
  after.model = std::make_unique<Model>();  // the former one points into `rest`
  return after;
}

void apply_mode(std::vector<Finding>& findings, const Policy& policy) {
  if (policy.mode == Mode::kEnforce) return;
  for (Finding& finding : findings) {
    if (finding.severity != Severity::kDeny) continue;
    finding.severity = Severity::kWarn;
    finding.by_mode = true;
    finding.weakened = policy.mode == Mode::kWarn ? "the policy's mode is warn" : "the policy's mode is observe";
  }
}

void count(const std::vector<Finding>& findings, Summary& summary) {
  for (const Finding& finding : findings) {
    if (finding.suppressed) {
      ++summary.suppressed;
    } else if (finding.severity == Severity::kDeny) {
      ++summary.deny;
    } else if (finding.severity == Severity::kWarn) {
      ++summary.warn;
    } else if (finding.severity == Severity::kInfo) {
      ++summary.info;
    }
  }
}

}  // namespace

Evaluation evaluate(const Bundle& bundle, const Policy& policy, const Admission* admission, std::string_view today,
                    const ClusterView* view) {
  const bool removal = admission && admission->operation == Operation::kDelete;
  // An object that goes away is none of our business (also: a finalizer that is
  // taken off a terminating object is an UPDATE, and denying it makes it undeletable),
  // unless it leaves brokers behind that lead through it.
  if ((removal && !bundle.sees_peers()) || (admission && admission->operation == Operation::kConnect)) {
    Evaluation nothing;
    nothing.model = std::make_unique<Model>();
    nothing.verdict.summary.objects = bundle.objects.size();
    return nothing;
  }
  KnownCluster cluster(bundle, policy, view);
  Judged judged = removal ? judge_removal(bundle, policy, view, cluster) : judge(bundle, policy, admission, cluster);
  if (admission && admission->operation == Operation::kUpdate && admission->old_object) {
    compare_with_old(judged, bundle, policy, *admission->old_object, cluster);
  }
  if (admission && !removal) compare_with_peers(judged, bundle, policy, *admission, view, cluster);
  if (!admission) keep_live(judged.findings, Before(nullptr, view), policy);
  if (!admission && bundle.sees_peers()) compare_with_cluster(judged, bundle, policy, view, cluster);
  apply_mode(judged.findings, policy);
  suppress(judged.findings, policy, today);
  count(judged.findings, judged.summary);
  return {{std::move(judged.findings), judged.summary}, std::move(judged.model)};
}

}  // namespace brokergate
