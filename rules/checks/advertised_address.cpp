#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "rules/address_kind.h"
#include "rules/env_faults.h"
#include "rules/facts.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

// What people write to be replaced later.
bool placeholder(std::string_view host) {
  std::string lower(host);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::replace(lower.begin(), lower.end(), '_', '-');
  if (has_any(lower, {"external-ip", "your-", "change-me", "changeme", "replace", "<", "{{"})) return true;
  const size_t percent = lower.find('%');
  return percent != std::string::npos && lower.find('%', percent + 1) != std::string::npos &&
         lower.find(':') == std::string::npos;
}

// What nothing expands. In an environment value env-order says why.
bool unexpanded(const SetFacts& facts, const OneBroker& broker) {
  if (!has_any(broker.external->host, {"${", "$("})) return false;
  const Property* property = broker.property("advertised.listeners");
  const std::vector<EnvFault> told = env_faults(*facts.set);
  return std::none_of(told.begin(), told.end(),
                      [&](const EnvFault& fault) { return property && fault.at == property->source.node; });
}

// A port where the host belongs: EXTERNAL://32505:32505.
bool only_digits(std::string_view host) {
  return !host.empty() && host.find_first_not_of("0123456789") == std::string_view::npos;
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
  if (is_any(host)) return {"an address that Kafka refuses at start", {}};
  if (host == "<podIP>") return {"the pod's IP, which is not routed outside and changes with the pod", {}};
  if (host == "<hostIP>" || host == "<nodeName>") {
    if (by_node_port(facts) || has_host_ports(*facts.set)) return {};
    if (facts.services.empty())
      return {"the node's address", "its Services are not in sight; with NodePort it would be right"};
    return {"the node's address, where no NodePort Service listens", {}};
  }
  if (host.empty()) return {"no host, which becomes the pod's in-cluster name", {}};
  if (is_in_cluster(host, *facts.set, broker.ordinal)) return {"a name that resolves in the cluster only", {}};
  if (within_domain(host, "cluster.local") || host.ends_with(".<clusterDomain>"))
    return {"a name of the cluster's own domain, which nothing outside resolves", {}};
  if (only_digits(host)) return {"a number and no host", {}};
  if (host.find("<?") != std::string::npos || host.find("<pod") != std::string::npos) return {};
  if (placeholder(host) || unexpanded(facts, broker)) return {"a placeholder", {}};
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
  const std::string rest = also_text(first->ordinal, std::move(others));
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
     .docs = "https://kafka.apache.org/41/configuration/broker-configs/#brokerconfigs_advertised.listeners",
     .example = "env:\n- name: KAFKA_ADVERTISED_LISTENERS\n  value: PLAINTEXT://$(POD_NAME).kafka-headless:9092,"
                "EXTERNAL://localhost:9094   # the client's own machine\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks
