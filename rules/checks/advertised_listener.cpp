#include <algorithm>
#include <map>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

constexpr std::string_view kAdvertised = "advertised.listeners";

// Where a person has to look: the deciding place when it is in the set itself.
Value place(const SetFacts& facts) {
  if (facts.plan.at && *facts.plan.at) return *facts.plan.at;
  if (!facts.brokers.empty()) {
    const Property* property = facts.brokers[0].property(kAdvertised);
    if (property && property->source.node && property->source.object == facts.set->object) return property->source.node;
  }
  return facts.set->container;
}

// The first broker that is not as it shall be; the first one where all are.
const OneBroker& told(const SetFacts& facts, const Policy& policy) {
  for (const OneBroker& broker : facts.brokers) {
    if (!facts.wanted || !broker.external || facts.external != facts.wanted->name) break;
    if (broker.external->host != facts.wanted_host(broker.ordinal, policy) ||
        broker.external->port != facts.wanted_port(broker.ordinal))
      return broker;
  }
  return facts.brokers[0];
}

std::string found(const OneBroker& first) {
  if (first.external) return cat("broker ", first.ordinal, " advertises ", shown(first.external->text()));
  const Property* property = first.property(kAdvertised);
  if (property && property->value)
    return cat("broker ", first.ordinal, " advertises ", shown(*property->value), " and nothing for clients outside");
  if (property && !property->unknown.empty())
    return cat("what broker ", first.ordinal, " advertises cannot be known (", shown(property->unknown), ")");
  return cat("broker ", first.ordinal, " has no advertised.listeners");
}

std::string not_made(std::string_view why) {
  constexpr std::string_view kPrefix = "not changed: ";
  if (why.starts_with(kPrefix)) why.remove_prefix(kPrefix.size());
  return cat("No change was made: ", why, why.ends_with('.') ? "" : ".");
}

std::string wanted(const SetFacts& facts, const Policy& policy) {
  const int64_t ordinal = told(facts, policy).ordinal;
  return Address{facts.wanted->name, facts.wanted_host(ordinal, policy), facts.wanted_port(ordinal)}.text();
}

bool advertises_wanted(const SetFacts& facts, const OneBroker& broker, const Policy& policy) {
  return broker.external && broker.external->text() == wanted(facts, policy);
}

// The address is right, and what comes in at it leads nowhere: a Service's targetPort decides what is to be bound.
std::string unbound(const SetFacts& facts, const OneBroker& broker) {
  const int64_t port = facts.wanted_bind(broker.ordinal);
  return cat("broker ", broker.ordinal, " advertises ", shown(broker.external->text()), " and does not bind or map ",
             facts.wanted->name, " as that needs, want it bound",
             broker.bind && broker.bind != port ? cat(" to ", port, ", where its Service leads,") : std::string(),
             " and in listener.security.protocol.map");
}

