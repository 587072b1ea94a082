#include <unordered_set>

#include "rules/facts.h"
#include "rules/kafka/forms/form.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

void check(const Context& context, Report& report) {
  std::unordered_set<const Object*> told;
  for (const SetFacts& facts : context.facts.sets) {
    const BrokerSet& set = *facts.set;
    if (set.form_id != "unknown-form") continue;
    told.insert(set.object);
    const Value command = set.container["command"] ? set.container["command"] : set.container["args"];
    Finding& finding = report.add(*set.object, command ? command : set.container,
                                  cat("how listeners reach these brokers cannot be read: ", shown(set.form_reason, 400),
                                      ", want a form that can"));
    std::string why;
    const auto wanted = wanted_listener(context.model, set, context.policy, &why);
    finding.remediation =
        "For these: " + unknown_remedy(set, wanted ? &*wanted : nullptr) + ". Else: " + finding.remediation;
  }
  for (const Model::Unknown& unknown : context.model.unknown) {
    if (!context.policy.matches(*unknown.object) || terminating(*unknown.object)) continue;
    if (!told.insert(unknown.object).second) continue;
    Finding& finding =
        report.add(*unknown.object, unknown.object->spec(), cat("not judged: ", shown(unknown.reason, 400)));
    const bool pods = unknown.object->spec()["template"] || unknown.object->kind == "Pod";
    finding.remediation = pods ? "Run brokers in a StatefulSet of apps/v1, one pod and one Service for each; or check "
                                 "by hand how clients reach these."
                               : "Set the listeners in that resource, where the finding says. What the operator makes "
                                 "of it is checked when it passes the webhook.";
  }
}

}  // namespace

constinit const Rule unknown_form = {
    {.id = "unknown-form",
     .severity = Severity::kWarn,
     .title = "The way listeners reach the brokers is one that can be read",
     .why =
         "What a broker advertises may be worked out by an image's own script, a properties file in a ConfigMap or a "
         "command that no reading of the manifest can follow. Nothing is claimed about such brokers and nothing is "
         "changed; without this warning that would look like \"no findings\".",
     .remediation =
         "Set advertised.listeners, listeners and listener.security.protocol.map by environment variables of "
         "the image or by `export` in the container's command, with an image whose start is known (Confluent, Apache, "
         "Bitnami) or started by its script; or check these brokers by hand.",
     .docs = "https://kafka.apache.org/41/configuration/broker-configs/#brokerconfigs_advertised.listeners",
     .example = "command: [/opt/own/start-broker.sh]   # listeners are computed in the image\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks
