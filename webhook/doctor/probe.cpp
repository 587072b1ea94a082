#include "webhook/doctor/probe.h"

#include <algorithm>
#include <memory>

#include "webhook/admission.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::Json;

Json named(const char* api_version, const char* kind, const std::string& ns, const std::string& name) {
  Json out;
  out["apiVersion"] = api_version;
  out["kind"] = kind;
  out["metadata"] = {{"name", name}, {"namespace", ns}, {"labels", {{"app", kProbeName}}}};
  return out;
}

bool does(const Json& object, Endpoint endpoint, const Policy& policy, const char* rule, Outcome outcome) {
  const auto body = std::make_shared<const Source>("review", review_of(object).dump());
  const Answer found = answer(body, endpoint, policy, today_utc());
  const auto& outcomes = found.decision.outcomes;
  return std::find(outcomes.begin(), outcomes.end(), RuleOutcome{rule, outcome}) != outcomes.end();
}

// Whatever it says about it.
bool has_against(const Json& object, const Policy& policy, const char* rule) {
  return does(object, Endpoint::kValidate, policy, rule, Outcome::kDenied) ||
         does(object, Endpoint::kValidate, policy, rule, Outcome::kWarned);
}

}  // namespace

Json service_probe(const std::string& ns) {
  Json out = named("v1", "Service", ns, std::string(kProbeName) + "-0");
  out["spec"] = Json::parse(R"({"type": "LoadBalancer", "ports": [{"name": "external", "port": 9094}]})");
  out["spec"]["selector"] = {{"app", kProbeName},
                             {"statefulset.kubernetes.io/pod-name", std::string(kProbeName) + "-0"}};
  return out;
}

Json set_probe(const std::string& ns) {
  Json out = named("apps/v1", "StatefulSet", ns, kProbeName);
  const Json labels{{"app", kProbeName}};
  Json pod = Json::parse(R"({"containers": [{"name": "broker", "image": "confluentinc/cp-kafka:7.4.1", "env": [
    {"name": "KAFKA_ZOOKEEPER_CONNECT", "value": "zookeeper:2181"},
    {"name": "KAFKA_BROKER_ID", "value": "1"},
    {"name": "KAFKA_LISTENERS", "value": "PLAINTEXT://:9092"},
    {"name": "KAFKA_ADVERTISED_LISTENERS", "value": "PLAINTEXT://kafka:9092"}]}]})");
  out["spec"]["serviceName"] = kProbeName;
  out["spec"]["replicas"] = 3;
  out["spec"]["selector"]["matchLabels"] = labels;
  out["spec"]["template"]["metadata"]["labels"] = labels;
  out["spec"]["template"]["spec"] = std::move(pod);
  return out;
}

Json review_of(const Json& object, const std::string& version) {
  const std::string kind = certs::text_member(object, "kind");
  const bool service = kind == "Service";
  const Json of_kind{{"group", service ? "" : "apps"}, {"version", "v1"}, {"kind", kind}};
  const Json resource{
      {"group", service ? "" : "apps"}, {"version", "v1"}, {"resource", service ? "services" : "statefulsets"}};
  Json out{{"apiVersion", "admission.k8s.io/" + version}, {"kind", "AdmissionReview"}};
  out["request"] = {{"uid", "brokergate-doctor"},
                    {"kind", of_kind},
                    {"resource", resource},
                    {"requestKind", of_kind},
                    {"requestResource", resource},
                    {"name", certs::text_member(certs::member(object, "metadata"), "name")},
                    {"namespace", certs::text_member(certs::member(object, "metadata"), "namespace")},
                    {"operation", "CREATE"},
                    {"userInfo", {{"username", "brokergate-doctor"}}},
                    {"object", object},
                    {"oldObject", nullptr},
                    {"dryRun", true}};
  return out;
}

Expected expected_of_service(const Policy& policy, const std::string& ns) {
  return does(service_probe(ns), Endpoint::kMutate, policy, kServiceRule, Outcome::kInjected) ? Expected::kMended
                                                                                              : Expected::kNothing;
}

bool is_internal(const Json& returned, const Policy& policy, const std::string& ns) {
  Policy strict = policy;
  strict.mode = Mode::kEnforce;
  const Json sent = service_probe(ns);
  const Json &was = certs::member(sent, "spec"), &is = certs::member(returned, "spec");
  const bool same = certs::member(was, "type") == certs::member(is, "type") &&
                    certs::member(was, "selector") == certs::member(is, "selector");
  if (!same || !has_against(sent, strict, kServiceRule)) return false;
  // Of what else came back only this is looked at.
  Json mended = sent;
  mended["metadata"]["annotations"] = certs::member(certs::member(returned, "metadata"), "annotations");
  return mended["metadata"]["annotations"].is_object() && !has_against(mended, strict, kServiceRule);
}

Expected expected_of_set(const Policy& policy, const std::string& ns) {
  const Json object = set_probe(ns);
  if (does(object, Endpoint::kValidate, policy, kSetRule, Outcome::kDenied)) return Expected::kDenied;
  return does(object, Endpoint::kValidate, policy, kSetRule, Outcome::kWouldDeny) ||
                 does(object, Endpoint::kValidate, policy, kSetRule, Outcome::kWarned)
             ? Expected::kWarned
             : Expected::kNothing;
}

}  // namespace brokergate::webhook::doctor
