#include "rules/facts.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rules/joint_plan.h"
#include "rules/kafka/csv.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/plan_wanted.h"
#include "rules/reordered_plan.h"
#include "rules/same_address.h"
#include "rules/text.h"

namespace brokergate {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

Address address(std::string_view entry) {
  Address out;
  const size_t scheme = entry.find("://");
  if (scheme == std::string_view::npos) {
    out.host = entry;
    return out;
  }
  out.name = csv::upper_case(trimmed(entry.substr(0, scheme)));
  std::string_view rest = entry.substr(scheme + 3);
  if (const size_t colon = rest.rfind(':'); colon != std::string_view::npos) {
    const std::string_view digits = rest.substr(colon + 1);
    int64_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error == std::errc() && end == digits.data() + digits.size()) {
      out.port = port;
      rest = rest.substr(0, colon);
    } else if (digits.empty() || digits.find_first_of("<$%{") != std::string_view::npos) {
      rest = rest.substr(0, colon);
    }
  }
  if (rest.size() >= 2 && rest.front() == '[' && rest.back() == ']') rest = rest.substr(1, rest.size() - 2);
  out.host = rest;
  return out;
}

const Address* named(const std::vector<Address>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const Address& entry) { return entry.name == name; });
  return found == list.end() ? nullptr : &*found;
}

std::vector<Address> addresses_in(const OneBroker& broker, std::string_view property) {
  const Property* found = broker.property(property);
  return found && found->value ? addresses(*found->value) : std::vector<Address>();
}

OneBroker derive_broker(const SetFacts& facts, int64_t ordinal) {
  OneBroker broker;
  broker.ordinal = ordinal;
  broker.properties = facts.set->properties(ordinal);
  if (facts.external.empty()) return broker;
  if (const auto list = addresses_in(broker, "advertised.listeners");
      const Address* entry = named(list, facts.external)) {
    broker.external = *entry;
  }
  if (const auto list = addresses_in(broker, "listeners"); const Address* entry = named(list, facts.external)) {
    broker.bind = entry->port;
    broker.bind_host = entry->host;
  }
  return broker;
}

bool as_wanted(const SetFacts& facts, const Policy& policy) {
  if (facts.external != facts.wanted->name || facts.set->replicas > SetFacts::kMostBrokers) return false;
  const ProtocolMap protocols = effective_protocols(*settings_for(*facts.set, facts.set->first_ordinal));
  if (std::none_of(protocols.begin(), protocols.end(), [&](const auto& one) { return one.first == facts.external; }))
    return false;
  return std::all_of(facts.brokers.begin(), facts.brokers.end(), [&](const OneBroker& broker) {
    return broker.external && broker.external->host == facts.wanted_host(broker.ordinal, policy) &&
           broker.external->port == facts.wanted_port(broker.ordinal) &&
           broker.bind == facts.wanted_bind(broker.ordinal);
  });
}

