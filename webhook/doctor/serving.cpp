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

const Asked* asked_of(const Facts& facts, const Place& place) {
  const auto found = std::find_if(facts.services.begin(), facts.services.end(),
                                  [&](const Asked& one) { return one.ns == place.ns && one.name == place.service; });
  return found == facts.services.end() ? nullptr : &*found;
}

bool is_tcp(const Json& port) {
  const std::string protocol = text_member(port, "protocol");
  return protocol.empty() || protocol == "TCP";
}

// Null when it has none.
const Json& port_of(const Json& service, int64_t port) {
  static const Json kNone;
  const Json& ports = member(member(service, "spec"), "ports");
  if (!ports.is_array()) return kNone;
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const Json& next) {
    return number_member(next, "port", 0) == port && is_tcp(next);
  });
  return found == ports.end() ? kNone : *found;
}

bool is_elsewhere(const Json& service) { return text_member(member(service, "spec"), "type") == "ExternalName"; }

const Json& pod_of(const Thing& deployment) { return member(member(deployment.object, "spec"), "template"); }

// Empty, or what is wrong with where the port leads to in the Deployment's pods.
std::string wrong_target(const Json& port, const Thing& deployment) {
  const Json& target = member(port, "targetPort");
  const Json& containers = member(member(pod_of(deployment), "spec"), "containers");
  if (!deployment.there() || !containers.is_array()) return {};
  size_t declared = 0;
  const int64_t number = target.is_number_integer() ? target.get<int64_t>() : number_member(port, "port", 0);
  for (const Json& container : containers) {
    const Json& ports = member(container, "ports");
    if (!ports.is_array()) continue;
    for (const Json& next : ports) {
      ++declared;
      if (target.is_string() ? member(next, "name") == target : number_member(next, "containerPort", 0) == number)
        return {};
    }
  }
  if (target.is_string())
    return "leads to port \"" + target.get<std::string>() + "\", and no container has one of that name";
  // A container may listen where it declares nothing.
  return declared == 0 ? "" : "leads to port " + std::to_string(number) + ", which no container declares";
}

// Whether it selects the Deployment's pods; also when either is not known.
bool selects_pods(const Json& service, const Thing& deployment) {
  const Json& selector = member(member(service, "spec"), "selector");
  const Json& of_pods = member(member(pod_of(deployment), "metadata"), "labels");
  // The Deployment's own selector names some of them.
  const Json& labels =
      of_pods.is_object() ? of_pods : member(member(member(deployment.object, "spec"), "selector"), "matchLabels");
  if (!deployment.there() || !selector.is_object() || !labels.is_object()) return true;
  const auto items = selector.items();
  return std::all_of(items.begin(), items.end(),
                     [&](const auto& item) { return member(labels, item.key().c_str()) == item.value(); });
}

void judge_service(const Place& place, const Facts& facts, Symptoms& out) {
  const std::string where = "Service " + place.ns + "/" + place.service;
  const char* const again = "install the chart again (helm upgrade)";
  const Asked* const asked = asked_of(facts, place);
  if (!asked) return out.unknown("service", where, "was not looked at: the webhooks ask more of them than doctor does");
  const Json& service = asked->object.object;
  if (asked->object.unread()) return out.unknown("service", where, asked->object.why);
  if (asked->object.absent()) return out.fail("service", where, "is not there, and the webhooks point at it", again);
  if (!asked->object.there()) return;
  const std::string number = std::to_string(place.port);
  const Json& port = port_of(service, place.port);
  if (port.is_null())
    return out.fail("service", where, "has no TCP port " + number + ", which the webhooks ask for", again);
  if (is_elsewhere(service)) {
    return out.warn("service", where,
                    "is a name for " + text_member(member(service, "spec"), "externalName") +
                        " outside of the cluster: who answers there is not known here",
                    "let it select brokergate's pods, or give the webhooks a URL");
  }
  const Thing& deployment = facts.deployment;
  if (!selects_pods(service, deployment)) {
    return out.fail("service", where,
                    "its selector is not that of Deployment " + facts.ns + "/" +
                        text_member(member(deployment.object, "metadata"), "name") + ": other pods are asked, or none",
                    again);
  }
  if (const std::string wrong = wrong_target(port, deployment); !wrong.empty()) {
    const bool by_name = member(port, "targetPort").is_string();
    out.add({"service", by_name ? Level::kFail : Level::kWarn, where, "port " + number + " " + wrong, again});
    return;
  }
  out.ok("service", where, "has port " + number);
}

