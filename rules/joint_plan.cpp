#include "rules/joint_plan.h"

#include "rules/kafka/service_ports.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate {
namespace {

// Node ports that one joint change moves: taken back unless it is made.
class Moves {
 public:
  explicit Moves(NodePorts& node_ports) : node_ports_(node_ports) {}
  ~Moves() {
    if (kept_) return;
    for (const Move& move : moves_) {
      if (move.made) node_ports_.remove(*move.service, move.port, move.to);
      if (move.from) node_ports_.add(*move.service, move.port, *move.from);
    }
  }
  Moves(const Moves&) = delete;
  Moves& operator=(const Moves&) = delete;

  void leave(const Object& service, const ServiceChange::NodePort& change) {
    if (change.from) node_ports_.remove(service, change.port, *change.from);
    moves_.push_back({&service, change.port, change.from, change.to});
  }
  // Why the ports cannot be had; empty when all are.
  std::string take() {
    for (Move& move : moves_) {
      if (const Object* other = node_ports_.other(*move.service, move.port, move.to))
        return cat(describe(*move.service), ": ", node_port_taken(move.to, *other));
      node_ports_.add(*move.service, move.port, move.to);
      move.made = true;
    }
    kept_ = true;
    return {};
  }

 private:
  struct Move {
    const Object* service;
    const Node* port;
    std::optional<int64_t> from;
    int64_t to;
    bool made = false;
  };
  NodePorts& node_ports_;
  std::vector<Move> moves_;
  bool kept_ = false;
};

}  // namespace

void join_services(SetFacts& facts, NodePorts& node_ports, const Policy& policy, const Bundle& bundle,
                   const Admission* admission) {
  if (!facts.planned()) return;
  const bool created = admission && admission->operation == Operation::kCreate;
  std::vector<Finding::Fix> fixes = {{facts.set->object, facts.plan.edits}};
  if (!facts.plan.config_map_edits.empty()) fixes.push_back({facts.plan.config_map, facts.plan.config_map_edits});
  Moves moves(node_ports);
  for (const BrokerService* service : facts.services) {
    const auto wish = wish_for(facts, *service, policy);
    if (!wish) continue;
    const std::vector<ServicePort> ports = ports_of(*service);
    const ServicePort* port =
        ports.size() == 1 ? ports.data()
                          : port_for_listener(ports, ListenerTables(*facts.set, *service->ordinal), facts.wanted->name);
    ServiceChange change = plan_service(*service, ports, port, *wish);
    if (!change.refusal.empty()) {
      facts.refuse(cat(describe(*service->object), ": ", change.refusal));
      return;
    }
    if (bundle.is_peer(*service->object)) {
      if (change.edits.empty() || created) continue;
      facts.refuse(cat(describe(*service->object),
                       " is in use and would have to change with it, which this request does not do"));
      return;
    }
    if (change.node_port) moves.leave(*service->object, *change.node_port);
    if (!change.edits.empty()) fixes.push_back({service->object, std::move(change.edits)});
  }
  if (std::string why = moves.take(); !why.empty()) {
    facts.refuse(std::move(why));
    return;
  }
  facts.fixes = std::move(fixes);
}

}  // namespace brokergate
