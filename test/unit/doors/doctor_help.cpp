#include "doctor_help.h"

#include <stdexcept>

#include "brokergate/base64.h"
#include "webhook/doctor/probe.h"

namespace brokergate::test {

using certs::Json;

Installation make_installation(int days) {
  Installation out;
  out.authority = std::move(*certs::make_authority(kDoctorNow, 3650));
  certs::Names names;
  certs::add_service(names, "brokergate", "guard");
  out.leaf = std::move(*certs::make_leaf(out.authority, names, kDoctorNow, days));
  out.bundle = encode_base64(certs::pem_of(out.authority.certificate));
  return out;
}

const Installation& installation() {
  static const Installation made = make_installation();
  return made;
}

Json& entry(doc::Thing& configuration) { return configuration.object["webhooks"][0]; }

Json configuration_of(const Installation& installation, bool mutating) {
  Json out = Json::parse(R"({"metadata": {"name": "brokergate", "labels": {"app.kubernetes.io/name": "brokergate",
    "app.kubernetes.io/instance": "brokergate"}}, "webhooks": [{
      "clientConfig": {"service": {"name": "brokergate", "namespace": "guard", "port": 443}},
      "admissionReviewVersions": ["v1", "v1beta1"], "sideEffects": "None", "matchPolicy": "Equivalent",
      "timeoutSeconds": 3, "objectSelector": {},
      "namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn",
        "values": ["kube-system", "kube-node-lease", "guard"]}]},
      "rules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["statefulsets"],
                 "operations": ["CREATE", "UPDATE"], "scope": "Namespaced"},
                {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"],
                 "operations": ["CREATE", "UPDATE"], "scope": "Namespaced"}]}]})");
  Json& entry = out["webhooks"][0];
  entry["name"] = mutating ? "mutate.brokergate.io" : "validate.brokergate.io";
  entry["clientConfig"]["service"]["path"] = mutating ? "/mutate" : "/validate";
  entry["clientConfig"]["caBundle"] = installation.bundle;
  entry["failurePolicy"] = mutating ? "Ignore" : "Fail";
  if (mutating) entry["reinvocationPolicy"] = "IfNeeded";
  return out;
}

Json deployment() {
  return Json::parse(R"({"metadata": {"name": "brokergate"}, "spec": {"replicas": 2, "template": {
    "metadata": {"labels": {"app": "brokergate", "component": "webhook"}}, "spec": {"containers": [{"ports": [
      {"name": "webhook", "containerPort": 8443}, {"name": "operations", "containerPort": 8080}]}], "volumes": [
    {"name": "settings", "projected": {"sources": [
      {"configMap": {"name": "brokergate-policy", "items": [{"key": "policy.yaml", "path": "policy.yaml"}]}},
      {"secret": {"name": "brokergate-tls", "items": [{"key": "tls.crt", "path": "tls/tls.crt"}]}}]}}]}}},
    "status": {"readyReplicas": 2}})");
}

Json service() {
  return Json::parse(R"({"spec": {"type": "ClusterIP", "selector": {"app": "brokergate"}, "ports": [
    {"name": "https", "port": 443, "targetPort": "webhook", "protocol": "TCP"},
    {"name": "operations", "port": 8080, "targetPort": "operations"}]}})");
}

Json slices() {
  return Json::parse(R"({"items": [{"ports": [{"name": "https", "port": 8443}], "endpoints": [
    {"addresses": ["10.0.0.1"], "conditions": {"ready": true}}, {"addresses": ["10.0.0.2"]}]}]})");
}

Json secret_of(const Installation& installation) {
  Json out;
  out["data"]["tls.crt"] = encode_base64(certs::pem_of(installation.leaf.certificate));
  out["data"]["tls.key"] = encode_base64(certs::pem_of(installation.leaf.key));
  return out;
}

Json policy_map(const std::string& spec) {
  Json out;
  out["data"]["policy.yaml"] =
      "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: x}\nspec: " + spec + "\n";
  return out;
}

doc::Thing there(Json object) { return {doc::Thing::State::kThere, std::move(object), ""}; }
doc::Thing unread(const std::string& why) { return {doc::Thing::State::kUnread, {}, why}; }

doc::Facts well(const Installation& installation) {
  doc::Facts out;
  out.now = kDoctorNow;
  out.name = "brokergate";
  out.ns = "guard";
  out.mutating = there(configuration_of(installation, true));
  out.validating = there(configuration_of(installation, false));
  const auto ns = [](const char* name) {
    Json object;
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
    return there(object);
  };
  out.kube_system = ns("kube-system");
  out.own_namespace = ns("guard");
  doc::Asked& asked = out.services.emplace_back();
  asked.ns = "guard";
  asked.name = "brokergate";
  asked.object = there(service());
  asked.slices = there(slices());
  out.deployment = there(deployment());
  out.renewal = there(Json::parse(R"({"metadata": {"name": "brokergate-certs"}, "spec": {"suspend": false}})"));
  out.secret = there(secret_of(installation));
  out.policy = there(policy_map("{mode: enforce, domain: kafka.example.com}"));
  out.probe_namespace = "default";
  out.probed_namespace = ns("default");
  out.probed_service.sent = out.probed_service.taken = true;
  out.probed_service.answer = doc::service_probe("default");
  out.probed_service.answer["metadata"]["annotations"]["cloud.google.com/load-balancer-type"] = "Internal";
  out.probed_set.sent = true;
  out.probed_set.error = {403,
                          "POST: 403 admission webhook \"validate.brokergate.io\" denied the request: [broker-id]"};
  return out;
}

std::vector<std::string> told(const doc::Symptoms& found, bool all) {
  std::vector<std::string> out;
  for (const doc::Symptom& next : found.all()) {
    if (all || next.level != doc::Level::kOk) out.push_back(std::string(to_string(next.level)) + " " + next.id);
  }
  return out;
}

doc::Symptom only(const doc::Symptoms& found, const std::string& id) {
  const doc::Symptom* out = nullptr;
  for (const doc::Symptom& next : found.all()) {
    if (next.id != id) continue;
    if (out) throw std::runtime_error("more than one " + id);
    out = &next;
  }
  if (!out) throw std::runtime_error("no " + id);
  return *out;
}

}  // namespace brokergate::test
