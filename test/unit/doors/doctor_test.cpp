// The doctor's judgement, without a server: what is wrong in the facts, and what it says of it.
#include "webhook/doctor/doctor.h"
#include <algorithm>
#include "brokergate/base64.h"
#include "catch.h"
#include "doctor_help.h"
#include "webhook/doctor/coverage.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/probe.h"
#include "webhook/doctor/selector.h"

using namespace brokergate;
using namespace brokergate::test;
using certs::Json;
using Told = std::vector<std::string>;

namespace {

const Installation& installation() {
  static const Installation made = make_installation();
  return made;
}

Json& entry(doc::Thing& configuration) { return configuration.object["webhooks"][0]; }

}  // namespace

TEST_CASE("doctor: an installation that is well has one line for each thing, all ok") {
  const doc::Symptoms found = doc::examine(well(installation()));
  for (const doc::Symptom& next : found.all()) INFO(next.id << ": " << next.where << ": " << next.what);
  CHECK(told(found, true) == Told{"ok policy", "ok configuration", "ok configuration", "ok service", "ok endpoints",
                                  "ok deployment", "ok ca-bundle", "ok ca-bundle", "ok certificate", "ok mutates",
                                  "ok validates"});
  CHECK(only(found, "policy").what == "mode enforce, domain kafka.example.com");
  CHECK(only(found, "endpoints").what == "2 of 2 addresses behind it are ready");
  CHECK(only(found, "certificate").what.starts_with("for brokergate.guard.svc, brokergate.guard.svc.cluster.local, "));
}

TEST_CASE("doctor: a configuration that has left the chart's shape is told, with what it means") {
  struct Row {
    const char* what;
    bool mutating;
    Json patch;  // of the entry, RFC 7386
    Told wanted;
  };
  const auto patch = [](const char* text) { return Json::parse(text); };
  const std::vector<Row> rows{
      {"as it is", false, Json::object(), {}},
      {"fails closed before it mends", true, patch(R"({"failurePolicy": "Fail"})"), {"warn failure-policy"}},
      {"fails open under enforce", false, patch(R"({"failurePolicy": "Ignore"})"), {"warn failure-policy"}},
      {"asks for services only",
       false,
       patch(R"({"rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"],
                 "operations": ["*"]}]})"),
       {"fail rules"}},
      {"never asks about updates",
       true,
       patch(R"({"rules": [{"apiGroups": ["apps", ""], "apiVersions": ["v1"],
                 "resources": ["statefulsets", "services"], "operations": ["CREATE"]}]})"),
       {"fail rules"}},
      {"asks for cluster-wide objects only",
       true,
       patch(R"({"rules": [{"apiGroups": ["apps", ""], "apiVersions": ["v1"], "scope": "Cluster",
                 "resources": ["statefulsets", "services"], "operations": ["*"]}]})"),
       {"fail rules"}},
      {"asks for everything",
       true,
       patch(R"({"rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"],
                 "operations": ["*"]}]})"),
       {"warn rules"}},
      {"has no rules", false, patch(R"({"rules": null})"), {"fail rules"}},
      {"exact", false, patch(R"({"matchPolicy": "Exact"})"), {"warn match-policy"}},
      {"waits long", true, patch(R"({"timeoutSeconds": 30})"), {"warn timeout"}},
      {"waits ten seconds, as without a word", true, patch(R"({"timeoutSeconds": null})"), {}},
      {"has side effects", false, patch(R"({"sideEffects": "Some"})"), {"fail side-effects"}},
      {"may have some", false, patch(R"({"sideEffects": "NoneOnDryRun"})"), {"warn side-effects"}},
      {"old reviews", false, patch(R"({"admissionReviewVersions": ["v2"]})"), {"fail review-version"}},
      {"not again", true, patch(R"({"reinvocationPolicy": "Never"})"), {"warn reinvocation"}},
      {"can be left by a label",
       false,
       patch(R"({"objectSelector": {"matchLabels": {"a": "b"}}})"),
       {"warn object-selector"}},
      {"wrong endpoint", true, patch(R"({"clientConfig": {"service": {"path": "/validate"}}})"), {"fail endpoint"}},
      {"everywhere, shut",
       false,
       patch(R"({"namespaceSelector": {"matchExpressions": null}})"),
       {"fail namespaces", "fail namespaces"}},
      {"everywhere, open",
       true,
       patch(R"({"namespaceSelector": {"matchExpressions": null}})"),
       {"warn namespaces", "warn namespaces"}},
      {"opted in by a label",
       false,
       patch(R"({"namespaceSelector": {"matchExpressions": null, "matchLabels": {"guarded": "yes"}}})"),
       {"warn namespaces"}},
      {"opted in by name",
       true,
       patch(R"({"namespaceSelector": {"matchExpressions": [
           {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["default"]}]}})"),
       {"warn namespaces"}},
      {"in no namespace",
       true,
       patch(R"({"namespaceSelector": {"matchExpressions": [
           {"key": "a", "operator": "In", "values": ["b"]}, {"key": "a", "operator": "NotIn", "values": ["b"]}]}})"),
       {"fail rules", "fail namespaces"}},
      {"asks about what the doctor sends only",
       false,
       patch(R"({"objectSelector": {"matchLabels": {"app": "kafka-brokergate-doctor"}}})"),
       {"fail rules", "fail object-selector"}},
      {"on the chart's conditions",
       false,
       patch(R"j({"matchConditions": [{"expression": "!has(object.metadata.deletionTimestamp)"},
           {"expression": "request.resource.resource != \"services\" ||\n (has(object.spec.selector) && object.spec.selector.size() > 0\n&& (!has(object.spec.type) || object.spec.type != \"ExternalName\"))"}]})j"),
       {}},
      {"on a condition of somebody's own",
       false,
       patch(R"j({"matchConditions": [{"name": "x", "expression": "request.operation == \"CREATE\""}]})j"),
       {"warn match-conditions"}},
      {"on a condition that only pods meet",
       true,
       patch(R"j({"matchConditions": [{"name": "made-by-a-statefulset", "expression":
           "has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, o.kind == \"StatefulSet\")"}]})j"),
       {"warn match-conditions"}},
      {"a path that ends alike",
       false,
       patch(R"({"clientConfig": {"service": {"path": "/other/validate"}}})"),
       {"fail endpoint"}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    doc::Facts facts = well(installation());
    entry(row.mutating ? facts.mutating : facts.validating).merge_patch(row.patch);
    CHECK(told(doc::examine(facts)) == row.wanted);
  }
}

