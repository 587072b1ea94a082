#include "webhook/user_class.h"

#include <memory>

#include "brokergate/document.h"
#include "catch.h"
#include "webhook/admission.h"

using namespace brokergate;

TEST_CASE("the class of a user is one of seven words, whatever the user is called") {
  struct Row {
    const char* user;  // YAML of userInfo
    const char* wanted;
  };
  for (const Row& row : std::vector<Row>{
           {"{username: jane, groups: ['system:authenticated']}", "user"},
           {"{username: kubernetes-admin, groups: ['system:masters', 'system:authenticated']}", "admin"},
           {"{username: 'system:serviceaccount:a:b', groups: ['system:masters']}", "admin"},
           {"{username: 'system:serviceaccount:kube-system:statefulset-controller'}", "serviceaccount"},
           {"{username: as-group, groups: ['system:serviceaccounts', 'system:serviceaccounts:a']}", "serviceaccount"},
           {"{username: 'system:node:one'}", "node"},
           {"{username: x, groups: ['system:nodes']}", "node"},
           {"{username: 'system:anonymous', groups: ['system:unauthenticated']}", "anonymous"},
           {"{username: 'system:kube-controller-manager'}", "system"},
           {"{username: \"system:\\n{forged}\"}", "system"},
           {"{username: admin}", "user"},
           {"{username: x, groups: 'system:masters'}", "user"},
           {"{username: x, groups: {a: 'system:masters'}}", "user"},
           {"{groups: [[], 1, null]}", "unknown"},
           {"{username: 7}", "unknown"},
           {"[]", "unknown"},
           {"null", "unknown"}}) {
    INFO(row.user);
    const ReadResult found = read(std::make_shared<const Source>("user", row.user));
    REQUIRE(found.documents.size() == 1);
    CHECK(webhook::user_class(found.documents.front().root()) == row.wanted);
  }
  CHECK(webhook::user_class({}) == "unknown");
}

TEST_CASE("the class of the user stands in the decision, also where the object is not examined") {
  const auto body = std::make_shared<const Source>(
      "review", R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1",
        "operation":"DELETE","kind":{"kind":"Service"},"userInfo":{"username":"u","groups":["system:masters"]}}})");
  const webhook::Answer answer = webhook::answer(body, webhook::Endpoint::kMutate, Policy::defaults(), "2026-01-01");
  CHECK(answer.status == 200);
  CHECK(answer.decision.skipped == "operation");
  CHECK(answer.decision.user == "admin");
}
