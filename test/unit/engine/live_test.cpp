// Load balancers that exist: outside of a request, too, nothing gives them another address.
#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kBrokers = "---\n" + stateful_set("EXTERNAL://$(POD_NAME).kafka.example.com:9094");

}  // namespace

TEST_CASE("a load balancer that says it is live is not turned by lint and mutate") {
  const Bundle bundle = parse(service("", kLive) + kBrokers);
  const Policy policy = Policy::defaults();
  const Evaluation evaluation = evaluate(bundle, policy);
  const Finding* finding = find_finding(evaluation.verdict, "internal-load-balancer");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kDeny);
  CHECK_FALSE(finding->fixable());
  CHECK(finding->remediation.find("the load balancer is live and would get another address") != std::string::npos);
  // One that is not there yet is.
  const Bundle to_come = parse(service() + kBrokers);
  CHECK(find_finding(evaluate(to_come, policy).verdict, "internal-load-balancer")->fixable());
}

TEST_CASE("a manifest whose load balancer is live in the cluster is not turned, and not made to turn it") {
  const std::string open = service(), closed = service(kInternal);
  const std::string live = service("", kLive), live_closed = service(kInternal, kLive);
  SECTION("neither is public any better: the fault stays, the change is not made") {
    const Coming beside(parse(open + kBrokers), "", live);
    const Evaluation evaluation = beside.run();
    const Finding* finding = find_finding(evaluation.verdict, "internal-load-balancer");
    REQUIRE(finding);
    CHECK_FALSE(finding->fixable());
    CHECK_FALSE(find_finding(evaluation.verdict, "live-load-balancer-change"));
  }
  SECTION("the manifest turns it internal") {
    const Coming beside(parse(closed + kBrokers), "", live);
    const Evaluation evaluation = beside.run();
    const Finding* finding = find_finding(evaluation.verdict, "live-load-balancer-change");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::kDeny);
  }
  SECTION("the manifest lost the annotation: it is put back") {
    const Coming beside(parse(open + kBrokers), "", live_closed);
    const Evaluation evaluation = beside.run();
    const Finding* finding = find_finding(evaluation.verdict, "live-load-balancer-change");
    REQUIRE(finding);
    CHECK(finding->fixable());
  }
  SECTION("as it is") {
    const Coming beside(parse(closed + kBrokers), "", live_closed);
    CHECK_FALSE(find_finding(beside.run().verdict, "live-load-balancer-change"));
  }
  SECTION("one of another name is another one") {
    std::string other = live;
    other.replace(other.find("kafka-0-external"), 16, "kafka-1-external");
    const Coming beside(parse(closed + kBrokers), "", other);
    CHECK_FALSE(find_finding(beside.run().verdict, "live-load-balancer-change"));
  }
}