TEST_CASE("doctor: what a mode means for the failure policy") {
  for (const auto& [mode, policy, wanted] : std::vector<std::tuple<std::string, std::string, Told>>{
           {"warn", "Ignore", {}},
           {"warn", "Fail", {"warn failure-policy"}},
           {"observe", "Ignore", {"unknown mutates", "unknown validates"}},
           {"observe", "Fail", {"warn failure-policy", "unknown mutates", "unknown validates"}}}) {
    INFO(mode << " " << policy);
    doc::Facts facts = well(installation());
    facts.policy = there(policy_map("{mode: " + mode + "}"));
    entry(facts.validating)["failurePolicy"] = policy;
    facts.probed_set = {true, true, doc::set_probe("default"), {"299 - \"[broker-id] StatefulSet/x: …\""}, {}};
    if (mode == "observe") {
      facts.probed_service.answer = doc::service_probe("default");
      facts.probed_set.warnings.clear();
    }
    CHECK(told(doc::examine(facts)) == wanted);
  }
}

TEST_CASE("doctor: what is missing is told, what may not be read is unknown") {
  const auto with = [](const std::function<void(doc::Facts&)>& change) {
    doc::Facts facts = well(installation());
    change(facts);
    return told(doc::examine(facts));
  };
  const doc::Thing absent{doc::Thing::State::kAbsent, {}, "404"};
  CHECK(with([&](doc::Facts& f) { f.mutating = absent; }) == Told{"fail configuration"});
  CHECK(with([&](doc::Facts& f) { f.validating.object["webhooks"] = Json::array(); }) ==
        Told{"fail configuration", "unknown validates"});
  CHECK(with([&](doc::Facts& f) { f.validating = unread("403"); }) ==
        Told{"unknown configuration", "unknown validates"});
  CHECK(with([&](doc::Facts& f) { f.services[0].object = absent; }) == Told{"fail service"});
  CHECK(with([&](doc::Facts& f) { f.services[0].object.object["spec"]["ports"][0]["port"] = 8443; }) ==
        Told{"fail service"});
  CHECK(with([&](doc::Facts& f) { f.services[0].slices.object["items"] = Json::array(); }) == Told{"fail endpoints"});
  CHECK(with([&](doc::Facts& f) { f.services[0].slices = unread("403"); }) == Told{"unknown endpoints"});
  CHECK(with([&](doc::Facts& f) { f.deployment.object["status"] = Json::object(); }) == Told{"fail deployment"});
  CHECK(with([&](doc::Facts& f) { f.deployment.object["status"]["readyReplicas"] = 1; }) == Told{"warn deployment"});
  CHECK(with([&](doc::Facts& f) {
          f.deployment.object["spec"]["replicas"] = f.deployment.object["status"]["readyReplicas"] = 1;
        }) == Told{"warn deployment"});
  CHECK(with([&](doc::Facts& f) { f.renewal.object["spec"]["suspend"] = true; }) == Told{"warn renewal"});
  CHECK(with([&](doc::Facts& f) { f.secret = absent; }) == Told{"fail certificate"});
  CHECK(with([&](doc::Facts& f) { f.secret = unread("403"); }) == Told{"unknown certificate"});
  CHECK(with([&](doc::Facts& f) { f.policy = absent; }) == Told{"fail policy"});
  CHECK(with([&](doc::Facts& f) { f.policy = there(policy_map("{mod: x}")); }) == Told{"fail policy"});
  CHECK(with([&](doc::Facts& f) { f.policy = unread("403"); }).front() == "unknown policy");
  // Not installed at all: nothing else can be said.
  CHECK(with([&](doc::Facts& f) {
          const int64_t now = f.now;
          f = {};
          f.now = now;
          f.mutating = f.validating = absent;
        }) == Told{"fail configuration", "fail configuration"});
  CHECK(with([&](doc::Facts& f) {
          f.mutating = absent;
          f.without_mutating = true;
        }).empty());
}

