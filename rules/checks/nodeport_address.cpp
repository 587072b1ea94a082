#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// Services on the internet that answer with the address a request came from.
constexpr std::array<std::string_view, 8> kWhoAmI = {"ipinfo.io",     "ifconfig.me",   "ifconfig.co",
                                                     "icanhazip.com", "api.ipify.org", "checkip.amazonaws.com",
                                                     "ident.me",      "ipecho.net"};

std::string_view asked_site(std::string_view text) {
  if (text.find("curl") == text.npos && text.find("wget") == text.npos) return {};
  const auto found =
      std::find_if(kWhoAmI.begin(), kWhoAmI.end(), [&](std::string_view site) { return text.find(site) != text.npos; });
  return found == kWhoAmI.end() ? std::string_view() : *found;
}

// The line of a longer text on which `part` stands.
std::string_view whole_line(std::string_view text, std::string_view part) {
  const size_t at = text.find(part);
  const size_t begin = text.rfind('\n', at) + 1;  // npos + 1 == 0
  return text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
}

// Something decides whether the line is run: it stands in an if or a function, or behind a test.
bool conditional(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t') || line.starts_with("if ") || line.find("||") != line.npos ||
         line.find("then") != line.npos || line.find(":-") != line.npos;
}

bool switched_on(Value container, std::string_view name) {
  const Value env = container["env"];
  return std::any_of(env.children().begin(), env.children().end(), [&](const Node& entry) {
    const std::string_view value = Value(&entry)["value"].scalar();
    return Value(&entry)["name"].str() == name && (value == "yes" || value == "true" || value == "1");
  });
}

// The site that the script asks on its way, not only when something unknown is so. Bitnami's
// chart has the question in every script, and a variable that says whether it is asked.
std::string_view asks_outside(std::string_view text, Value container) {
  const std::string_view site = asked_site(text);
  if (site.empty() || !conditional(whole_line(text, site))) return site;
  constexpr std::string_view kSwitch = "EXTERNAL_ACCESS_HOST_USE_PUBLIC_IP";
  return text.find(kSwitch) != text.npos && switched_on(container, kSwitch) ? site : std::string_view();
}

// The texts in ConfigMaps of the bundle that ask outside, by namespace and name of the map;
// made for the first set that mounts one.
class Scripts {
 public:
  explicit Scripts(const Bundle& bundle) : bundle_(bundle) {}
  const std::vector<const Node*>* asking(std::string_view ns, std::string_view name) {
    if (!index_) make();
    const auto found = index_->find(key(ns, name));
    return found == index_->end() ? nullptr : &found->second;
  }

 private:
  static std::string key(std::string_view ns, std::string_view name) { return cat(ns, "\n", name); }
  void make() {
    index_.emplace();
    for (const Object& object : bundle_.objects) {
      const Value data = object.kind == "ConfigMap" ? object["data"] : Value();
      if (!data.is_map()) continue;
      for (const Node& text : data.children())
        if (!asked_site(Value(&text).str()).empty()) (*index_)[key(object.ns, object.name)].push_back(&text);
    }
  }

  const Bundle& bundle_;
  std::optional<std::unordered_map<std::string, std::vector<const Node*>>> index_;
};

// Calls `see(text, where)` with what the pod's containers run, until it says true.
template <typename See>
bool each_command(const SetFacts& facts, const See& see) {
  for (const char* list : {"initContainers", "containers"}) {
    const Value containers = facts.set->pod_spec[list];
    for (const Node& node : containers.children()) {
      for (const char* part : {"command", "args"}) {
        const Value words = Value(&node)[part];
        for (const Node& word : words.children())
          if (Value(&word).is_string() && see(Value(&word), Value(&node))) return true;
      }
    }
  }
  return false;
}

void tell_egress(const SetFacts& facts, Value at, std::string_view text, std::string_view place, Report& report) {
  const std::string_view site = asked_site(text);
  std::string_view line = whole_line(text, site);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  Finding& finding =
      report.add(*facts.set->object, at,
                 cat(place, " asks ", site, " for the brokers' address (", shown(line, 80),
                     "): that is where the node's traffic leaves, want an address that leads to the broker"));
  finding.remediation =
      "Advertise the node's own address (a variable with fieldRef status.hostIP) with NodePort, or "
      "a name for each broker with load balancers.";
  Report::weaken(finding, "whether the answer is advertised is not followed here");
}

void judge_egress(const SetFacts& facts, Scripts& scripts, Report& report) {
  const bool told = each_command(facts, [&](Value word, Value container) {
    if (asks_outside(word.str(), container).empty()) return false;
    tell_egress(facts, word, word.str(), cat("container ", shown(container["name"].str())), report);
    return true;
  });
  if (told) return;
  const Value volumes = facts.set->pod_spec["volumes"];
  for (const Node& node : volumes.children()) {
    const Value name = Value(&node)["configMap"]["name"];
    const auto* texts = name.str().empty() ? nullptr : scripts.asking(facts.set->object->ns, name.str());
    for (const Node* text : texts ? *texts : std::vector<const Node*>()) {
      if (asks_outside(text->text, facts.set->container).empty()) continue;
      tell_egress(facts, name, text->text, cat("ConfigMap ", shown(name.str()), ", ", shown(text->key)), report);
      return;
    }
  }
}

