#include "rules/public_ways.h"

#include <algorithm>

#include "rules/facts.h"
#include "rules/text.h"

namespace brokergate {
namespace {

void judge_addresses(const BrokerService& service, Report& report) {
  const Value addresses = service.object->spec()["externalIPs"];
  if (addresses.size() == 0) return;
  const std::string_view first = addresses.at(0).str();
  const size_t more = addresses.size() - 1;
  Finding& finding =
      report.add(*service.object, addresses,
                 cat("spec.externalIPs sends ", shown(first), more > 0 ? cat(" and ", more, " more") : "",
                     " to the brokers through every node, want no way in that no annotation can make internal"));
  finding.remediation =
      "Remove spec.externalIPs and use an internal load balancer per broker, or accept it with a suppression.";
  Report::weaken(finding, "the address may be a private one");
}

bool is_listener(const SetFacts& facts, int64_t port) {
  return std::any_of(facts.brokers.begin(), facts.brokers.end(), [&](const OneBroker& broker) {
    const Property* bound = broker.property("listeners");
    const auto list = bound && bound->value ? addresses(*bound->value) : std::vector<Address>();
    return std::any_of(list.begin(), list.end(), [&](const Address& one) { return one.port == port; });
  });
}

void judge_host_ports(const SetFacts& facts, Report& report) {
  for (const Node& node : facts.set->container["ports"].children()) {
    const Value port(&node);
    const auto number = port["containerPort"].as_int(), host = port["hostPort"].as_int();
    if (!number || !host || *host == 0 || !is_listener(facts, *number)) continue;
    Finding& finding = report.add(*facts.set->object, port["hostPort"],
                                  cat("hostPort ", *host, " opens the listener on ", *number,
                                      " of the brokers on the node's own addresses, want a Service in front of them"));
    finding.remediation =
        "Remove hostPort and reach the brokers through internal load balancers, or accept it with a "
        "suppression where the nodes have private addresses only.";
    Report::weaken(finding, "the nodes may have private addresses only");
  }
}

}  // namespace

void tell_public_ways(const Context& context, Report& report) {
  if (!context.policy.internal_required) return;
  for (const BrokerService* service : context.facts.services) judge_addresses(*service, report);
  for (const SetFacts& facts : context.facts.sets) judge_host_ports(facts, report);
}

}  // namespace brokergate
