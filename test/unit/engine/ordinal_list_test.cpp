// How findings list brokers: each once, in order, and the subject never again.
#include "rules/ordinal_list.h"

#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

TEST_CASE("brokers are listed once and in order") {
  CHECK(brokers_text({0, 0}) == "broker 0");
  CHECK(brokers_text({2, 0, 2}) == "brokers 0 and 2");
  CHECK(brokers_text({3, 1, 0, 2, 0}) == "brokers 0, 1, 2 and 3");
  CHECK(brokers_text({0, 1, 2, 3, 4, 5, 6, 6}) == "brokers 0, 1, 2, 3 and 3 more");
  CHECK(also_text(0, {0, 2, 0, 1}) == " (also brokers 1 and 2)");
  CHECK(also_text(0, {0, 0}).empty());
}

TEST_CASE("copies of a Service are one broker's") {
  const std::string local = "  externalTrafficPolicy: Local\n";
  const Bundle bundle = parse(service(kInternal, local) + "---\n" + service(kInternal, local) + "---\n" +
                              stateful_set("EXTERNAL://$(POD_NAME).acme.io:9094"));
  const Policy policy = policy_of("");
  const Evaluation evaluation = evaluate(bundle, policy);
  const Finding* finding = find_finding(evaluation.verdict, "traffic-policy");
  REQUIRE(finding);
  CHECK(finding->message.starts_with("externalTrafficPolicy Local of broker 0: "));
  CHECK(finding->ordinals == std::vector<int64_t>{0});
}