TEST_CASE("doctor: the caBundle and the certificate") {
  const auto with = [](const std::function<void(doc::Facts&)>& change) {
    doc::Facts facts = well(installation());
    change(facts);
    return doc::examine(facts);
  };
  doc::Symptoms found = with([](doc::Facts& f) { entry(f.mutating)["clientConfig"].erase("caBundle"); });
  CHECK(told(found) == Told{"fail ca-bundle"});
  found = with([](doc::Facts& f) { entry(f.mutating)["clientConfig"]["caBundle"] = "?"; });
  CHECK(told(found) == Told{"fail ca-bundle"});
  found = with([](doc::Facts& f) { entry(f.mutating)["clientConfig"]["caBundle"] = encode_base64("no certificate"); });
  CHECK(told(found) == Told{"fail ca-bundle"});
  // OpenSSL reads these, the API server does not.
  const std::string pem = certs::pem_of(installation().authority.certificate);
  const auto named = [&](std::string name) {
    std::string out = pem;
    for (const char* edge : {"BEGIN ", "END "}) out.insert(out.find(edge) + std::string(edge).size(), name);
    return out;
  };
  for (const std::string& odd : {named("X509 "), named("TRUSTED ")}) {
    found = with([&](doc::Facts& f) { entry(f.mutating)["clientConfig"]["caBundle"] = encode_base64(odd); });
    CHECK(told(found) == Told{"fail ca-bundle"});
    found = with([&](doc::Facts& f) { entry(f.mutating)["clientConfig"]["caBundle"] = encode_base64(odd + pem); });
    CHECK(told(found) == Told{"warn ca-bundle"});
  }
  std::string headed = pem;
  headed.insert(headed.find('\n') + 1, "A: b\n\n");
  found = with([&](doc::Facts& f) { entry(f.mutating)["clientConfig"]["caBundle"] = encode_base64(headed); });
  CHECK(told(found) == Told{"fail ca-bundle"});
  // Another authority: what is served does not verify against this one.
  const Installation other = make_installation();
  found = with([&](doc::Facts& f) { entry(f.validating)["clientConfig"]["caBundle"] = other.bundle; });
  CHECK(told(found) == Told{"fail certificate"});
  CHECK(only(found, "certificate").what.find("caBundle of ValidatingWebhookConfiguration brokergate") !=
        std::string::npos);
  CHECK(only(found, "certificate").remedy ==
        "run the Job that makes it: kubectl --namespace guard create job --from=cronjob/brokergate-certs "
        "brokergate-certs-now");
  found = with([](doc::Facts& f) {
    f.mutating.object["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] = "guard/brokergate";
    f.secret.object["data"]["tls.crt"] = "";
  });
  CHECK(told(found) == Told{"fail certificate"});
  CHECK(only(found, "certificate").remedy.find("cert-manager") != std::string::npos);
  // A month before the end, and after it.
  const int64_t day = 86400;
  CHECK(told(with([&](doc::Facts& f) { f.now += (365 - 29) * day; })) == Told{"warn certificate"});
  CHECK(told(with([&](doc::Facts& f) { f.now += 366 * day; })) == Told{"fail certificate"});
  CHECK(told(with([&](doc::Facts& f) { f.now += (3650 - 29) * day; })) ==
        Told{"warn ca-bundle", "warn ca-bundle", "fail certificate", "warn certificate", "warn certificate"});
  CHECK(told(with([&](doc::Facts& f) { f.now += 3660 * day; })) ==
        Told{"fail ca-bundle", "fail ca-bundle", "fail certificate", "fail certificate", "fail certificate"});
  // The webhooks ask by another name than the certificate has.
  found = with([](doc::Facts& f) {
    for (doc::Thing* next : {&f.mutating, &f.validating}) entry(*next)["clientConfig"]["service"]["name"] = "other";
    f.services[0].name = "other";
  });
  CHECK(told(found) == Told{"fail certificate"});
  CHECK(only(found, "certificate").what.starts_with("it is not for other.guard.svc"));
}

TEST_CASE("doctor: what came of the dry runs") {
  const auto with = [](const std::function<void(doc::Facts&)>& change) {
    doc::Facts facts = well(installation());
    change(facts);
    return doc::examine(facts);
  };
  const auto refused = [](int status, const char* message) {
    return doc::Sent{true, false, {}, {}, {status, message}};
  };
  const doc::Sent unchanged{true, true, doc::service_probe("default"), {}, {}};
  CHECK(told(with([&](doc::Facts& f) { f.probed_service = unchanged; })) == Told{"fail mutates"});
  CHECK(told(with([&](doc::Facts& f) {
          f.probed_set = {true, true, doc::set_probe("default"), {}, {}};
        })) == Told{"fail validates"});
  // Denied for what should have been mended.
  CHECK(told(with([&](doc::Facts& f) {
          f.probed_service =
              refused(403, "admission webhook \"validate.brokergate.io\" denied the request: [internal-load-balancer]");
        })) == Told{"fail mutates"});
  const char* const failed =
      "Internal error occurred: failed calling webhook \"validate.brokergate.io\": failed to call webhook: Post \"…\": "
      "tls: failed to verify certificate: x509: certificate signed by unknown authority";
  doc::Symptoms found = with([&](doc::Facts& f) { f.probed_service = f.probed_set = refused(500, failed); });
  CHECK(told(found) == Told{"fail mutates", "fail validates"});
  CHECK(only(found, "validates").remedy.starts_with("the caBundle does not hold the authority"));
  found = with([&](doc::Facts& f) {
    f.probed_service = refused(500, "failed calling webhook \"x.other.io\": connection refused");
    f.probed_set = refused(403, "admission webhook \"x.other.io\" denied the request: no");
  });
  CHECK(told(found) == Told{"unknown mutates", "unknown validates"});
  found = with([&](doc::Facts& f) {
    f.probed_service = refused(403, "services is forbidden: User \"u\" cannot create resource \"services\"");
    f.probed_set = refused(404, "namespaces \"none\" not found");
  });
  CHECK(told(found) == Told{"unknown mutates", "unknown validates"});
  // The words of another webhook, also where they hold ours.
  for (const char* words : {"admission webhook \"policy.brokergate.io\" denied the request: [broker-id]",
                            "admission webhook \"x.io\" denied the request: \"validate.brokergate.io\" [broker-id]",
                            "admission webhook \"mutate.brokergate.io\" denied the request: [broker-id]",
                            "admission webhook \"validate.brokergate.io\" denied the request without explanation",
                            "admission webhook \"validate.brokergate.io\" denied the request: [listener-config]",
                            "\"admission webhook \"validate.brokergate.io\" denied the request: [broker-id]"}) {
    INFO(words);
    CHECK(told(with([&](doc::Facts& f) { f.probed_set = refused(403, words); })) == Told{"unknown validates"});
  }
  // The annotation is there, and says something else.
  found = with([&](doc::Facts& f) {
    f.probed_service.answer["metadata"]["annotations"]["cloud.google.com/load-balancer-type"] = "External";
  });
  CHECK(told(found) == Told{"fail mutates"});
  CHECK(only(found, "mutates").what == "came back with an annotation that does not keep it internal");
  // The namespace is one that the policy, or the webhook, leaves out.
  found = with([&](doc::Facts& f) {
    f.policy = there(policy_map("{match: {namespaces: [streaming]}}"));
    f.probed_service = unchanged;
  });
  CHECK(told(found) == Told{"unknown mutates"});
  found = with([&](doc::Facts& f) {
    f.probe_namespace = "kube-system";
    f.probed_namespace = f.kube_system;
    f.probed_service = unchanged;
    f.probed_set = {true, true, doc::set_probe("kube-system"), {}, {}};
  });
  CHECK(told(found) == Told{"unknown mutates", "unknown validates"});
  // Under a policy that nobody may read, what is seen still counts.
  found = with([&](doc::Facts& f) { f.policy = unread("403"); });
  CHECK(told(found) == Told{"unknown policy"});
}

TEST_CASE("doctor: what was dialled from here") {
  const auto with = [](doc::Dialled dialled) {
    doc::Facts facts = well(installation());
    dialled.url = "https://127.0.0.1:1/x";
    facts.dialled.push_back(std::move(dialled));
    return told(doc::examine(facts), true).at(9);
  };
  const auto sent = [&](doc::Sent result) { return with({"", std::move(result), true, "v1", ""}); };
  CHECK(sent({true, false, {}, {}, {0, "its certificate is not accepted", true}}) == "fail dial");
  CHECK(sent({true, false, {}, {}, {500, "500"}}) == "fail dial");
  CHECK(sent({true, false, {}, {}, {0, "Connection"}}) == "unknown dial");
  CHECK(with({"", {}, true, "v1", "its caBundle is empty"}) == "unknown dial");
  // What the API server would take, and what brokergate would say.
  const auto answers = [&](const char* patch, bool mutating = true, const std::string& version = "v1") {
    Json answer = Json::parse(R"({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                                  "response": {"uid": "brokergate-doctor", "allowed": true}})");
    answer.merge_patch(Json::parse(patch));
    return with({"", {true, true, std::move(answer), {}, {}}, mutating, version, ""});
  };
  CHECK(answers("{}") == "ok dial");
  CHECK(answers("{}", false) == "ok dial");
  CHECK(answers(R"({"response": {"patch": "W10=", "patchType": "JSONPatch"}})") == "ok dial");
  CHECK(answers(R"({"response": {"allowed": false}})", false) == "ok dial");
  CHECK(answers(R"({"apiVersion": "admission.k8s.io/v1beta1"})", true, "v1beta1") == "ok dial");
  CHECK(answers(R"({"apiVersion": "admission.k8s.io/v1beta1"})") == "fail dial");
  CHECK(answers(R"({"kind": null})") == "fail dial");
  CHECK(answers(R"({"response": {"uid": "another"}})") == "fail dial");
  CHECK(answers(R"({"response": {"allowed": "true"}})") == "fail dial");
  CHECK(answers(R"({"response": {"allowed": false}})") == "fail dial");
  CHECK(answers(R"({"response": {"patch": "W10=", "patchType": "JSONPatch"}})", false) == "fail dial");
  CHECK(answers(R"({"response": {"patch": "W10="}})") == "fail dial");
  CHECK(answers(R"({"response": {"patch": "!", "patchType": "JSONPatch"}})") == "fail dial");
  CHECK(answers(R"({"response": {"patch": "e30=", "patchType": "JSONPatch"}})") == "fail dial");
}

TEST_CASE("doctor: URLs that the API server takes") {
  const auto wrong = [](const char* url, bool mutating = true) {
    doc::Facts facts = well(installation());
    entry(mutating ? facts.mutating : facts.validating)["clientConfig"].erase("service");
    entry(mutating ? facts.mutating : facts.validating)["clientConfig"]["url"] = url;
    return told(doc::examine(facts));
  };
  CHECK(wrong("https://10.0.0.1:8443/mutate").empty());
  CHECK(wrong("https://10.0.0.1:8443/validate", false).empty());
  CHECK(wrong("https://10.0.0.1/through/mutate") == Told{"warn endpoint"});
  for (const char* url : {"http://10.0.0.1/mutate", "https://u:p@10.0.0.1/mutate", "https://10.0.0.1/mutate?a=b",
                          "https://10.0.0.1/mutate#a", "https:///mutate", "https://10.0.0.1/", "https://10.0.0.1"}) {
    INFO(url);
    CHECK(wrong(url) == Told{"fail endpoint"});
  }
}

TEST_CASE("doctor: Services as the API server uses them") {
  const auto with = [](const char* patch_of_service, const char* patch_of_slice = "{}") {
    doc::Facts facts = well(installation());
    facts.services[0].object.object.merge_patch(Json::parse(patch_of_service));
    facts.services[0].slices.object["items"][0].merge_patch(Json::parse(patch_of_slice));
    return told(doc::examine(facts));
  };
  CHECK(with("{}").empty());
  const Told service{"fail service"}, endpoints{"fail endpoints"};
  CHECK(with(R"({"spec": {"ports": [{"port": 443, "protocol": "UDP"}]}})") == service);
  CHECK(with(R"({"spec": {"selector": {"app": "other"}}})") == service);
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": "https"}]}})") == service);
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": 9443}]}})") == Told{"warn service"});
  CHECK(with(R"({"spec": {"ports": [{"name": "https", "port": 443, "targetPort": 8443}]}})").empty());
  CHECK(with(R"({"spec": {"type": "ExternalName", "externalName": "elsewhere"}})") == Told{"warn service"});
  CHECK(with("{}", R"({"ports": null})") == endpoints);
  CHECK(with("{}", R"({"ports": [{"name": "operations", "port": 8080}]})") == endpoints);
  const auto endpoint = [&](const char* conditions) {
    return with(
        "{}",
        (R"({"endpoints": [{"addresses": ["10.0.0.1"], "conditions": )" + std::string(conditions) + "}]}").c_str());
  };
  CHECK(endpoint("{}").empty());
  CHECK(endpoint(R"({"ready": false})") == endpoints);
  CHECK(endpoint(R"({"ready": true, "serving": false})") == endpoints);
  CHECK(endpoint(R"({"ready": true, "terminating": true})") == endpoints);
}