// The policy names a domain: every broker shall advertise its own name in it.
void check_wanted(const Context& context, const SetFacts& facts, Report& report) {
  const Object& object = *facts.set->object;
  if (!facts.plan.refusal.empty()) {
    const OneBroker& broker = told(facts, context.policy);
    Finding& finding = report.add(object, place(facts),
                                  advertises_wanted(facts, broker, context.policy)
                                      ? unbound(facts, broker)
                                      : cat(found(broker), ", want ", wanted(facts, context.policy)));
    finding.remediation = not_made(facts.plan.refusal);
    const Property* property = facts.brokers[0].property(kAdvertised);
    if (property && !property->value && !property->unknown.empty())
      Report::weaken(finding, "what is not known may be right");
    return;
  }
  // A script that all pods run is changed where it stands, whoever asks for it.
  if (facts.planned() && context.policy.inject == Policy::Inject::kPod && !facts.set->is_pod &&
      facts.plan.config_map_edits.empty()) {
    Finding& finding = report.add(object, place(facts),
                                  cat(found(told(facts, context.policy)), ", and every pod gets ",
                                      wanted(facts, context.policy), " of its own when the webhook sees it created"));
    Report::to_info(finding, "spec.inject of the policy is pod");
    finding.remediation = "Nothing to change here. The webhook has to see pods: its rules need CREATE of pods.";
    for (const Finding::Fix& fix : facts.fixes)
      if (fix.object != &object) finding.fixes.push_back(fix);
    return;
  }
  if (facts.planned()) {
    const std::string rest = facts.set->replicas > 1 ? " and so for every broker" : "";
    const OneBroker& broker = told(facts, context.policy);
    if (advertises_wanted(facts, broker, context.policy)) {
      report.add(object, place(facts), unbound(facts, broker)).fixes = facts.fixes;
      return;
    }
    Finding& finding = report.add(
        object, place(facts), cat(found(told(facts, context.policy)), ", want ", wanted(facts, context.policy), rest));
    finding.fixes = facts.fixes;
    if (facts.plan.edits.empty())
      finding.remediation += cat(" Pods run the script of ", describe(*facts.plan.config_map),
                                 " when they start: restart them after the change.");
    return;
  }
  // The set is right; a Service may still ask for another DNS name.
  for (const BrokerService* service : facts.services) {
    auto wish = wish_for(facts, *service, context.policy);
    if (!wish) continue;
    wish->port = wish->target = std::nullopt;
    ServiceChange change = plan_service(*service, {}, nullptr, *wish);
    if (change.edits.empty()) continue;
    const Value at = Value(change.edits[0].target)[change.edits[0].keys[0]];
    Finding& finding = report.add(*service->object, at,
                                  cat("the Service of broker ", *service->ordinal, " asks for the name ",
                                      shown(at.scalar()), ", want ", wish->host, " as it is advertised"));
    finding.fixes.push_back({service->object, std::move(change.edits)});
  }
}

bool exposed(const SetFacts& facts) {
  return std::any_of(facts.services.begin(), facts.services.end(),
                     [](const BrokerService* service) { return service->external(); });
}

// Clients of TLS compare the name they connect to with the certificate's, which no manifest shows.
void check_certificate(const Context& context, const SetFacts& facts, Report& report) {
  if (!facts.planned() || !facts.wanted->protocol.ends_with("SSL")) return;
  const int64_t ordinal = facts.set->first_ordinal;
  const std::string host = facts.wanted_host(ordinal, context.policy);
  const bool there = !facts.brokers.empty() && facts.brokers[0].external;
  if (there && facts.brokers[0].external->host == host) return;
  Finding& finding = report.add(
      *facts.set->object, place(facts),
      cat(facts.wanted->name, " speaks ", facts.wanted->protocol, " and is to advertise ", host,
          facts.set->replicas > 1 ? " and its like" : "", ", want these names in the brokers' certificates"));
  finding.remediation =
      cat("Issue certificates with the new names (for example *.", context.policy.domain,
          ") as subject alternative names before the change; clients refuse others (\"No subject alternative DNS name "
          "matching ",
          host, " found\").");
  finding.beside_change = true;
  Report::weaken(finding, "the certificates are not in sight");
}

// Clients reach one of the two sets by the name of both.
void check_collision(const SetFacts& facts, Report& report) {
  if (facts.collision.empty()) return;
  Finding& finding = report.add(*facts.set->object, place(facts),
                                cat("clients outside get ", facts.collision, ", want an address of its own"));
  finding.remediation =
      "Give each set names of its own: {statefulset} and {namespace} in the policy's hostname, or another port.";
}

// No domain: what is advertised must exist and differ between brokers.
void check_present(const Context& context, const SetFacts& facts, Report& report) {
  const Object& object = *facts.set->object;
  const bool seen = exposed(facts);
  if (facts.external.empty() && !seen) return;
  const Property* property = facts.brokers[0].property(kAdvertised);
  if (property && !property->value && !property->unknown.empty()) {
    Finding& finding =
        report.add(object, place(facts), "what the brokers advertise to clients outside cannot be known");
    Report::weaken(finding, property->unknown);
    return;
  }
  std::map<std::string, std::vector<int64_t>> by_address;
  std::vector<int64_t> without;
  for (const OneBroker& broker : facts.brokers) {
    if (broker.external && !broker.external->host.empty())
      by_address[broker.external->text()].push_back(broker.ordinal);
    if (!broker.external) without.push_back(broker.ordinal);
  }
  // With a domain the finding that says why there is no change tells the same.
  if (!without.empty() && facts.wanted_why.empty()) {
    Finding& finding =
        report.add(object, place(facts),
                   cat(found(told(facts, context.policy)), ", want a listener for the external Services of the set"));
    if (!context.bundle.complete && !seen)
      Report::weaken(finding,
                     context.bundle.sees_peers() ? "its Services are not there yet" : "its Services are not in sight");
  }
  for (const auto& [address, ordinals] : by_address) {
    // What only the cluster knows (<podIP>) is written the same and differs.
    if (ordinals.size() < 2 || address.find('<') != std::string::npos) continue;
    Finding& finding =
        report.add(object, place(facts),
                   cat(brokers_text(ordinals), " all advertise ", shown(address), ", want an address for each"));
    if (!seen) Report::weaken(finding, "no external Service of the set is in sight");
  }
}

