#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

constexpr std::string_view kTolerate = "service.alpha.kubernetes.io/tolerate-unready-endpoints";

// Services of the bundle by namespace and name.
class Services {
 public:
  explicit Services(const Bundle& bundle) {
    for (const Object& object : bundle.objects)
      if (object.kind == "Service" && object.group().empty())
        by_name_.try_emplace(key(object.ns, object.name), &object);
  }
  const Object* find(std::string_view ns, std::string_view name) const {
    const auto found = by_name_.find(key(ns, name));
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  static std::string key(std::string_view ns, std::string_view name) { return cat(ns, "\n", name); }
  std::unordered_map<std::string, const Object*> by_name_;
};

bool is_headless(const Object& service) { return service.spec()["clusterIP"].str() == "None"; }

// The Service named by serviceName; where only one of the two names a namespace, the model has matched them.
const Object* governing(const SetFacts& facts, const Services& services, std::string_view name) {
  for (const BrokerService* service : facts.services)
    if (service->object->name == name) return service->object;
  return services.find(facts.set->object->ns, name);
}

const Object* other_headless(const SetFacts& facts) {
  const auto found = std::find_if(facts.services.begin(), facts.services.end(), [](const BrokerService* service) {
    return is_headless(*service->object) && service->selects == Selects::kAllBrokers;
  });
  return found == facts.services.end() ? nullptr : (*found)->object;
}

// The Service whose pod name a broker advertises, as in kafka-0.kafka-headless.streaming;
// empty when the host may be something else.
std::string_view service_in(std::string_view host, const SetFacts& facts, int64_t ordinal) {
  const Object& object = *facts.set->object;
  const std::string pod = cat(facts.set->pod_name(ordinal), ".");
  if (!host.starts_with(pod)) return {};
  const std::string_view rest = host.substr(pod.size());
  const std::string_view service = rest.substr(0, rest.find('.'));
  const std::string_view tail = rest.substr(service.size());
  if (service == object.spec()["serviceName"].str()) return service;
  if (object.ns.empty() || service == object.ns) return {};
  const bool in_cluster = tail.empty() || tail == cat(".", object.ns) || tail.starts_with(cat(".", object.ns, ".svc"));
  return in_cluster ? service : std::string_view();
}

struct PodName {
  const OneBroker* broker = nullptr;
  std::string host;
  std::string service;
};
// The first advertised address that is a pod's name; of a wrong Service before one of the right.
std::optional<PodName> advertised_pod_name(const SetFacts& facts) {
  if (facts.brokers.empty()) return std::nullopt;
  const OneBroker& broker = facts.brokers[0];
  const Property* property = broker.property("advertised.listeners");
  if (!property || !property->value) return std::nullopt;
  std::optional<PodName> out;
  for (const Address& one : addresses(*property->value)) {
    const std::string_view service = service_in(one.host, facts, broker.ordinal);
    if (service.empty()) continue;
    if (!out) out = PodName{&broker, one.host, std::string(service)};
    if (service != facts.set->object->spec()["serviceName"].str())
      return PodName{&broker, one.host, std::string(service)};
  }
  return out;
}

void weaken_unless(bool sure, Finding& finding) {
  if (!sure) Report::weaken(finding, "no broker is seen to advertise such a name");
}

// True when something is wrong with the name itself.
bool judge_name(const SetFacts& facts, const Object* service, const std::optional<PodName>& advertised,
                Report& report) {
  const Object& object = *facts.set->object;
  const Value name = object.spec()["serviceName"];
  const Object* other = other_headless(facts);
  if (name.str().empty()) {
    if (facts.set->replicas < 2 && !advertised) return false;
    Finding& finding = report.add(object, name ? name : object.spec(),
                                  cat("no serviceName: the pods have no names of their own in the cluster's DNS, want ",
                                      other ? shown(other->name) : std::string("that of a headless Service")));
    weaken_unless(advertised.has_value(), finding);
    return true;
  }
  if (!service && other) {
    Finding& finding = report.add(object, name,
                                  cat("serviceName ", shown(name.str()), " names no Service here, but headless ",
                                      describe(*other), " selects the pods, want ", shown(other->name)));
    Report::weaken(finding, "the Service may stand elsewhere");
    return true;
  }
  if (!advertised || advertised->service == name.str()) return false;
  const Property* property = advertised->broker->property("advertised.listeners");
  const bool own = property->source.node && property->source.object == &object;
  Finding& finding = report.add(object, own ? property->source.node : facts.set->container,
                                cat("broker ", advertised->broker->ordinal, " advertises ", shown(advertised->host),
                                    ", and pods have their names below serviceName ", shown(name.str()), " only, want ",
                                    facts.set->pod_name(advertised->broker->ordinal), ".", shown(name.str())));
  finding.remediation = cat("Advertise names below ", shown(name.str()),
                            ", or create the StatefulSet anew with serviceName: ", shown(advertised->service),
                            " (it cannot be changed).");
  return true;
}

// KRaft controllers are no quorum before they have found one another.
bool controls(const SetFacts& facts) {
  const Property* roles = facts.brokers.empty() ? nullptr : facts.brokers[0].property("process.roles");
  return facts.set->form_id == "controller-only" ||
         (roles && roles->value && roles->value->find("controller") != std::string::npos);
}

void judge_service(const SetFacts& facts, const Object& service, bool names_advertised, Report& report) {
  const Value spec = service.spec();
  const std::string set = describe(*facts.set->object);
  if (!is_headless(service)) {
    if (facts.set->replicas < 2 && !names_advertised) return;
    Finding& finding = report.add(service, spec["clusterIP"] ? spec["clusterIP"] : spec,
                                  cat("the Service governs ", set,
                                      " and has a cluster IP, so that the pods get no names of their own, "
                                      "want clusterIP: None"));
    finding.remediation =
        "Delete the Service and create it with clusterIP: None (it cannot be changed), or name a "
        "headless Service in spec.serviceName of a new StatefulSet.";
    weaken_unless(names_advertised, finding);
    return;
  }
  // Without a probe a pod is ready as soon as it runs. What the old annotation says, alpha-annotation moves here.
  if (facts.set->replicas < 2 || facts.set->container["readinessProbe"].is_null() || annotation(service, kTolerate))
    return;
  const Value publish = spec["publishNotReadyAddresses"];
  if (publish.as_bool().value_or(false)) return;
  Finding& finding = report.add(
      service, publish ? publish : spec,
      cat("the names of ", set, "'s pods disappear while a broker is not ready, want publishNotReadyAddresses: true"));
  if (controls(facts)) {
    Report::weaken(finding, "whether a controller is ready before it has found the others depends on the probe");
  } else {
    Report::to_info(finding, "brokers find one another late then, and not never");
  }
  if (!publish.is_null()) return;
  Edit edit = set_edit(service.root, {"spec", "publishNotReadyAddresses"}, true);
  edit.reason = "brokers find one another before they are ready";
  finding.fixes.push_back({&service, {std::move(edit)}});
}

void check(const Context& context, Report& report) {
  std::optional<Services> services;
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator || facts.set->form_id == "operator-owned") continue;
    if (!services) services.emplace(context.bundle);
    const std::string_view name = facts.set->object->spec()["serviceName"].str();
    const Object* service = name.empty() ? nullptr : governing(facts, *services, name);
    const std::optional<PodName> advertised = advertised_pod_name(facts);
    if (judge_name(facts, service, advertised, report) || !service || terminating(*service)) continue;
    judge_service(facts, *service, advertised.has_value(), report);
  }
}

}  // namespace

constinit const Rule headless_service = {
    {.id = "headless-service",
     .severity = Severity::kDeny,
     .title = "The brokers' pods have names of their own, also before they are ready",
     .why = "Only the Service that spec.serviceName names gives pods DNS names (kafka-0.kafka-headless), only when it "
            "is headless, and only for ready pods unless publishNotReadyAddresses is true: brokers and KRaft "
            "controllers have to find one another before their probes can succeed. The annotation "
            "tolerate-unready-endpoints is gone (kubernetes #108020).",
     .remediation = "Name a Service with clusterIP: None and publishNotReadyAddresses: true in spec.serviceName.",
     .docs = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
     .example = "kind: Service\nmetadata: {name: kafka-headless}\nspec:\n  clusterIP: None\n"
                "  publishNotReadyAddresses: true\n  selector: {app: kafka}\n  ports: [{name: client, port: 9092}]\n"},
    check};

}  // namespace brokergate::checks
