// The doctor's judgement on what was tried: dry runs by way of the API server, a call from here.
#include "catch.h"
#include "doctor_help.h"
#include "webhook/doctor/doctor.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/probe.h"

using namespace brokergate;
using namespace brokergate::test;
using certs::Json;
using Told = std::vector<std::string>;

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
