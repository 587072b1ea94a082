#include <algorithm>
#include <optional>
#include <unordered_map>

#include "cli/output/inspect.h"
#include "rules/load_balancer.h"

namespace brokergate::cli {
namespace {

constexpr int64_t kMostBrokers = 1000;

using Problems = std::unordered_map<const Object*, std::vector<const Finding*>>;

void add_once(std::vector<std::string_view>& ids, std::string_view id) {
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

Problems problems_of(const Verdict& verdict) {
  Problems out;
  for (const Finding& finding : verdict.findings) {
    if (!finding.suppressed && finding.severity > Severity::kInfo) out[finding.object].push_back(&finding);
  }
  return out;
}

// Rules with findings at the object; with `ordinal` only those that concern this broker.
std::vector<std::string_view> at(const Problems& problems, const Object* object, std::optional<int64_t> ordinal = {}) {
  std::vector<std::string_view> ids;
  const auto found = problems.find(object);
  if (found == problems.end()) return ids;
  for (const Finding* finding : found->second) {
    const auto& which = finding->ordinals;
    if (ordinal && !which.empty() && std::find(which.begin(), which.end(), *ordinal) == which.end()) continue;
    add_once(ids, finding->rule);
  }
  return ids;
}

std::string exposure_of(const BrokerService& service, const Policy& policy) {
  if (service.role == ServiceRole::kHeadless) return "headless";
  if (service.type != "LoadBalancer") return service.type;
  switch (scheme_of(*service.object, provider_of(policy, *service.object)).kind) {
    case Scheme::Kind::kInternal:
      return "internal LoadBalancer";
    case Scheme::Kind::kExternal:
      return "external LoadBalancer";
    case Scheme::Kind::kForeign:
      break;
  }
  return "LoadBalancer of class " + std::string((*service.object).spec()["loadBalancerClass"].scalar());
}

std::string address_of(const BrokerService& service) {
  const Value spec = service.object->spec();
  std::string out;
  const auto add = [&](std::string_view address) {
    if (address.empty()) return;
    if (!out.empty()) out += ", ";
    out += address;
  };
  for (const Node& ingress : (*service.object)["status"]["loadBalancer"]["ingress"].children()) {
    const Value entry(&ingress);
    add(entry["ip"].str().empty() ? entry["hostname"].str() : entry["ip"].str());
  }
  for (const Node& address : spec["externalIPs"].children()) add(Value(&address).str());
  if (!out.empty()) return out;
  if (service.type == "NodePort") return "any node of the cluster";
  if (service.type != "LoadBalancer") return "inside the cluster only";
  add(spec["loadBalancerIP"].str());
  return out.empty() ? "an address the provider gives" : out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Names external-dns is asked for: <prefix>hostname and <prefix>internal-hostname.
// Without a prefix in the policy, every annotation of that family counts.
std::vector<std::string> dns_names_of(const BrokerService& service, const Policy& policy) {
  std::vector<std::string> out;
  for (const Node& entry : annotations_of(*service.object).children()) {
    const std::string_view key = entry.key;
    const size_t slash = key.find('/');
    if (slash == std::string_view::npos) continue;
    const std::string_view prefix = key.substr(0, slash + 1), name = key.substr(slash + 1);
    const bool ours =
        policy.external_dns_prefix.empty() ? prefix.starts_with("external-dns.") : prefix == policy.external_dns_prefix;
    if (!ours || (name != "hostname" && name != "internal-hostname")) continue;
    std::string_view list = Value(&entry).str();
    while (!list.empty()) {
      const size_t comma = std::min(list.find(','), list.size());
      const std::string_view one = trimmed(list.substr(0, comma));
      // Both prefixes of external-dns ask for the same name.
      if (!one.empty() && std::find(out.begin(), out.end(), one) == out.end()) out.emplace_back(one);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return out;
}

// The Service a client outside uses for this broker: its own, else one in front of all.
const BrokerService* service_for(const Model& model, const BrokerSet& set, int64_t ordinal) {
  const BrokerService* shared = nullptr;
  const BrokerService* own_inside = nullptr;
  for (const BrokerService& service : model.services) {
    if (service.set != &set) continue;
    const bool own = service.role == ServiceRole::kPerBroker && service.ordinal == ordinal;
    if (own && service.external()) return &service;
    if (own && !own_inside) own_inside = &service;
    if (!shared && service.role == ServiceRole::kBootstrap && service.external()) shared = &service;
  }
  return shared ? shared : own_inside;
}

ExternalView external_of(const Model& model, const BrokerSet& set, const BrokerView& broker, const std::string& name) {
  ExternalView out;
  out.listener = name;
  out.service = service_for(model, set, broker.ordinal);
  const auto found = broker.properties.find("advertised.listeners");
  if (found == broker.properties.end()) return out;
  out.unknown = found->second.unknown;
  if (!found->second.value || name.empty()) return out;
  const auto listeners = parse_listeners(*found->second.value);
  if (!listeners) {
    out.unknown = listeners.error();
  } else if (const Listener* listener = find_listener(*listeners, name)) {
    out.advertised = *listener;
    out.unknown.clear();
  }
  return out;
}

}  // namespace

InspectView inspect_view(const Evaluation& evaluation, const Policy& policy, const NodeIndex* nodes) {
  const Model& model = *evaluation.model;
  const Problems problems = problems_of(evaluation.verdict);
  InspectView out;
  out.unknown = &model.unknown;
  for (const BrokerSet& set : model.sets) {
    SetView view;
    view.set = &set;
    if (nodes) view.placement = placement_of(set.pod_spec, policy, nodes);
    const int64_t shown = std::clamp<int64_t>(set.replicas, 0, kMostBrokers);
    view.omitted = set.replicas > shown ? static_cast<uint64_t>(set.replicas - shown) : 0;
    const std::string name = external_listener_name(model, set, policy);
    for (int64_t i = 0; i < shown; ++i) {
      BrokerView broker;
      broker.ordinal = set.first_ordinal + i;
      broker.pod = set.pod_name(broker.ordinal);
      broker.properties = set.properties(broker.ordinal);
      broker.external = external_of(model, set, broker, name);
      broker.problems = at(problems, set.object, broker.ordinal);
      if (broker.external.service) {
        for (const std::string_view id : at(problems, broker.external.service->object)) add_once(broker.problems, id);
      }
      view.brokers.push_back(std::move(broker));
    }
    out.sets.push_back(std::move(view));
  }
  for (const BrokerService& service : model.services) {
    ServiceView view;
    view.service = &service;
    view.exposure = exposure_of(service, policy);
    view.address = address_of(service);
    view.dns_names = dns_names_of(service, policy);
    view.ports = ports_of(service);
    view.problems = at(problems, service.object);
    out.services.push_back(std::move(view));
  }
  return out;
}

std::string_view role_name(ServiceRole role) {
  switch (role) {
    case ServiceRole::kHeadless:
      return "headless";
    case ServiceRole::kBootstrap:
      return "bootstrap";
    case ServiceRole::kPerBroker:
      break;
  }
  return "per-broker";
}

std::string_view selects_name(Selects selects) {
  switch (selects) {
    case Selects::kPodName:
      return "pod-name";
    case Selects::kPodLabel:
      return "pod-label";
    case Selects::kBrokerIdLabel:
      return "broker-id-label";
    case Selects::kPodIndex:
      return "pod-index";
    case Selects::kNameOnly:
      return "name-only";
    case Selects::kAllBrokers:
      return "all-brokers";
    case Selects::kNothing:
      break;
  }
  return "nothing";
}

std::string_view placement_name(const Placement& placement) {
  switch (placement.kind) {
    case Placement::Kind::kStable:
      return "stable";
    case Placement::Kind::kPreemptible:
      return "preemptible";
    case Placement::Kind::kUndecided:
      break;
  }
  return placement.known ? "mayBePreemptible" : "unknown";
}

const ServiceView* find_service(const InspectView& view, const BrokerService* service) {
  for (const ServiceView& candidate : view.services) {
    if (service && candidate.service == service) return &candidate;
  }
  return nullptr;
}

}  // namespace brokergate::cli
