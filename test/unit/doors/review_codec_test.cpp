// How reviews are read and answers are written, byte by byte.
#include <nlohmann/json.hpp>

#include <string>

#include "brokergate/base64.h"
#include "catch.h"
#include "review_help.h"
#include "webhook/review_codec.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;
using webhook::Endpoint;

TEST_CASE("objects that nobody looks at are not read, and the answer is the same") {
  const std::string who = R"(,"userInfo":{"username":"ci"},"dryRun":false)";
  const auto decoded = [&](const Ask& ask, webhook::ReviewPart part) {
    return webhook::decode_review(std::make_shared<const Source>("<request>", review_of(ask)), part);
  };
  Ask ask{.operation = "DELETE", .object = "null", .old_object = R"({"spec":[[{"a":"}]"}]]})", .extra = who};
  const auto head = decoded(ask, webhook::ReviewPart::kHead);
  REQUIRE(head);
  CHECK(head->head_only);
  CHECK(head->operation == "DELETE");
  CHECK(head->kind == "Service");
  CHECK(head->name == "kafka-0-external");
  CHECK_FALSE(head->old_object);
  CHECK(head->document->root()["request"]["oldObject"].size() == 0);
  CHECK(decoded(ask, webhook::ReviewPart::kWhole)->old_object);

  const std::string body = review_of(ask);
  const webhook::ReviewHint hint = webhook::hint_of(body);
  CHECK(hint.operation == "DELETE");
  CHECK(hint.kind == "Service");
  CHECK(hint.sub_resource.empty());
  CHECK(webhook::hint_of(R"({"request":{"operation":"DELETE"}})").operation.empty());
  CHECK(webhook::hint_of("").kind.empty());
  CHECK(plainly_allowed(response_to(ask, Endpoint::kMutate)));

  ask.old_object = R"({"spec":[[{"a":1}})";  // brackets are checked
  CHECK(ask_webhook(review_of(ask), Endpoint::kMutate).status == 400);
}

TEST_CASE("what the first bytes promise decides nothing") {
  const Ask plain{.extra = R"(,"userInfo":{"username":"ci"},"dryRun":false)"};
  std::string misleading = review_of(plain);
  const std::string uid = R"("request":{)";
  misleading.insert(misleading.find(uid) + uid.size(),
                    R"("other":{"kind":{"kind":"Secret"},"subResource":"scale","operation":"DELETE"},)");
  const webhook::ReviewHint hint = webhook::hint_of(misleading);
  CHECK(hint.kind == "Secret");
  CHECK(hint.sub_resource == "scale");
  CHECK(hint.operation == "DELETE");
  const webhook::Answer answer = ask_webhook(misleading, Endpoint::kMutate);
  CHECK(answer.decision.patched);
  CHECK(answer.body == ask_webhook(review_of(plain), Endpoint::kMutate).body);
}

TEST_CASE("what is no review is refused with its place") {
  struct Case {
    const char* body;
    uint32_t line, column;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"[]", 1, 1, "not an AdmissionReview"},
      {"{}", 1, 1, "not an AdmissionReview"},
      {R"({"kind": "Pod", "apiVersion": "v1"})", 1, 10, "not an AdmissionReview"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{}})", 1, 40,
       "apiVersion is not admission.k8s.io/v1 or admission.k8s.io/v1beta1"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", 1, 1, "the review has no request"},
      {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\n \"request\":[]}", 2, 12,
       "the review has no request"},
      {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\n "
       "\"request\":{\"operation\":\"CREATE\"}}",
       2, 12, "the request has no uid"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}})", 1, 79,
       "the request has no uid"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u"}})", 1, 72,
       "the request has no operation"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","operation":"CREATE","object":7}})",
       1, 113, "object is not an object"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","operation":"CREATE","kind":{"kind":"Service"}}})",
       1, 72, "CREATE without request.object"},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.body);
    const webhook::Answer answer = ask_webhook(wrong.body, Endpoint::kMutate);
    CHECK(answer.status == 400);
    CHECK(answer.body == wrong.message);
    CHECK(answer.position.line == wrong.line);
    CHECK(answer.position.column == wrong.column);
  }
  const auto broken = GENERATE(
      values<std::string>({"", " \n", "{", "{\"a\":1}{\"b\":2}", "a: 1\n", "{\"kind\":\"AdmissionReview\"",
                           "{\"a\":\"\xff\"}", "{\"a\":1e400,}", std::string("{\0}", 3), std::string(100000, '[')}));
  const webhook::Answer answer = ask_webhook(broken, Endpoint::kValidate);
  CHECK(answer.status == 400);
  CHECK_FALSE(answer.body.empty());
}

TEST_CASE("a uid of a megabyte comes back as it was") {
  json review = json::parse(review_of({}));
  const std::string uid = "no uuid " + std::string(size_t{1} << 20, '~');
  review["request"]["uid"] = uid;
  for (const Endpoint endpoint : {Endpoint::kMutate, Endpoint::kValidate}) {
    const webhook::Answer answer = ask_webhook(review.dump(), endpoint);
    CHECK(json::parse(answer.body)["response"]["uid"] == uid);
    CHECK(answer.body.size() < uid.size() + 4000);
  }
}

TEST_CASE("one line, without controls, of bounded length") {
  using webhook::one_line;
  CHECK(one_line("a\nb\tc\x1b[2J\x7f", 100) == "a b c [2J ");
  CHECK(one_line("\xC2\x85\xC2\xA0", 100) == " \xC2\xA0");
  CHECK(one_line("\xFF\xC3(", 100) == "\xEF\xBF\xBD\xEF\xBF\xBD(");
  CHECK(one_line("\xED\xA0\x80", 100) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(one_line("äöüß", 4) == "äöüß");
  CHECK(one_line("äöüßx", 4) == "äöü…");
}

TEST_CASE("base64 is the standard padded one") {
  CHECK(encode_base64("") == "");
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foobar") == "Zm9vYmFy");
  CHECK(encode_base64("\xFB\xEF\xFF") == "++//");
  std::string large;
  for (size_t i = 0; i < (size_t{3} << 20) + 2; ++i) large += static_cast<char>(i * 31);
  CHECK(decoded(encode_base64(large)) == large);
  CHECK(decode_base64(encode_base64(large)) == large);
  for (const char* none : {"Zg=", "Zg", "Z===", "====", "=", "Zg==Zg==", "Z=g=", "Zm9v YmFy", "-_-_", "Zm9v\x80"}) {
    INFO(none);
    CHECK_FALSE(decode_base64(none));
  }
  CHECK(decode_base64("Zm9v\r\nYg=\n=") == "foob");
}

TEST_CASE("fields are written as the API server writes them") {
  using webhook::field_path;
  CHECK(field_path("") == "");
  CHECK(field_path("/spec/ports/0/targetPort") == "spec.ports[0].targetPort");
  CHECK(field_path("/metadata/annotations/cloud.google.com~1load-balancer-type") ==
        "metadata.annotations[cloud.google.com/load-balancer-type]");
  CHECK(field_path("/metadata/labels/app") == "metadata.labels[app]");
  CHECK(field_path("/spec/template/spec/containers/0/env/12/value") ==
        "spec.template.spec.containers[0].env[12].value");
  CHECK(field_path("/a~0b") == "a~b");
}
