#include <optional>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

constexpr int64_t kFirstNodePort = 30000, kLastNodePort = 32767;

struct Side {
  const Context& context;
  const SetFacts& facts;
  const BrokerService& service;
  const OneBroker& broker;
};

// With the planned change of the set everything is made to agree at once.
void mend(const Side& side, Finding& finding) {
  const auto wish = wish_for(side.facts, side.service, side.context.policy);
  if (side.facts.planned() && wish) {
    ServiceChange change = plan_service(side.service, &side.broker, *wish);
    if (!change.refusal.empty()) return;
    finding.fixes.push_back({side.facts.set->object, side.facts.plan.edits});
    if (!change.edits.empty()) finding.fixes.push_back({side.service.object, std::move(change.edits)});
    return;
  }
  if (!side.facts.plan.refusal.empty()) return;
  const std::optional<int64_t> outside = side.broker.external->port;
  if (side.service.type == "NodePort" && outside && (*outside < kFirstNodePort || *outside > kLastNodePort)) {
    finding.remediation = cat("Advertise the nodePort: ", *outside, " lies outside of ", kFirstNodePort, "-",
                              kLastNodePort, ", where the API server takes node ports from.");
    return;
  }
  ServiceChange change = plan_service(side.service, &side.broker, {outside, side.broker.bind, {}});
  if (change.refusal.empty() && !change.edits.empty())
    finding.fixes.push_back({side.service.object, std::move(change.edits)});
}

std::string listener_at(const OneBroker& broker, int64_t port) {
  const Property* bound = broker.property("listeners");
  if (bound && bound->value) {
    for (const Address& listener : addresses(*bound->value)) {
      if (listener.port == port) return listener.name;
    }
  }
  return "no listener";
}

void judge_target(const Side& side, const ServicePort& port, Report& report) {
  if (!side.broker.bind || port.target == side.broker.bind) return;
  const Value written = port.node["targetPort"];
  const std::string wanted = cat(", want ", *side.broker.bind, ", which ", side.facts.external, " binds");
  Finding& finding =
      port.target
          ? report.add(*side.service.object, written ? written : port.node["port"],
                       cat(written ? "targetPort " : "port without targetPort ", *port.target, " of broker ",
                           side.broker.ordinal, " leads to ", listener_at(side.broker, *port.target), wanted))
          : report.add(*side.service.object, written ? written : port.node,
                       cat("targetPort ", shown(written.scalar()), " is no port of the broker's containers", wanted));
  mend(side, finding);
}

void judge_port(const Side& side, const ServicePort& port, Report& report) {
  const std::optional<int64_t> advertised = side.broker.external->port;
  if (!advertised) return;
  const bool by_node = side.service.type == "NodePort";
  const std::optional<int64_t> outside = by_node ? port.node_port : port.port;
  if (outside == advertised) return;
  const std::string wanted =
      cat("broker ", side.broker.ordinal, " advertises ", shown(side.broker.external->text()), ", want ", *advertised);
  const Value at = port.node[by_node ? "nodePort" : "port"];
  Finding& finding =
      outside ? report.add(*side.service.object, at, cat(by_node ? "nodePort " : "port ", *outside, ", but ", wanted))
              : report.add(*side.service.object, port.node,
                           cat("no nodePort, so that the API server picks one, but ", wanted));
  mend(side, finding);
}

void judge(const Side& side, Report& report) {
  const std::vector<ServicePort> ports = ports_of(side.service);
  if (ports.empty() || of_other_listener(side.facts, side.service)) return;
  const ServicePort* port = external_port(side.service, ports, side.broker.bind, side.broker.external->port);
  if (!port) {
    if (!side.broker.bind) return;
    report.add(*side.service.object, side.service.object->spec()["ports"],
               cat("none of the ", ports.size(), " ports leads to ", *side.broker.bind, " of broker ",
                   side.broker.ordinal, ", which ", side.facts.external, " binds, want one"));
    return;
  }
  judge_target(side, *port, report);
  judge_port(side, *port, report);
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (!facts.readable || facts.external.empty()) continue;
    for (const BrokerService* service : facts.services) {
      if (!service->external() || service->role != ServiceRole::kPerBroker || !service->ordinal) continue;
      // broker-service-selector tells what these are; their ports cannot be compared.
      if (service->selects == Selects::kNothing || service->selects == Selects::kNameOnly ||
          facts.contradictions.contains(service))
        continue;
      const OneBroker* broker = facts.broker(*service->ordinal);
      if (broker && broker->external) judge({context, facts, *service, *broker}, report);
    }
  }
}

}  // namespace

constinit const Rule broker_service_port = {
    {.id = "broker-service-port",
     .severity = Severity::kDeny,
     .title = "Ports of a broker's Service agree with its external listener",
     .why =
         "A client connects to the advertised port: it must be the Service's port (nodePort for NodePort), and the "
         "targetPort must be the one the same listener binds. A targetPort of another listener answers with internal "
         "addresses (helm/charts #12778, #13155), a wrong port is refused (cp-helm-charts #263).",
     .remediation = "Make ports[].port (nodePort) the advertised port and ports[].targetPort the port in `listeners`.",
     .docs = "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
     .example = "# EXTERNAL://:9094 in listeners, EXTERNAL://kafka-0.kafka.example.com:9094 advertised\n"
                "kind: Service\nspec:\n  ports:\n  - port: 9094\n    targetPort: 9094\n"},
    check};

}  // namespace brokergate::checks
