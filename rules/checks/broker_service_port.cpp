#include <algorithm>
#include <optional>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/ordinal_list.h"
#include "rules/outside_port.h"
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

OutsidePort outside_of(const Side& side, const std::vector<ServicePort>& ports, const ServicePort& port) {
  return outside_port(side.context.facts, side.facts, side.service, ports, port, side.broker, side.context.policy);
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
  // Half a change, of the target only, would not lead clients to the broker either.
  if (port && side.broker.external->port) {
    const OutsidePort outside = outside_of(side, ports, *port);
    if (!outside.why.empty()) {
      finding.remediation = not_made(outside.why);
      return;
    }
  }
  ServiceChange change = plan_service(
      side.service, ports, port, {side.broker.external->port, side.broker.bind, {}, side.context.policy.node_ports});
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
  const std::optional<int64_t> inside = inside_port(side.facts, side.broker);
  if (!side.broker.bind || port.target == side.broker.bind || port.target == inside) return;
  const Value written = port.node["targetPort"];
  const std::string wanted =
      cat(", want ", *inside, ", which ", side.facts.external, inside == side.broker.bind ? " binds" : " is to bind");
  Finding& finding =
      port.target
          ? report.add(*side.service.object, written ? written : port.node["port"],
                       cat(written ? "targetPort " : "port without targetPort ", *port.target, " of broker ",
                           side.broker.ordinal, " leads to ", listener_at(side.broker, *port.target), wanted))
          : report.add(*side.service.object, written ? written : port.node,
                       cat("targetPort ", shown(written.scalar()), " is no port of the broker's containers", wanted));
  mend(side, ports, &port, finding);
}

// Which numbers there are for a person to choose from.
std::string one_to_choose(const Side& side) {
  const PortRange& range = side.context.policy.node_ports;
  return side.service.type == "NodePort" ? cat("a nodePort of ", range.first, "-", range.last) : "a port";
}

void judge_port(const Side& side, const std::vector<ServicePort>& ports, const ServicePort& port, Report& report) {
  if (!side.broker.external->port) return;
  const OutsidePort outside = outside_of(side, ports, port);
  using Follows = OutsidePort::Follows;
  if (outside.follows == Follows::kNobody) return;
  // advertised-listener tells what the policy wants of the listener.
  if (outside.follows == Follows::kListener && side.facts.wanted) return;
  const char* key = side.service.type == "NodePort" ? "nodePort" : "port";
  const std::optional<int64_t> now = dialled(side.service, port);
  const Value written = port.node[key];
  const std::string advertises =
      cat("broker ", side.broker.ordinal, " advertises ", shown(side.broker.external->text()));
  const std::string found = now ? cat(key, " ", *now, ", but ", advertises)
                                : cat("no nodePort, so that the API server picks one, but ", advertises);
  const Value at = now && written ? written : port.node;
  if (outside.follows == Follows::kService) {
    mend(side, ports, &port, report.add(*side.service.object, at, cat(found, ", want ", *outside.port)));
    return;
  }
  if (outside.follows == Follows::kListener) {
    Finding& finding = report.add(*side.service.object, at, cat(found, ", want ", *outside.port, " advertised"));
    finding.remediation = cat("Advertise ", *outside.port, " for ", side.facts.external, " of broker ",
                              side.broker.ordinal, ": the Service cannot follow (", outside.why, ").");
    return;
  }
  Finding& finding = report.add(*side.service.object, at,
                                cat(found, ", want ", one_to_choose(side), " of its own, and it advertised"));
  finding.remediation =
      cat("Write ", one_to_choose(side), " that no other port has into the Service, and advertise it for ",
          side.facts.external, " of broker ", side.broker.ordinal, " (", outside.why, ").");
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
    const std::optional<int64_t> inside = inside_port(side.facts, side.broker);
    const bool led = std::any_of(ports.begin(), ports.end(),
                                 [&](const ServicePort& one) { return one.target && one.target == inside; });
    if (!side.broker.bind || led) return;
    report.add(
        *side.service.object, side.service.object->spec()["ports"],
        cat("none of the ", ports.size(), " ports leads to ", *inside, " of broker ", side.broker.ordinal, ", which ",
            side.facts.external, inside == side.broker.bind ? " binds" : " is to bind", ", want one"));
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
