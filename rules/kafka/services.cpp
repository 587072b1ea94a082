#include <algorithm>
#include <unordered_map>

#include "brokergate/kafka.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/selector.h"
#include "rules/kafka/service_evidence.h"
#include "rules/kafka/workload_index.h"

namespace brokergate {
namespace {

std::string pair_text(const std::pair<std::string_view, std::string_view>& pair) {
  return std::string(pair.first) + "=" + std::string(pair.second);
}

std::string_view type_of(const Object& service) {
  const std::string_view type = service.spec()["type"].str();
  return type.empty() ? "ClusterIP" : type;
}

bool is_headless(const Object& service) { return service.spec()["clusterIP"].str() == "None"; }

bool has_ordinal(const BrokerSet& set, int64_t ordinal) {
  return ordinal >= set.first_ordinal && ordinal - set.first_ordinal < set.replicas;
}

// Nobody saw a broker start: the set has Kafka's names, ports or variables only.
bool weak_set(const BrokerSet& set) {
  return set.form_id == "unknown-form" && set.family == ImageFamily::kUnknown && !set.managed_by_operator &&
         !starts_broker(set.facts->process.entry);
}

// Role, ordinal and wording of a Service that selects pods of a known set.
BrokerService known(const Object& service, const Match& match) {
  const BrokerSet& set = *match.workload->set;
  BrokerService out;
  out.object = &service;
  out.set = &set;
  out.type = type_of(service);
  out.certain = !match.guessed_namespace;
  if (weak_set(set)) out.trust = BrokerService::Trust::kWeak;
  const std::string name = describe(*set.object);
  if (match.one) {
    out.selects = match.one->selects;
    out.ordinal = match.one->ordinal;
    out.role = ServiceRole::kPerBroker;
    out.evidence = "selects pod " + set.pod_name(*out.ordinal) + " of " + name;
    if (!is_controller_label(match.one->key)) {
      out.evidence += " by the label " + std::string(match.one->key) + ", which something must put on the running pod";
    }
    if (!has_ordinal(set, *out.ordinal) && set.replicas_unknown.empty()) {
      out.evidence += ", which its " + std::to_string(set.replicas) + " replicas do not include";
    }
  } else {
    out.selects = Selects::kAllBrokers;
    out.evidence = "selects " + name;
    if (match.more_sets > 0)
      out.evidence +=
          " and " + std::to_string(match.more_sets) + (match.more_sets == 1 ? " more broker set" : " more broker sets");
    const auto named = named_ordinal(service.name, set.object->name);
    // One beyond the range, because people also count from 1.
    if (named && set.replicas > 1 && (has_ordinal(set, *named) || has_ordinal(set, *named - 1))) {
      out.selects = Selects::kNameOnly;
      out.ordinal = named;
      out.role = ServiceRole::kPerBroker;
      out.evidence += ", all of its brokers, although it is named after one";
    }
  }
  if (is_headless(service)) out.role = ServiceRole::kHeadless;
  if (match.guessed_namespace) out.evidence += ", if the namespace that only one of them names is the same";
  return out;
}

BrokerService alone(const Object& service, const SelectorPairs& selector, const std::string& evidence,
                    BrokerService::Trust trust) {
  BrokerService out;
  out.object = &service;
  out.type = type_of(service);
  out.certain = false;
  out.trust = trust;
  out.evidence = evidence + "; what it selects is not in the input";
  for (const auto& [key, value] : selector) {
    const auto one = ordinal_label(key, value);
    if (!one) continue;
    out.selects = one->selects;
    out.ordinal = one->ordinal;
    out.role = ServiceRole::kPerBroker;
    break;
  }
  if (!out.ordinal) {
    if (const auto named = named_ordinal(service.name, {}); named && out.external()) {
      out.selects = Selects::kNameOnly;
      out.ordinal = named;
      out.role = ServiceRole::kPerBroker;
      out.evidence += "; only its name tells which broker is meant";
    }
  }
  if (is_headless(service)) out.role = ServiceRole::kHeadless;
  return out;
}

BrokerService nothing(const Object& service, const BrokerSet& set, std::optional<int64_t> ordinal,
                      const std::string& missing) {
  BrokerService out;
  out.object = &service;
  out.set = &set;
  out.type = type_of(service);
  out.selects = Selects::kNothing;
  out.ordinal = ordinal;
  out.role = is_headless(service) ? ServiceRole::kHeadless
             : ordinal            ? ServiceRole::kPerBroker
                                  : ServiceRole::kBootstrap;
  out.evidence = "selects no pod of " + describe(*set.object) + ": no pod of it has the label " + missing;
  return out;
}

// A Service that means a set (its pod, its governing Service, its name) and selects none of its pods.
std::optional<BrokerService> misses(const Object& service, const SelectorPairs& selector, const WorkloadIndex& index,
                                    bool looks_like_kafka) {
  for (const auto& [key, value] : selector) {
    const auto one = ordinal_label(key, value);
    if (!one || one->set.empty()) continue;
    for (const BrokerSet* set : index.sets_named(service, one->set)) {
      for (const auto& pair : selector) {
        if (pair.first != key && !index.has_label(*set, pair)) {
          return nothing(service, *set, one->ordinal, pair_text(pair));
        }
      }
    }
  }
  if (only_foreign_ports(service)) return std::nullopt;
  for (const BrokerSet* set : index.sets_governed_by(service)) {
    for (const auto& pair : selector) {
      if (!index.has_label(*set, pair)) return nothing(service, *set, std::nullopt, pair_text(pair));
    }
  }
  if (!looks_like_kafka) return std::nullopt;
  for (const BrokerSet* set : index.sets_named(service, service.name)) {
    for (const auto& pair : selector) {
      if (!index.has_label(*set, pair)) return nothing(service, *set, std::nullopt, pair_text(pair));
    }
  }
  return std::nullopt;
}

struct Recognised {
  BrokerService service;
  bool several_sets = false;
};

std::optional<Recognised> recognise(const Object& service, const WorkloadIndex& index, const Policy& policy) {
  if (type_of(service) == "ExternalName") return std::nullopt;
  const SelectorPairs selector = selector_pairs(service);
  if (selector.empty()) return std::nullopt;
  if (const auto match = index.find(service, selector)) {
    if (match->workload->set) {
      // Metrics of the broker pods inside the cluster: no way to Kafka.
      const bool aside = type_of(service) == "ClusterIP" && only_foreign_ports(service) &&
                         match->workload->set->object->spec()["serviceName"].str() != service.name;
      if (aside) return std::nullopt;
      return Recognised{known(service, *match), match->more_sets > 0};
    }
    // The workload is Kafka's by its own evidence: of a way in from outside no more is asked.
    if (unknown_workload(*match->workload->object).empty()) return std::nullopt;
    const auto evidence = judge_alone(service, selector, policy);
    const bool outside = type_of(service) == "LoadBalancer" || type_of(service) == "NodePort";
    if (!evidence && (!outside || only_foreign_ports(service))) return std::nullopt;
    BrokerService out = alone(service, selector, "", evidence ? evidence->trust : BrokerService::Trust::kWeak);
    out.evidence = (evidence ? evidence->text + "; it" : std::string("it")) + " selects " +
                   describe(*match->workload->object) + ", whose listeners are not read";
    return Recognised{std::move(out)};
  }
  const auto evidence = judge_alone(service, selector, policy);
  if (auto out = misses(service, selector, index, evidence.has_value())) return Recognised{std::move(*out)};
  if (!evidence) return std::nullopt;
  return Recognised{alone(service, selector, evidence->text, evidence->trust)};
}

// In front of a set of one broker an external Service leads to exactly that broker,
// whatever its selector; unless another one is there for that.
void settle_single_brokers(std::vector<Recognised>& services) {
  std::unordered_map<const BrokerSet*, bool> has_own;
  for (const auto& [service, several] : services) {
    if (service.external() && service.role == ServiceRole::kPerBroker) has_own[service.set] = true;
  }
  for (auto& [service, several] : services) {
    if (!service.set || service.set->replicas != 1 || !service.set->replicas_unknown.empty()) continue;
    if (!service.external() || service.role != ServiceRole::kBootstrap || service.selects != Selects::kAllBrokers) {
      continue;
    }
    if (several || has_own.contains(service.set)) continue;
    service.role = ServiceRole::kPerBroker;
    service.ordinal = service.set->first_ordinal;
    service.evidence += ", which has one broker only";
  }
}

}  // namespace

std::vector<BrokerService> find_broker_services(const Bundle& bundle, const std::vector<BrokerSet>& sets,
                                                const Policy& policy) {
  const auto is_service = [](const Object& object) { return object.kind == "Service" && object.group().empty(); };
  if (std::none_of(bundle.objects.begin(), bundle.objects.end(), is_service)) return {};
  const WorkloadIndex index(bundle, sets);
  std::vector<Recognised> found;
  for (const Object& object : bundle.objects) {
    if (!is_service(object)) continue;
    if (auto service = recognise(object, index, policy)) found.push_back(std::move(*service));
  }
  settle_single_brokers(found);
  std::vector<BrokerService> services;
  services.reserve(found.size());
  for (Recognised& recognised : found) services.push_back(std::move(recognised.service));
  return services;
}

}  // namespace brokergate