TEST_CASE("doctor: every entry's Service is judged") {
  doc::Facts facts = well(installation());
  Json second = entry(facts.validating);
  second["name"] = "services.brokergate.io";
  second["rules"].erase(0);
  entry(facts.validating)["rules"].erase(1);
  facts.validating.object["webhooks"].push_back(second);
  CHECK(told(doc::examine(facts)).empty());
  // Another Service, which is not there and has no name in the certificate.
  Json& place = facts.validating.object["webhooks"][1]["clientConfig"]["service"];
  place["name"] = "gone";
  facts.services.push_back({"guard", "gone", {doc::Thing::State::kAbsent, {}, "404"}, doc::Thing()});
  CHECK(told(doc::examine(facts)) == Told{"fail service", "fail certificate"});
  facts.services.pop_back();
  CHECK(told(doc::examine(facts)) == Told{"unknown service", "fail certificate"});
  place["name"] = "brokergate";
  place["port"] = 444;
  CHECK(told(doc::examine(facts)) == Told{"fail service"});
  place["port"] = 443;
  // All is asked about, but part of it elsewhere only.
  facts.validating.object["webhooks"][1]["namespaceSelector"] = Json::parse(R"({"matchLabels": {"never": "x"}})");
  CHECK(told(doc::examine(facts)) == Told{"warn rules", "warn namespaces"});
}

