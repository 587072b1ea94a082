#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "rules/facts.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// Brokers that are named one by one; `inspect` shows no more.
constexpr size_t kMostListed = 1000;

// What was missing before a Service goes away is not that deletion's doing.
std::vector<int64_t> missing_before(const Context& context, const Object& set) {
  if (!context.told_before) return {};
  for (const Finding& finding : *context.told_before) {
    const Object& object = *finding.object;
    if (finding.rule == broker_service_missing.info.id && object.kind == set.kind && object.ns == set.ns &&
        object.name == set.name)
      return finding.ordinals;
  }
  return {};
}

void judge(const Context& context, const SetFacts& facts, Report& report) {
  const BrokerSet& set = *facts.set;
  if (set.managed_by_operator || set.form_id == "operator-owned" || set.form_id == "controller-only") return;
  if (!set.replicas_unknown.empty() || set.replicas < 1) return;
  std::set<int64_t> served;
  for (const BrokerService* service : facts.services) {
    if (service->external() && service->role == ServiceRole::kPerBroker && service->ordinal &&
        facts.has(*service->ordinal)) {
      served.insert(*service->ordinal);
    }
  }
  // A view that may be stale shows what was there, not what has come since. (What a Service that goes away leaves
  // behind is judged without the request.)
  const bool doubtful = context.admission && !context.doubt.empty() && context.policy.when_stale != Severity::kDeny;
  const bool all_seen = context.bundle.complete || (context.bundle.sees_peers() && !doubtful && context.all_peers);
  const bool wished = !context.policy.domain.empty() && all_seen;
  const std::vector<int64_t> told = missing_before(context, *set.object);
  // What was told before is told because another broker had a Service then: the last one goes away.
  if (served.empty() && !wished && told.empty()) return;
  // Which others were missing was not listed then.
  if (told.size() == kMostListed) return;
  served.insert(told.begin(), told.end());
  const int64_t missing = set.replicas - static_cast<int64_t>(served.size());
  if (missing <= 0) return;
  std::vector<int64_t> ordinals;
  for (int64_t i = 0; i < set.replicas && ordinals.size() < kMostListed; ++i) {
    if (!served.contains(set.first_ordinal + i)) ordinals.push_back(set.first_ordinal + i);
  }
  const std::vector<int64_t> first(ordinals.begin(),
                                   ordinals.begin() + std::min<std::ptrdiff_t>(3, std::ssize(ordinals)));
  const int64_t more = missing - std::ssize(first);
  const Value replicas = set.object->spec()["replicas"];
  Finding& finding =
      report.add(*set.object, replicas ? replicas : set.object->spec(),
                 cat("no external Service for ", brokers_text(first), more > 0 ? cat(" and ", more, " more") : "",
                     " of ", set.replicas, ", want one for each broker"));
  finding.ordinals = std::move(ordinals);
  if (!all_seen)
    Report::to_info(finding, doubtful ? cat("the cluster view is in doubt: ", context.doubt)
                                      : "other Services may exist that this request does not show");
  // Charts send Services first, and files come in any order.
  if (!context.bundle.complete && !(context.admission && context.admission->scale))
    Report::weaken(finding, "its Services may come after it");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) judge(context, facts, report);
}

}  // namespace

constinit const Rule broker_service_missing = {
    {.id = "broker-service-missing",
     .severity = Severity::kWarn,
     .title = "Every broker has an external Service of its own",
     .why =
         "Clients connect to each partition's leader, so every broker needs its own way in. After a scale-up the new "
         "brokers take partitions and nobody outside can reach them (bitnami/charts #20364).",
     .remediation = "Add a Service for each missing ordinal that selects statefulset.kubernetes.io/pod-name: "
                    "<set>-<ordinal>.",
     .docs = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label",
     .example = "kind: Service\nmetadata: {name: kafka-2-external}\nspec:\n  type: LoadBalancer\n"
                "  selector: {statefulset.kubernetes.io/pod-name: kafka-2}\n  ports: [{port: 9094}]\n"},
    check};

}  // namespace brokergate::checks
