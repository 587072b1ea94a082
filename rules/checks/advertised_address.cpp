#include <algorithm>
#include <array>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

bool wildcard(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

// What people write to be replaced later, and what nothing expands.
bool placeholder(std::string_view host) {
  for (const std::string_view part :
       {"EXTERNAL_IP", "YOUR_", "YOUR-", "CHANGE_ME", "CHANGEME", "REPLACE", "${", "$(", "{{"}) {
    if (host.find(part) != std::string_view::npos) return true;
  }
  if (host.find('<') != std::string_view::npos) return true;
  const size_t percent = host.find('%');
  return percent != std::string_view::npos && host.find('%', percent + 1) != std::string_view::npos &&
         host.find(':') == std::string_view::npos;
}

// RFC 2606 and RFC 6761: names that will never resolve.
bool reserved(std::string_view host, const Policy& policy) {
  constexpr std::array<std::string_view, 6> kReserved = {"example.com", "example.org", "example.net",
                                                         "example",     "invalid",     "test"};
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view name) {
    return within_domain(host, name) && (policy.domain.empty() || !within_domain(policy.domain, name));
  });
}

bool by_node_port(const SetFacts& facts) {
  return std::any_of(facts.services.begin(), facts.services.end(),
                     [](const BrokerService* service) { return service->type == "NodePort"; });
}

struct Fault {
  std::string what;  // empty: none
  std::string weakened;
};

Fault fault_of(const Context& context, const SetFacts& facts, const OneBroker& broker) {
  const std::string& host = broker.external->host;
  if (!context.policy.domain.empty() && host == facts.wanted_host(broker.ordinal, context.policy)) return {};
  if (is_loopback(host)) return {"the client's own machine", {}};
  if (wildcard(host)) return {"an address that Kafka refuses at start", {}};
  if (host == "<podIP>") return {"the pod's IP, which is not routed outside and changes with the pod", {}};
  if (host == "<hostIP>" || host == "<nodeName>") {
    if (by_node_port(facts) || has_host_ports(*facts.set)) return {};
    if (facts.services.empty())
      return {"the node's address", "its Services are not in sight; with NodePort it would be right"};
    return {"the node's address, where no NodePort Service listens", {}};
  }
  if (host.empty()) return {"no host, which becomes the pod's in-cluster name", {}};
  if (is_in_cluster(host, *facts.set, broker.ordinal)) return {"a name that resolves in the cluster only", {}};
  if (host.find("<?") != std::string::npos || host.find("<pod") != std::string::npos) return {};
  if (placeholder(host)) return {"a placeholder", {}};
  if (reserved(host, context.policy))
    return {"a name reserved for documentation (RFC 2606)", "the rest of the manifest may be an example too"};
  return {};
}

void judge(const Context& context, const SetFacts& facts, Report& report) {
  const OneBroker* first = nullptr;
  Fault fault;
  std::vector<int64_t> others;
  for (const OneBroker& broker : facts.brokers) {
    if (!broker.external) continue;
    Fault found = fault_of(context, facts, broker);
    if (found.what.empty()) continue;
    if (!first) {
      first = &broker;
      fault = std::move(found);
    } else {
      others.push_back(broker.ordinal);
    }
  }
  if (!first) return;
  const Property* property = first->property("advertised.listeners");
  const bool own = property && property->source.object == facts.set->object;
  const std::string rest = others.empty() ? "" : cat(" (also ", brokers_text(others), ")");
  const std::string wanted =
      facts.wanted ? facts.wanted_host(first->ordinal, context.policy) : "an address that clients outside can reach";
  Finding& finding = report.add(*facts.set->object, own ? property->source.node : facts.set->container,
                                cat("broker ", first->ordinal, rest, " advertises ", shown(first->external->text()),
                                    " to clients outside, ", fault.what, ", want ", wanted));
  finding.fixes = facts.fixes;
  if (!fault.weakened.empty()) Report::weaken(finding, fault.weakened);
  const bool external =
      std::any_of(facts.services.begin(), facts.services.end(), [](const BrokerService* s) { return s->external(); });
  if (!external && fault.weakened.empty()) Report::weaken(finding, "no external Service of the set is in sight");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.readable && !facts.external.empty()) judge(context, facts, report);
  }
}

}  // namespace

constinit const Rule advertised_address = {
    {.id = "advertised-address",
     .severity = Severity::kDeny,
     .title = "The external listener advertises an address that can be reached from outside",
     .why =
         "The bootstrap connection works with any address; the next one goes to what the broker advertises. "
         "localhost, a pod IP, a name that ends in .svc or a placeholder left in the manifest cannot be reached from "
         "outside, and 0.0.0.0 is refused at start (\"advertised.listeners cannot use the nonroutable meta-address "
         "0.0.0.0\", KafkaConfig).",
     .remediation = "Advertise the DNS name of the broker's own load balancer in the external listener. With a domain "
                    "in the policy `brokergate mutate` writes it.",
     .docs = "https://kafka.apache.org/documentation/#brokerconfigs_advertised.listeners",
     .example = "env:\n- name: KAFKA_ADVERTISED_LISTENERS\n  value: PLAINTEXT://$(POD_NAME).kafka-headless:9092,"
                "EXTERNAL://localhost:9094   # the client's own machine\n"},
    check};

}  // namespace brokergate::checks