// kubectl in an init container finds the address out; without a token it cannot ask.
void judge_discovery(const SetFacts& facts, Report& report) {
  const Value pod = facts.set->pod_spec, token = pod["automountServiceAccountToken"];
  if (token.as_bool().value_or(true)) return;
  const Value volumes = pod["volumes"];
  const bool projected = std::any_of(volumes.children().begin(), volumes.children().end(), [](const Node& node) {
    const Value sources = Value(&node)["projected"]["sources"];
    return std::any_of(sources.children().begin(), sources.children().end(),
                       [](const Node& source) { return !Value(&source)["serviceAccountToken"].is_null(); });
  });
  if (projected) return;
  each_command(facts, [&](Value word, Value container) {
    if (word.str().find("kubectl") == std::string_view::npos) return false;
    Finding& finding = report.add(*facts.set->object, token,
                                  cat("container ", shown(container["name"].str()),
                                      " asks the API server by kubectl and the pod has no token, "
                                      "want automountServiceAccountToken: true"));
    finding.remediation =
        "Set automountServiceAccountToken: true and bind the service account to a Role that may do "
        "what the command does, or set the addresses without kubectl.";
    return true;
  });
}

bool local(const BrokerService& service) { return service.object->spec()["externalTrafficPolicy"].str() == "Local"; }

bool is_ip(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// A name that somebody makes lead to nodes; advertised-address judges everything else.
bool is_name(const OneBroker& broker, const BrokerSet& set) {
  const std::string& host = broker.external->host;
  return host.find('.') != std::string::npos && host.find_first_of("<$%{") == std::string::npos && !is_ip(host) &&
         !is_loopback(host) && !is_in_cluster(host, set, broker.ordinal) && !within_domain(host, "cluster.local");
}

// Behind node ports: the name has to lead to the broker's node, or at least to nodes that stay.
void judge_names(const Context& context, const SetFacts& facts, Report& report) {
  const BrokerService *strict = nullptr, *any = nullptr;
  std::vector<int64_t> strict_brokers, brokers;
  for (const BrokerService* service : facts.services) {
    if (service->type != "NodePort" || service->role != ServiceRole::kPerBroker || !service->ordinal) continue;
    const OneBroker* broker = facts.broker(*service->ordinal);
    if (!broker || !broker->external || !is_name(*broker, *facts.set)) continue;
    if (local(*service)) {
      if (!strict) strict = service;
      strict_brokers.push_back(*service->ordinal);
    } else {
      if (!any) any = service;
      brokers.push_back(*service->ordinal);
    }
  }
  brokers = in_order(std::move(brokers));
  const auto host = [&](const BrokerService& service) { return shown(facts.broker(*service.ordinal)->external->host); };
  if (strict) {
    Finding& finding = report.add(
        *strict->object, strict->object->spec()["externalTrafficPolicy"],
        cat("with externalTrafficPolicy Local only the node that runs the broker answers, and ", host(*strict),
            " leads wherever its DNS record says, want Cluster or the node's address (status.hostIP) advertised"));
    finding.ordinals = in_order(std::move(strict_brokers));
    Report::weaken(finding, "the record may follow the broker");
  }
  if (!any || context.policy.exposure != Exposure::kLoadBalancer) return;
  // Of preemptible nodes nodeport-preemptible tells; on those that stay names are as good as addresses.
  const Placement placement = placement_of(facts.set->pod_spec, context.policy, context.nodes);
  if (placement.known || placement.kind != Placement::Kind::kUndecided) return;
  Finding& finding = report.add(
      *any->object, any->object->spec()["type"],
      cat(brokers_text(brokers), brokers.size() == 1 ? " advertises " : " advertise names such as ", host(*any),
          " behind node ports: the record has to name nodes, whose addresses change when a node "
          "is replaced, want type LoadBalancer, or exposure: NodePort in the policy"));
  finding.ordinals = std::move(brokers);
  finding.remediation =
      "Use internal load balancers, whose addresses stay. Where nodes keep their addresses say so: "
      "exposure: NodePort (or either) in the policy.";
  Report::to_info(finding, "whether the nodes keep their addresses is not written here");
}

// The node's name is known to the cluster; whether clients resolve it, nobody here knows.
void judge_node_names(const SetFacts& facts, Report& report) {
  if (facts.brokers.empty() || !facts.brokers[0].external || facts.brokers[0].external->host != "<nodeName>") return;
  const Property* property = facts.brokers[0].property("advertised.listeners");
  const bool own = property && property->source.node && property->source.object == facts.set->object;
  Finding& finding = report.add(*facts.set->object, own ? property->source.node : facts.set->container,
                                "the brokers advertise their node's name, want its address (status.hostIP)");
  Report::to_info(finding, "clients outside may resolve the names of nodes");
}

void check(const Context& context, Report& report) {
  Scripts scripts(context.bundle);
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator || facts.set->form_id == "operator-owned") continue;
    judge_egress(facts, scripts, report);
    judge_discovery(facts, report);
    judge_names(context, facts, report);
    judge_node_names(facts, report);
  }
}

}  // namespace

constinit const Rule nodeport_address = {
    {.id = "nodeport-address",
     .severity = Severity::kDeny,
     .title = "Brokers behind node ports advertise an address that leads to them",
     .why =
         "With NodePort a client connects to a node. The address from which the cluster reaches the internet "
         "(curl ipinfo.io) is a gateway's and leads back to no broker (bitnami/charts #3962); a DNS name leads to "
         "the nodes it was made for, and with externalTrafficPolicy Local all but one of them refuse (external-dns "
         "#1210, strimzi #6479); discovery by kubectl without a token ends in an empty host (bitnami/charts #20654).",
     .remediation = "Advertise status.hostIP and the Service's nodePort on nodes that stay, or use load balancers.",
     .docs = "https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport",
     .example = "env:\n- name: HOST_IP\n  valueFrom: {fieldRef: {fieldPath: status.hostIP}}\n"
                "- name: KAFKA_ADVERTISED_LISTENERS\n  value: EXTERNAL://$(HOST_IP):31090\n"},
    check};

}  // namespace brokergate::checks
