// The doctor's judgement, without a server: what is wrong in the facts, and what it says of it.
#include "webhook/doctor/doctor.h"
#include "brokergate/base64.h"
#include "catch.h"
#include "doctor_help.h"
#include "webhook/doctor/place.h"
#include "webhook/doctor/probe.h"

using namespace brokergate;
using namespace brokergate::test;
using certs::Json;
using Told = std::vector<std::string>;

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
