#include <algorithm>
#include <optional>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

struct Side {
  const Context& context;
  const SetFacts& facts;
  const BrokerService& service;
  const OneBroker& broker;
};

std::string not_made(std::string_view why) { return cat("No change was made: ", why, "."); }

// Why the Service is not led to the listener as it stands; empty when it may be.
std::string unfit(const Side& side) {
  const SetFacts& facts = side.facts;
  if (!facts.plan.refusal.empty()) return facts.plan.refusal;
  if (!side.context.policy.domain.empty() && !facts.wanted) return facts.wanted_why;
  if (facts.between_brokers())
    return cat(facts.external,
               " is the listener that the brokers use among themselves; give clients outside one of "
               "their own");
  return {};
}

// Node ports: the number must be free, and brokers that advertise one number cannot all have it.
std::string node_port_fault(const Side& side, const ServiceChange::NodePort& change) {
  if (const Object* other = side.context.facts.node_ports.other(*side.service.object, change.port, change.to))
    return node_port_taken(change.to, *other);
  for (const OneBroker& broker : side.facts.brokers) {
    if (broker.ordinal != side.broker.ordinal && broker.external && broker.external->port == change.to)
      return cat("broker ", broker.ordinal, " advertises node port ", change.to, " as well");
  }
  return {};
}

// With the planned change of the set everything is made to agree at once.
void mend(const Side& side, const std::vector<ServicePort>& ports, const ServicePort* port, Finding& finding) {
  if (side.facts.planned()) {
    if (wish_for(side.facts, side.service, side.context.policy)) finding.fixes = side.facts.fixes;
    return;
  }
  if (const std::string why = unfit(side); !why.empty()) {
    finding.remediation = not_made(why);
    return;
  }
  ServiceChange change = plan_service(
      side.service, ports, port, {side.broker.external->port, side.broker.bind, {}, side.context.policy.node_ports});
  if (change.refusal.empty() && change.node_port) change.refusal = node_port_fault(side, *change.node_port);
  if (!change.refusal.empty()) {
    finding.remediation = not_made(change.refusal);
  } else if (!change.edits.empty()) {
    finding.fixes.push_back({side.service.object, std::move(change.edits)});
  }
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

void judge_target(const Side& side, const std::vector<ServicePort>& ports, const ServicePort& port, Report& report) {
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
  mend(side, ports, &port, finding);
}

void judge_port(const Side& side, const std::vector<ServicePort>& ports, const ServicePort& port, Report& report) {
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
  mend(side, ports, &port, finding);
}

// What advertises an in-cluster address is no way in from outside, whatever a Service
// leads to it; and where the policy wants another listener, that one counts.
bool measures(const Side& side) {
  const SetFacts& facts = side.facts;
  if (facts.wanted && facts.wanted->name != facts.external) return false;
  return !facts.between_brokers() || !is_in_cluster(side.broker.external->host, *facts.set, side.broker.ordinal);
}

// The listener that it is meant for does not exist (yet): only a dangling name can be told.
void judge_dangling(const Side& side, const std::vector<ServicePort>& ports, Report& report) {
  for (const ServicePort& port : ports) {
    if (port.target || port.target_name.empty() || side.facts.planned()) continue;
    report.add(*side.service.object, port.node["targetPort"],
               cat("targetPort ", shown(port.target_name),
                   " is no port of the broker's containers, want that of a listener for clients outside"));
  }
}

void judge(const Side& side, Report& report) {
  const std::vector<ServicePort> ports = ports_of(side.service);
  if (!measures(side)) {
    judge_dangling(side, ports, report);
    return;
  }
  if (ports.empty() || of_other_listener(side.facts, side.service)) return;
  const ServicePort* port = external_port(side.service, ports, side.broker.bind, side.broker.external->port);
  if (!port) {
    if (!side.broker.bind) return;
    report.add(*side.service.object, side.service.object->spec()["ports"],
               cat("none of the ", ports.size(), " ports leads to ", *side.broker.bind, " of broker ",
                   side.broker.ordinal, ", which ", side.facts.external, " binds, want one"));
    return;
  }
  judge_target(side, ports, *port, report);
  judge_port(side, ports, *port, report);
}

// The listener itself must be open to what comes in through the Service.
void judge_binding(const SetFacts& facts, Report& report) {
  std::vector<int64_t> shut;
  for (const OneBroker& broker : facts.brokers)
    if (is_loopback(broker.bind_host)) shut.push_back(broker.ordinal);
  if (shut.empty()) return;
  const OneBroker& first = *facts.broker(shut.front());
  const Property* property = first.property("listeners");
  const bool own = property && property->source.node && property->source.object == facts.set->object;
  Finding& finding = report.add(*facts.set->object, own ? property->source.node : facts.set->container,
                                cat(brokers_text(shut), shut.size() == 1 ? " binds " : " bind ",
                                    shown(Address{facts.external, first.bind_host, first.bind}.text()),
                                    ", which no Service can reach, want 0.0.0.0 or no host"));
  finding.ordinals = std::move(shut);
  finding.remediation =
      cat("Bind ", facts.external,
          " to every address of the pod in `listeners`: ", Address{facts.external, "0.0.0.0", first.bind}.text(), ".");
  const bool external =
      std::any_of(facts.services.begin(), facts.services.end(), [](const BrokerService* s) { return s->external(); });
  if (!external) Report::weaken(finding, "no external Service of the set is in sight");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (!facts.readable || facts.external.empty()) continue;
    judge_binding(facts, report);
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
         "addresses (helm/charts #12778, #13155), a wrong port is refused (cp-helm-charts #263). A listener bound to "
         "127.0.0.1 or localhost takes connections from inside the pod only.",
     .remediation = "Make ports[].port (nodePort) the advertised port and ports[].targetPort the port in `listeners`.",
     .docs = "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
     .example = "# EXTERNAL://:9094 in listeners, EXTERNAL://kafka-0.kafka.example.com:9094 advertised\n"
                "kind: Service\nspec:\n  ports:\n  - port: 9094\n    targetPort: 9094\n"},
    check};

}  // namespace brokergate::checks
