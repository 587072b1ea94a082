#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rules/facts.h"
#include "rules/kafka/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

constexpr std::string_view kVariable = "KAFKA_PORT";
constexpr std::string_view kService = "kafka";

// A Service without a cluster IP of its own gives no variables (kubelet, getServiceEnvVarMap).
bool gives_variables(const Object& service) {
  const Value spec = service.spec();
  return spec["clusterIP"].str() != "None" && spec["type"].str() != "ExternalName";
}

using ByNamespace = std::unordered_map<std::string_view, const Object*>;
ByNamespace services_called_kafka(const Bundle& bundle) {
  ByNamespace out;
  for (const Object& object : bundle.objects) {
    if (object.kind == "Service" && object.name == kService && object.group().empty() && gives_variables(object))
      out.try_emplace(object.ns, &object);
  }
  return out;
}

// `unset KAFKA_PORT` in the command, or env -u.
bool taken_away(const ProcessStart& process) {
  if (process.before.takes_away(kVariable) || process.prefix.takes_away(kVariable)) return true;
  if (!process.parsed || !process.parsed->names(kVariable)) return false;
  const std::string_view text = process.parsed->text;
  for (size_t at = text.find("unset"); at != text.npos;) {
    const size_t end = std::min(text.find_first_of("\n;&|", at), text.size());
    if (text.substr(at, end - at).find(kVariable) != text.npos) return true;
    at = text.find("unset", end);
  }
  return false;
}

// What the variable does to the image; empty: nothing. `weak`: why that is not certain.
std::string harm(const BrokerSet& set, std::string& weak) {
  const KubeletEnv& env = set.facts->process.env;
  switch (set.facts->process.entry) {
    case Entry::kConfluentRun:
      return "with which the image does not start (\"port is deprecated. Please use KAFKA_ADVERTISED_LISTENERS "
             "instead.\")";
    case Entry::kWurstmeister: {
      // Kafka 3.0 has no property `port` any more.
      const auto version = kafka_version(set.family, set.image_tag);
      if (version && *version >= KafkaVersion{3, 0}) return {};
      if (!version) weak = "Kafka 3.0 and later ignore it, and which version this is cannot be told";
      return "which becomes the property port, and that is no number";
    }
    case Entry::kApacheRun: {
      const bool own = !env.sources.empty() || std::any_of(env.entries.begin(), env.entries.end(), [](const auto& one) {
        return one.name.starts_with("KAFKA_");
      });
      return own ? std::string() : "for which the image leaves its default configuration aside";
    }
    default:
      return {};
  }
}

bool mentions_links(Value text) {
  static constexpr std::array<std::string_view, 3> kParts = {"_SERVICE_HOST", "_SERVICE_PORT", "_TCP"};
  const std::string_view found = text.scalar();
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return found.find(part) != found.npos; });
}

// Something in the pod may live on the variables of other Services.
bool uses_links(Value pod_spec) {
  for (const char* list : {"initContainers", "containers"}) {
    const Value containers = pod_spec[list];
    for (const Node& node : containers.children()) {
      const Value container(&node), env = container["env"];
      for (const Node& entry : env.children())
        if (mentions_links(Value(&entry)["value"])) return true;
      for (const char* part : {"command", "args"}) {
        const Value words = container[part];
        for (const Node& word : words.children())
          if (mentions_links(Value(&word))) return true;
      }
    }
  }
  return false;
}

void judge(const SetFacts& facts, const Object& service, Report& report) {
  const BrokerSet& set = *facts.set;
  const ProcessStart& process = set.facts->process;
  if (!process.env.service_links || process.env.find(kVariable) || taken_away(process)) return;
  std::string weak;
  const std::string what = harm(set, weak);
  if (what.empty()) return;
  const Object& object = *set.object;
  Finding& finding = report.add(
      object, set.pod_spec,
      cat(describe(service), " gives these pods ", kVariable, "=tcp://…, ", what, ", want enableServiceLinks: false"));
  if (weak.empty() && !process.shell.unread.empty())
    weak = cat("the script may take it away: ", shown(process.shell.unread, 200));
  if (!weak.empty()) Report::weaken(finding, weak);
  if (uses_links(set.pod_spec)) {
    finding.remediation += " Not changed by brokergate: the pod uses the variables of other Services.";
    return;
  }
  Edit edit = set_edit(object.root, {"spec", "template", "spec", "enableServiceLinks"}, false);
  edit.reason = cat(describe(service), " would set ", kVariable);
  finding.fixes.push_back({&object, {std::move(edit)}});
}

void check(const Context& context, Report& report) {
  std::optional<ByNamespace> services;
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator) continue;
    if (!services) services = services_called_kafka(context.bundle);
    const auto service = services->find(facts.set->object->ns);
    if (service != services->end()) judge(facts, *service->second, report);
  }
}

}  // namespace

constinit const Rule service_link_env = {
    {.id = "service-link-env",
     .severity = Severity::kDeny,
     .title = "No Service's name becomes a setting of the broker",
     .why = "Kubernetes gives every pod variables for each Service of its namespace. A Service called kafka makes "
            "KAFKA_PORT=tcp://…, and images that read KAFKA_* take it for a setting: Confluent's exits "
            "(cp-docker-images #388), wurstmeister's writes port=tcp://… (#265). The first start may still work, "
            "when the pod is there before the Service.",
     .remediation = "Set enableServiceLinks: false in the pod template, or `unset KAFKA_PORT` in the command, or give "
                    "the Service another name.",
     .docs = "https://kubernetes.io/docs/tutorials/services/connect-applications-service/#accessing-the-service",
     .example = "kind: StatefulSet\nspec:\n  template:\n    spec:\n      enableServiceLinks: false\n"},
    check};

}  // namespace brokergate::checks