// Names that Services want of a pod. A new container port of such a name would
// answer a Service that nobody meant to change.
std::vector<std::string> names_asked_for(const Bundle& bundle) {
  std::vector<std::string> names;
  for (const Object& object : bundle.objects) {
    if (object.kind != "Service") continue;
    for (const Node& port : object.spec()["ports"].children()) {
      const std::string_view name = Value(&port)["targetPort"].str();
      if (!name.empty()) names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Asked for by every set that needs a change, worked out for the first one.
class NamesAskedFor {
 public:
  explicit NamesAskedFor(const Bundle& bundle) : bundle_(bundle) {}
  const std::vector<std::string>& get() {
    if (!names_) names_ = names_asked_for(bundle_);
    return *names_;
  }

 private:
  const Bundle& bundle_;
  std::optional<std::vector<std::string>> names_;
};

void derive_set(SetFacts& facts, NamesAskedFor& names, const Model& model, const Policy& policy) {
  const BrokerSet& set = *facts.set;
  facts.contradictions = contradictions_of(facts.services);
  facts.readable = is_readable(set);
  if (!facts.readable) return;
  facts.external = external_listener_name(model, set, policy);
  const int64_t brokers = std::clamp<int64_t>(set.replicas, 0, SetFacts::kMostBrokers);
  for (int64_t i = 0; i < brokers; ++i) facts.brokers.push_back(derive_broker(facts, set.first_ordinal + i));
  facts.wanted = wanted_listener(model, set, policy, &facts.wanted_why);
  if (!facts.wanted || brokers == 0 || as_wanted(facts, policy)) return;
  facts.wanted->names_asked_for = names.get();
  facts.wanted->pod_index = policy.pod_index;
  facts.plan = plan_external_listener(set, *facts.wanted);
  if (facts.plan.refusal.empty()) return;
  if (Plan reordered = plan_reordered(set, *facts.wanted); !reordered.edits.empty()) facts.plan = std::move(reordered);
}

// What is in the cluster already is not changed by somebody else's request.
void spare_peers(SetFacts& facts, const Policy& policy, const Bundle& bundle) {
  if (!facts.planned()) return;
  if (bundle.is_peer(*facts.set->object)) {
    const OneBroker& first = facts.brokers.front();
    const bool by_port = first.external && first.external->host == facts.wanted_host(first.ordinal, policy);
    facts.refuse(cat(describe(*facts.set->object), " is in the cluster already and is not changed by this; ",
                     by_port && first.external->port ? cat("give the Service the advertised port (",
                                                           *first.external->port, " of broker ", first.ordinal,
                                                           "), or change the listener before: listener.port: auto "
                                                           "follows the Services that are there first")
                                                     : "change its listener first"));
  } else if (facts.plan.config_map && bundle.is_peer(*facts.plan.config_map)) {
    facts.refuse(cat("the script that decides stands in ", describe(*facts.plan.config_map),
                     ", which this request does not change; brokergate mutate does, over the manifests of both"));
  }
}

}  // namespace

std::string Address::text() const {
  return cat(name, "://", host.find(':') == std::string::npos ? host : "[" + host + "]", ":",
             port ? std::to_string(*port) : "?");
}

std::vector<Address> addresses(std::string_view listeners) {
  std::vector<Address> out;
  while (!listeners.empty()) {
    const size_t comma = std::min(listeners.find(','), listeners.size());
    if (const std::string_view entry = trimmed(listeners.substr(0, comma)); !entry.empty())
      out.push_back(address(entry));
    listeners.remove_prefix(std::min(comma + 1, listeners.size()));
  }
  return out;
}

bool is_readable(const BrokerSet& set) {
  return set.form_id != "operator-owned" && set.form_id != "controller-only" && set.form_id != "unknown-form" &&
         !set.managed_by_operator;
}

const Property* OneBroker::property(std::string_view name) const {
  const auto found = properties.find(name);
  return found == properties.end() ? nullptr : &found->second;
}

bool SetFacts::has(int64_t ordinal) const {
  return ordinal >= set->first_ordinal && ordinal - set->first_ordinal < set->replicas;
}
const OneBroker* SetFacts::broker(int64_t ordinal) const {
  const int64_t offset = ordinal - set->first_ordinal;
  return ordinal >= set->first_ordinal && offset < static_cast<int64_t>(brokers.size()) ? &brokers[size_t(offset)]
                                                                                        : nullptr;
}
int64_t SetFacts::wanted_port(int64_t ordinal) const { return wanted->port_base + wanted->port_slope * ordinal; }
int64_t SetFacts::wanted_bind(int64_t ordinal) const {
  return wanted->bind_base ? *wanted->bind_base + wanted->bind_slope * ordinal : wanted_port(ordinal);
}
std::string SetFacts::wanted_host(int64_t ordinal, const Policy& policy) const {
  return policy.host_for(set->name, set->object->ns, ordinal);
}

bool SetFacts::between_brokers() const {
  return !external.empty() && inter_broker_name(*settings_for(*set, set->first_ordinal)) == external;
}
void SetFacts::refuse(std::string why) {
  plan.edits.clear();
  plan.config_map_edits.clear();
  fixes.clear();
  plan.refusal = std::move(why);
}

const SetFacts* Facts::of(const BrokerSet* set) const {
  const auto found = index.find(set);
  return found == index.end() ? nullptr : &sets[found->second];
}

bool terminating(const Object& object) { return !object.metadata()["deletionTimestamp"].is_null(); }

Facts derive_facts(const Bundle& bundle, const Model& model, const Policy& policy, const Admission* admission) {
  Facts facts;
  facts.sets.reserve(model.sets.size());
  for (const BrokerSet& set : model.sets) {
    if (!policy.matches(*set.object) || terminating(*set.object)) continue;
    facts.index.emplace(&set, facts.sets.size());
    facts.sets.emplace_back().set = &set;
  }
  for (const BrokerService& service : model.services) {
    if (terminating(*service.object)) continue;
    if (service.set) {
      const auto owner = facts.index.find(service.set);
      if (owner == facts.index.end()) continue;
      facts.sets[owner->second].services.push_back(&service);
    } else if (!policy.matches(*service.object)) {
      continue;
    }
    facts.services.push_back(&service);
  }
  const bool node_ports = std::any_of(facts.services.begin(), facts.services.end(),
                                      [](const BrokerService* service) { return service->type == "NodePort"; });
  if (node_ports) facts.node_ports = NodePorts(bundle);
  NamesAskedFor names(bundle);
  for (SetFacts& set : facts.sets) {
    derive_set(set, names, model, policy);
    spare_peers(set, policy, bundle);
    join_services(set, facts.node_ports, policy, bundle, admission);
  }
  if (facts.sets.size() > 1) refuse_same_addresses(facts.sets, policy);
  return facts;
}

}  // namespace brokergate