TEST_CASE("doctor: the cluster view and the questions that need it go together") {
  const Json scale = Json::parse(R"({"apiGroups": ["apps"], "apiVersions": ["v1"],
      "resources": ["statefulsets/scale"], "operations": ["UPDATE"], "scope": "Namespaced"})");
  const Json removal = Json::parse(R"([{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["services"],
      "operations": ["DELETE"], "scope": "Namespaced"}])");
  struct Row {
    const char* what;
    bool view, asks_scale, asks_removal;
    const char* policy;  // of the entry about deletions
    Told wanted;
    const char* says;
  };
  for (const Row& row : std::vector<Row>{
           {"neither", false, false, false, "", {}, nullptr},
           {"both",
            true,
            true,
            true,
            "Ignore",
            {"ok cluster-view"},
            "asked about UPDATE of statefulsets/scale, DELETE of services"},
           {"nobody asks",
            true,
            false,
            false,
            "",
            {"warn cluster-view"},
            "does not ask about UPDATE of statefulsets/scale, DELETE of services: "},
           {"half is asked", true, true, false, "", {"warn cluster-view"}, "does not ask about DELETE of services: "},
           {"nobody looks",
            false,
            true,
            true,
            "Ignore",
            {"warn cluster-view"},
            "asks about UPDATE of statefulsets/scale, DELETE of services: "},
           {"deletions are held up", true, true, true, "Fail", {"warn failure-policy", "ok cluster-view"}, nullptr}}) {
    INFO(row.what);
    doc::Facts facts = well(installation());
    Json& container = facts.deployment.object["spec"]["template"]["spec"]["containers"][0];
    container["args"] = Json::array({"serve", "--stay", "5"});
    if (row.view) container["args"].push_back("--cluster-view");
    if (row.asks_scale) entry(facts.validating)["rules"].push_back(scale);
    if (row.asks_removal) {
      Json second = entry(facts.validating);
      second["name"] = "deletions.validate.brokergate.io";
      second["rules"] = removal;
      second["failurePolicy"] = row.policy;
      facts.validating.object["webhooks"].push_back(second);
    }
    const doc::Symptoms found = doc::examine(facts);
    Told got = told(found);
    for (const doc::Symptom& next : found.all()) {
      if (next.id == std::string("cluster-view") && next.level == doc::Level::kOk) got.emplace_back("ok cluster-view");
      if (next.id == std::string("cluster-view") && row.says) CHECK_THAT(next.what, Catch::Contains(row.says));
    }
    CHECK(got == row.wanted);
  }
  // Everything is asked about, and nobody meant this.
  doc::Facts facts = well(installation());
  entry(facts.validating)["rules"] = Json::parse(R"([{"apiGroups": ["apps", ""], "apiVersions": ["*"],
      "resources": ["statefulsets", "services"], "operations": ["*"]}])");
  CHECK(told(doc::examine(facts)).empty());
  // What runs elsewhere tells nobody its options.
  facts = well(installation());
  facts.deployment = unread("403");
  entry(facts.validating)["rules"].push_back(scale);
  const Told got = told(doc::examine(facts));
  CHECK(std::count(got.begin(), got.end(), "warn cluster-view") == 0);
}