// Listeners for clients inside and between brokers: one address for all of them leads
// everybody to one broker, or to any.
void check_inside(const SetFacts& facts, Report& report) {
  if (facts.brokers.size() < 2) return;
  const Property* property = facts.brokers[0].property(kAdvertised);
  if (!property || !property->value) return;
  const std::string own = facts.wanted ? facts.wanted->name : facts.external;
  for (const Address& entry : addresses(*property->value)) {
    if (entry.name == own || entry.name == facts.external || entry.host.empty() || !entry.port ||
        entry.host.find_first_of("<$") != std::string::npos)
      continue;
    // advertised-address and listener-config tell of these.
    if (is_loopback(entry.host) || is_any(entry.host)) continue;
    const bool shared = std::all_of(facts.brokers.begin(), facts.brokers.end(), [&](const OneBroker& broker) {
      const Property* other = broker.property(kAdvertised);
      if (!other || !other->value) return false;
      const auto list = addresses(*other->value);
      return std::any_of(list.begin(), list.end(), [&](const Address& one) { return one.text() == entry.text(); });
    });
    if (!shared) continue;
    Finding& finding = report.add(*facts.set->object, place(facts),
                                  cat("all brokers advertise ", shown(entry.text()), ", want an address for each"));
    finding.remediation =
        "Advertise the pod's own name, such as $(POD_NAME).<headless Service>: who asks for a broker by this address "
        "reaches another one. Kafka in ZooKeeper mode refuses it at start (\"already registered by broker N\").";
  }
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (!facts.readable || facts.brokers.empty()) continue;
    check_inside(facts, report);
    check_collision(facts, report);
    if (facts.wanted) {
      check_wanted(context, facts, report);
      check_certificate(context, facts, report);
      continue;
    }
    check_present(context, facts, report);
    if (facts.wanted_why.empty() || context.policy.domain.empty()) continue;
    const bool right = std::all_of(facts.brokers.begin(), facts.brokers.end(), [&](const OneBroker& broker) {
      return broker.external && broker.external->host == facts.wanted_host(broker.ordinal, context.policy);
    });
    if (right) continue;
    Finding& finding = report.add(*facts.set->object, place(facts),
                                  cat(found(told(facts, context.policy)), ", want a name of ", context.policy.domain));
    finding.remediation = not_made(facts.wanted_why);
  }
}

}  // namespace

constinit const Rule advertised_listener = {
    {.id = "advertised-listener",
     .severity = Severity::kDeny,
     .title = "Every broker advertises an external address of its own",
     .why =
         "A client asks any broker for the cluster's metadata and then connects to each partition's leader at the "
         "address that leader advertises. Missing or equal addresses send clients to the wrong broker; in KRaft mode "
         "nothing refuses them (only ZooKeeper mode answers \"already registered by broker N\", KafkaServer.scala, "
         "KAFKA-6394).",
     .remediation =
         "Give every broker its own entry in advertised.listeners, bind the same listener name in listeners, "
         "and map it in listener.security.protocol.map. With a domain in the policy `brokergate mutate` "
         "writes all of it.",
     .docs = "https://kafka.apache.org/41/configuration/broker-configs/#brokerconfigs_advertised.listeners",
     .example = "env:\n- name: POD_NAME\n  valueFrom: {fieldRef: {fieldPath: metadata.name}}\n"
                "- name: KAFKA_ADVERTISED_LISTENERS\n"
                "  value: PLAINTEXT://$(POD_NAME).kafka-headless:9092,EXTERNAL://$(POD_NAME).kafka.example.com:9094\n"},
    check};

}  // namespace brokergate::checks