bool is_true(const Json& condition, bool unsaid) { return condition.is_boolean() ? condition.get<bool>() : unsaid; }

// discovery.k8s.io/v1: ready is true where it is not said, serving is ready, terminating is false. kube-proxy sends
// nothing new to what is terminating while there is something else.
void count_endpoints(const Json& slice, size_t& ready, size_t& all) {
  const Json& endpoints = member(slice, "endpoints");
  if (!endpoints.is_array()) return;
  for (const Json& next : endpoints) {
    const Json& addresses = member(next, "addresses");
    const Json& conditions = member(next, "conditions");
    const size_t count = addresses.is_array() ? addresses.size() : 0;
    all += count;
    if (is_true(member(conditions, "ready"), true) && is_true(member(conditions, "serving"), true) &&
        !is_true(member(conditions, "terminating"), false)) {
      ready += count;
    }
  }
}

bool slice_has(const Json& slice, const Json& port) {
  const Json& ports = member(slice, "ports");
  return ports.is_array() && std::any_of(ports.begin(), ports.end(), [&](const Json& next) {
           return text_member(next, "name") == text_member(port, "name") && is_tcp(next);
         });
}

void judge_endpoints(const Place& place, const Facts& facts, Symptoms& out) {
  const std::string where = "Service " + place.ns + "/" + place.service;
  const Asked* const asked = asked_of(facts, place);
  if (!asked || !asked->object.there() || is_elsewhere(asked->object.object)) return;
  if (asked->slices.unread()) return out.unknown("endpoints", where, asked->slices.why);
  const Json& port = port_of(asked->object.object, place.port);
  if (!asked->slices.there() || port.is_null()) return;
  size_t ready = 0, all = 0, without = 0;
  if (const Json& slices = member(asked->slices.object, "items"); slices.is_array()) {
    for (const Json& slice : slices) {
      size_t unused = 0;
      if (slice_has(slice, port)) {
        count_endpoints(slice, ready, all);
      } else {
        count_endpoints(slice, unused, without);
      }
    }
  }
  if (ready == 0) {
    return out.fail("endpoints", where,
                    all == 0 && without > 0 ? "no pod behind it has port " + std::to_string(place.port) +
                                                  ": none has what its targetPort names"
                    : all == 0 ? "no pod is behind it"
                               : "none of the " + std::to_string(all) + " pods behind it is ready",
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

std::string unnamed_volume(const Facts& facts, const char* holds) {
  const std::string which = std::string("which holds ") + holds + " cannot be found out: ";
  if (facts.deployment.unread()) return which + "the Deployment " + facts.deployment.why;
  if (facts.deployment.there()) return which + "no volume of the Deployment, or more than one, may be it";
  return which + (facts.ns.empty() ? "where brokergate runs is not known" : "the Deployment is not there");
}

Known judge_policy(const Facts& facts, Symptoms& out) {
  const Mounts mounts = mounts_of(facts.deployment);
  const std::string where = "ConfigMap " + facts.ns + "/" + mounts.policy;
  if (mounts.policy.empty() && (facts.mutating.there() || facts.validating.there())) {
    out.unknown("policy", facts.ns.empty() ? "ConfigMap" : "ConfigMap of Deployment " + facts.ns + "/" + facts.name,
                unnamed_volume(facts, "the policy"), facts.ns.empty() ? "give --namespace" : "");
    return {};
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
  for (const Place& place : services_of(facts)) {
    judge_service(place, facts, out);
    judge_endpoints(place, facts, out);
  }
  if (service_of(facts)) judge_deployment(facts, out);
  judge_renewal(facts, out);
}

}  // namespace brokergate::webhook::doctor
