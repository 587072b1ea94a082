#include <algorithm>
#include <optional>
#include <unordered_set>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

void judge_range(const Context& context, const BrokerService& service, const ServicePort& port, Report& report) {
  // For show the API server gives numbers from 32769 on, whatever its range is
  // (pkg/registry/core/service/portallocator/operation.go, AllocateNext).
  if (context.admission && context.admission->dry_run) return;
  const PortRange& range = context.policy.node_ports;
  if (range.holds(*port.node_port)) return;
  Finding& finding = report.add(*service.object, port.node["nodePort"],
                                cat("nodePort ", *port.node_port, " lies outside of ", range.first, "-", range.last,
                                    ", where the API server takes node ports from, want one inside"));
  if (!range.named)
    Report::weaken(finding,
                   "that is the range unless --service-node-port-range says otherwise (nodePortRange in the policy)");
}

// Ports that ask for a number which another one has, or had first.
class Clashes {
 public:
  explicit Clashes(const Context& context) : bundle_(context.bundle), taken_(context.bundle) {
    for (const BrokerService* service : context.facts.services) judged_.insert(service->object);
  }

  // One finding for two ports: where both are judged, at the one that stands second.
  void judge(const BrokerService& service, const ServicePort& port, Report& report) const {
    const Object& object = *service.object;
    const Object* other = taken_.other(object, port.node.node(), *port.node_port);
    if (!other || !second(object, port, *other)) return;
    Finding& finding = report.add(object, port.node["nodePort"],
                                  cat("nodePort ", *port.node_port, " is also asked for by ",
                                      other == &object ? std::string("another port of the Service") : describe(*other),
                                      ", want one of its own (\"provided port is already allocated\")"));
    finding.remediation = "Give each port a nodePort of its own, the one that its broker advertises.";
  }

 private:
  bool second(const Object& object, const ServicePort& port, const Object& other) const {
    // Who comes later gives way.
    if (bundle_.is_peer(object) != bundle_.is_peer(other)) return bundle_.is_peer(other);
    if (&other != &object) return &other < &object || !judged_.contains(&other);  // both in Bundle::objects
    const auto ports = object.spec()["ports"].children();
    return std::any_of(ports.begin(), ports.begin() + port.node->index,
                       [&](const Node& one) { return Value(&one)["nodePort"].as_int() == port.node_port; });
  }

  const Bundle& bundle_;
  NodePorts taken_;
  std::unordered_set<const Object*> judged_;
};

void check(const Context& context, Report& report) {
  std::optional<Clashes> clashes;
  for (const BrokerService* service : context.facts.services) {
    if (!service->external()) continue;
    for (const ServicePort& port : ports_of(*service)) {
      if (!port.node_port) continue;
      if (!clashes) clashes.emplace(context);
      judge_range(context, *service, port, report);
      clashes->judge(*service, port, report);
    }
  }
}

}  // namespace

constinit const Rule node_port_clash = {
    {.id = "node-port-clash",
     .severity = Severity::kDeny,
     .title = "Node ports lie in the cluster's range, and each is asked for once",
     .why = "The API server refuses a nodePort outside of --service-node-port-range (30000-32767: \"provided port is "
            "not in the valid range\", redpanda #13347) and one that another Service of the cluster has (\"provided "
            "port is already allocated\", kudobuilder/operators #266). The broker then has no Service, and what it "
            "advertises leads nowhere.",
     .remediation = "Use a node port inside of the range, and advertise it.",
     .docs = "https://kubernetes.io/docs/concepts/services-networking/service/#nodeport-custom-port",
     .example = "kind: Service\nspec:\n  type: NodePort\n  ports:\n  - {port: 9094, nodePort: 31090}   # not 9094\n"},
    check};

}  // namespace brokergate::checks