TEST_CASE("doctor: subresources are behind their own wildcards") {
  const auto missing = [](const char* resources) {
    const Json entry = {
        {"rules", Json::array({{{"apiGroups", {"*"}}, {"apiVersions", {"*"}}, {"operations", {"*"}}}})}};
    Json own = entry;
    own["rules"][0]["resources"] = Json::parse(resources);
    return doc::view_coverage_of({&own}).missing;
  };
  CHECK(missing(R"(["*/*"])").empty());
  CHECK(missing(R"(["*"])") == "UPDATE of statefulsets/scale");
  CHECK(missing(R"(["*", "*/scale"])").empty());
  CHECK(missing(R"(["services", "statefulsets/*"])").empty());
  CHECK(missing(R"(["services/*", "statefulsets"])") == "UPDATE of statefulsets/scale, DELETE of services");
}

TEST_CASE("doctor: what no volume tells is unknown") {
  const auto with = [](const char* volumes) {
    doc::Facts facts = well(installation());
    facts.deployment.object["spec"]["template"]["spec"]["volumes"] = Json::parse(volumes);
    const doc::Mounts mounts = doc::mounts_of(facts.deployment);
    if (mounts.policy.empty()) facts.policy = {};
    if (mounts.secret.empty()) facts.secret = {};
    return told(doc::examine(facts));
  };
  const Told both{"unknown policy", "unknown certificate"};
  CHECK(with("[]") == both);
  CHECK(with(R"([{"csi": {"driver": "x"}}, {"configMap": {"name": "brokergate-policy"}}])") ==
        Told{"unknown certificate"});
  CHECK(with(R"([{"secret": {"secretName": "tls"}}, {"configMap": {"name": "a"}}, {"configMap": {"name": "b"}}])") ==
        Told{"unknown policy"});
  CHECK(with(R"([{"secret": {"secretName": "ca", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}])") == both);
  doc::Facts facts = well(installation());
  facts.deployment = unread("403");
  facts.policy = facts.secret = {};
  CHECK(told(doc::examine(facts)) == Told{"unknown policy", "unknown deployment", "unknown certificate"});
}

TEST_CASE("doctor: time that was up is told") {
  doc::Facts facts = well(installation());
  facts.out_of_time = true;
  CHECK(told(doc::examine(facts)) == Told{"unknown time"});
}

TEST_CASE("doctor: what to do about the API server's own errors") {
  const auto starts = [](const char* message, const char* remedy) {
    INFO(message);
    CHECK(doc::remedy_for_call(message).starts_with(remedy));
  };
  starts("x509: certificate is valid for 127.0.0.2, not 127.0.0.1", "issue the certificate for the name");
  starts("x509: certificate has expired or is not yet valid", "renew the certificate");
  starts("no endpoints available for service \"brokergate\"", "brokergate does not run there");
  starts("dial tcp 10.0.0.1:443: connect: connection refused", "brokergate does not run there");
  starts("context deadline exceeded", "the API server gets no connection in time");
  starts("service \"brokergate\" not found", "the Service that the webhook is asked by");
  starts("remote error: tls: certificate required", "the TLS handshake fails");
  starts("an error on the server", "brokergate's log");
}

TEST_CASE("doctor: both objects mean what they are sent for") {
  const Policy policy = Policy::defaults();
  CHECK(doc::expected_of_service(policy, "default") == doc::Expected::kMended);
  CHECK(doc::expected_of_set(policy, "default") == doc::Expected::kDenied);
  Policy warns = policy;
  warns.mode = Mode::kWarn;
  CHECK(doc::expected_of_set(warns, "default") == doc::Expected::kWarned);
  Policy elsewhere = policy;
  elsewhere.match_namespaces = {"streaming"};
  CHECK(doc::expected_of_service(elsewhere, "default") == doc::Expected::kNothing);
  CHECK(doc::expected_of_set(elsewhere, "default") == doc::Expected::kNothing);
  CHECK(doc::expected_of_set(elsewhere, "streaming") == doc::Expected::kDenied);
}

TEST_CASE("doctor: label selectors as the API server holds them") {
  using doc::Selected;
  const Json labels = Json::parse(R"({"a": "1", "b": "2"})");
  const auto selects = [&](const char* selector, bool all = true) {
    return doc::selects(Json::parse(selector), labels, all);
  };
  CHECK(selects("{}") == Selected::kYes);
  CHECK(selects("null") == Selected::kYes);
  CHECK(selects(R"({"matchLabels": {"a": "1"}})") == Selected::kYes);
  CHECK(selects(R"({"matchLabels": {"a": "1", "c": "3"}})") == Selected::kNo);
  CHECK(selects(R"({"matchLabels": {"a": "1", "c": "3"}})", false) == Selected::kUnknown);
  CHECK(selects(R"({"matchLabels": {"a": "2", "c": "3"}})", false) == Selected::kNo);
  const auto meets = [&](const char* key, const char* relation, const char* values, bool all = true) {
    return selects((R"({"matchExpressions": [{"key": ")" + std::string(key) + R"(", "operator": ")" + relation +
                    R"(", "values": )" + values + "}]}")
                       .c_str(),
                   all);
  };
  CHECK(meets("a", "In", R"(["1", "2"])") == Selected::kYes);
  CHECK(meets("a", "In", R"(["2"])") == Selected::kNo);
  CHECK(meets("a", "NotIn", R"(["2"])") == Selected::kYes);
  CHECK(meets("a", "NotIn", R"(["1"])") == Selected::kNo);
  CHECK(meets("c", "NotIn", R"(["1"])") == Selected::kYes);
  CHECK(meets("c", "NotIn", R"(["1"])", false) == Selected::kUnknown);
  CHECK(meets("a", "Exists", "null") == Selected::kYes);
  CHECK(meets("c", "Exists", "null") == Selected::kNo);
  CHECK(meets("c", "DoesNotExist", "null") == Selected::kYes);
  CHECK(meets("a", "DoesNotExist", "null") == Selected::kNo);
  CHECK(meets("a", "Like", R"(["1"])") == Selected::kUnknown);
  const auto can = [](const char* selector) { return doc::can_select(Json::parse(selector)); };
  CHECK(can("null"));
  CHECK(can(R"({"matchLabels": {"a": "1"}})"));
  CHECK(can(R"({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]})"));
  CHECK_FALSE(can(R"({"matchExpressions": [{"key": "a", "operator": "In", "values": []}]})"));
  CHECK_FALSE(can(R"({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]})"));
  CHECK_FALSE(can(R"({"matchLabels": {"a": "1"}, "matchExpressions": [
      {"key": "a", "operator": "In", "values": ["2", "3"]}]})"));
  CHECK(doc::demands(Json::parse(R"({"matchLabels": {"b": "1"}, "matchExpressions": [
      {"key": "a", "operator": "In", "values": ["2", "3"]}, {"key": "c", "operator": "NotIn", "values": ["1"]},
      {"key": "d", "operator": "Exists"}]})")) == "a in (2, 3), b=1, d");
}

TEST_CASE("doctor: objects of any shape are judged without a crash") {
  const std::vector<Json> odd{nullptr,
                              1,
                              "x",
                              Json::array({1}),
                              Json::object(),
                              Json::array({Json::array()}),
                              Json::parse(R"({"webhooks": [1, null, {}, {"clientConfig": 1, "rules": [1]}]})"),
                              Json::parse(R"({"spec": {"template": {"spec": {"volumes": [1, {"projected": 1}]}}}})"),
                              Json::parse(R"({"items": [1, {"endpoints": [1, {"addresses": 1}]}]})"),
                              Json::parse(R"({"data": {"tls.crt": "AAAA", "tls.key": 1, "policy.yaml": "["}})")};
  for (const Json& next : odd) {
    doc::Facts facts = well(installation());
    for (doc::Thing* thing : {&facts.mutating, &facts.validating, &facts.services[0].object, &facts.services[0].slices,
                              &facts.deployment, &facts.renewal, &facts.secret, &facts.policy, &facts.kube_system}) {
      const doc::Thing kept = *thing;
      thing->object = next;
      CHECK_FALSE(doc::examine(facts).all().empty());
      *thing = kept;
    }
    facts.probed_service.answer = next;
    CHECK_FALSE(doc::examine(facts).all().empty());
  }
  // Text of the cluster does not steer a terminal.
  doc::Facts facts = well(installation());
  entry(facts.mutating)["name"] = "a\x1b[2J\nb";
  entry(facts.mutating)["matchPolicy"] = "Exact";
  CHECK(only(doc::examine(facts), "match-policy").what.starts_with("a [2J b: "));
}
