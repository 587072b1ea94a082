#include <algorithm>

#include "brokergate/rule.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

std::string logs(const Facts& facts) {
  const std::string name =
      facts.deployment.there() ? text_member(member(facts.deployment.object, "metadata"), "name") : facts.name;
  return "kubectl --namespace " + facts.ns + " describe deployment/" + name + " and logs deployment/" + name +
         " tell why";
}

bool has_port(const Json& service, int64_t port) {
  const Json& ports = member(member(service, "spec"), "ports");
  return ports.is_array() && std::any_of(ports.begin(), ports.end(),
                                         [&](const Json& next) { return number_member(next, "port", 0) == port; });
}

void judge_service(const Place& place, const Facts& facts, Symptoms& out) {
  const std::string where = "Service " + place.ns + "/" + place.service;
  const char* const again = "install the chart again (helm upgrade)";
  if (facts.service.unread()) return out.unknown("service", where, facts.service.why);
  if (facts.service.absent()) return out.fail("service", where, "is not there, and the webhooks point at it", again);
  if (!facts.service.there()) return;
  if (!has_port(facts.service.object, place.port)) {
    return out.fail("service", where, "has no port " + std::to_string(place.port) + ", which the webhooks ask for",
                    again);
  }
  out.ok("service", where, "has port " + std::to_string(place.port));
}

// discovery.k8s.io/v1: ready is true where it is not said.
void count_endpoints(const Json& slice, size_t& ready, size_t& all) {
  const Json& endpoints = member(slice, "endpoints");
  if (!endpoints.is_array()) return;
  for (const Json& next : endpoints) {
    const Json& addresses = member(next, "addresses");
    const size_t count = addresses.is_array() ? addresses.size() : 0;
    const Json& said = member(member(next, "conditions"), "ready");
    all += count;
    if (!said.is_boolean() || said.get<bool>()) ready += count;
  }
}

void judge_endpoints(const Place& place, const Facts& facts, Symptoms& out) {
  const std::string where = "Service " + place.ns + "/" + place.service;
  if (facts.slices.unread()) return out.unknown("endpoints", where, facts.slices.why);
  if (!facts.slices.there() || !facts.service.there()) return;
  // What such a Service names is outside.
  if (text_member(member(facts.service.object, "spec"), "type") == "ExternalName") return;
  size_t ready = 0, all = 0;
  if (const Json& slices = member(facts.slices.object, "items"); slices.is_array()) {
    for (const Json& slice : slices) count_endpoints(slice, ready, all);
  }
  if (ready == 0) {
    return out.fail(
        "endpoints", where,
        all == 0 ? "no pod is behind it" : "none of the " + std::to_string(all) + " pods behind it is ready",
        logs(facts));
  }
  out.ok("endpoints", where, std::to_string(ready) + " of " + std::to_string(all) + " addresses behind it are ready");
}

void judge_deployment(const Facts& facts, Symptoms& out) {
  const std::string where = "Deployment " + facts.ns + "/" + facts.name;
  if (facts.deployment.unread()) return out.unknown("deployment", where, facts.deployment.why);
  if (facts.deployment.absent()) {
    return out.unknown("deployment", where, "is not there: who runs the webhook is not known", "give --release");
  }
  if (!facts.deployment.there()) return;
  const int64_t wanted = number_member(member(facts.deployment.object, "spec"), "replicas", 1);
  const int64_t ready = number_member(member(facts.deployment.object, "status"), "readyReplicas", 0);
  const std::string count = std::to_string(ready) + " of " + std::to_string(wanted) + " replicas are ready";
  if (ready == 0) {
    out.fail("deployment", where, count, wanted == 0 ? "scale it to 2" : logs(facts));
  } else if (ready < wanted) {
    out.warn("deployment", where, count, logs(facts));
  } else if (wanted == 1) {
    out.warn("deployment", where, "has one replica: with its node the webhook is gone", "set replicas: 2");
  } else {
    out.ok("deployment", where, count);
  }
}

void judge_renewal(const Facts& facts, Symptoms& out) {
  if (!facts.renewal.there()) return;
  const std::string where = "CronJob " + facts.ns + "/" + text_member(member(facts.renewal.object, "metadata"), "name");
  const Json& suspended = member(member(facts.renewal.object, "spec"), "suspend");
  if (suspended.is_boolean() && suspended.get<bool>()) {
    out.warn("renewal", where, "is suspended: nobody renews the certificate", "set spec.suspend to false");
  }
}

}  // namespace

Known judge_policy(const Facts& facts, Symptoms& out) {
  const Mounts mounts = mounts_of(facts.deployment);
  const std::string where = "ConfigMap " + facts.ns + "/" + mounts.policy;
  if (facts.deployment.unread() && !service_of(facts)) {
    out.unknown("policy", "Deployment " + facts.ns + "/" + facts.name, facts.deployment.why);
  }
  if (facts.policy.unread()) {
    out.unknown("policy", where, facts.policy.why);
    return {};
  }
  if (facts.policy.absent()) {
    out.fail("policy", where, "is not there: pods that start wait for it", "install the chart again (helm upgrade)");
    return {};
  }
  if (!facts.policy.there()) return {};
  auto policy = read_policy(
      Source(mounts.policy_key, text_member(member(facts.policy.object, "data"), mounts.policy_key.c_str())),
      rule_ids());
  if (!policy) {
    const PolicyError& first = policy.error().front();
    out.fail("policy", where,
             mounts.policy_key + ":" + std::to_string(first.position.line) + ": " + first.message +
                 "; running pods keep the one before, new ones do not start",
             "mend the chart's value `policy`");
    return {};
  }
  const char* const mode = policy->mode == Mode::kEnforce ? "enforce"
                           : policy->mode == Mode::kWarn  ? "warn"
                                                          : "observe";
  out.ok("policy", where,
         std::string("mode ") + mode +
             (policy->domain.empty() ? ", no domain: listeners are not changed" : ", domain " + policy->domain));
  return {std::move(*policy)};
}

void judge_serving(const Facts& facts, Symptoms& out) {
  if (const auto place = service_of(facts)) {
    judge_service(*place, facts, out);
    judge_endpoints(*place, facts, out);
    judge_deployment(facts, out);
  }
  judge_renewal(facts, out);
}

}  // namespace brokergate::webhook::doctor
