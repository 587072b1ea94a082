// What an UPDATE is blamed for and what is changed in it (never make it worse).
#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kOwn = "EXTERNAL://$(POD_NAME).events.acme.io:9094";
const std::string kOther = "EXTERNAL://$(POD_NAME).old.acme.io:9094";

}  // namespace

TEST_CASE("a fault that was there before is a warning, a new one is a denial") {
  Update same(service("", kLive), service("", kLive));
  const Evaluation kept = same.run();
  const Finding* finding = find_finding(kept.verdict, "internal-load-balancer");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->weakened == "it was there before this update");
  CHECK_FALSE(finding->fixable());

  same.policy.on_existing = Severity::kDeny;
  const Evaluation strict = same.run();
  CHECK(find_finding(strict.verdict, "internal-load-balancer")->severity == Severity::kDeny);
  CHECK_FALSE(find_finding(strict.verdict, "internal-load-balancer")->fixable());

  const std::string other = "    cloud.google.com/load-balancer-type: External\n";
  const Evaluation worse = Update(service(kInternal), service(other)).run();
  CHECK(find_finding(worse.verdict, "internal-load-balancer")->severity == Severity::kDeny);
}

TEST_CASE("a live load balancer is never turned by a fix, only put back") {
  struct Case {
    const char *was, *is, *rest;
    bool finding, live_change, edits;
  };
  const std::string external = "    cloud.google.com/load-balancer-type: External\n";
  const Case all[] = {
      {"", "", kLive, true, false, false},                      // public before
      {kInternal, "", kLive, true, true, true},                 // lost: put back
      {kInternal, kInternal, kLive, false, false, false},       // as it was
      {"", kInternal, kLive, false, true, false},               // would replace what runs
      {kInternal, external.c_str(), kLive, true, true, false},  // on purpose
      {kInternal, "", "", true, false, true},                   // nothing is live: injected as at creation
      {"", "", "", true, false, false},                         // was there, pending
      {external.c_str(), "", kLive, true, false, false},        // external both times
  };
  for (const Case& one : all) {
    INFO("was <" << one.was << "> is <" << one.is << "> rest <" << one.rest << ">");
    const Update update(service(one.was, one.rest), service(one.is, one.rest));
    const Evaluation evaluation = update.run();
    CHECK((find_finding(evaluation.verdict, "internal-load-balancer") != nullptr) == one.finding);
    CHECK((find_finding(evaluation.verdict, "live-load-balancer-change") != nullptr) == one.live_change);
    CHECK(edits_for(evaluation.verdict, update.now.objects[0]).empty() != one.edits);
  }
}

TEST_CASE("what is put back is what the old object had, not more") {
  const Update update(service(kInternal, kLive), service("", kLive));
  const Evaluation evaluation = update.run();
  const std::vector<Edit> edits = edits_for(evaluation.verdict, update.now.objects[0]);
  REQUIRE(edits.size() == 1);
  const Document changed = apply(update.now.objects[0].source(), update.now.objects[0].root, edits);
  CHECK(same_value(changed.root(), update.before.objects[0].root));
}

TEST_CASE("a template is changed by an update only when the user's own update changes it") {
  struct Case {
    std::string was, is;
    bool finding, edits;
  };
  const Case all[] = {
      {stateful_set(kOther), stateful_set(kOther), true, false},              // nothing changes
      {stateful_set(kOther), stateful_set(kOther, "7.4.1", 3), true, false},  // scaled: no restart
      {stateful_set(kOther), stateful_set(kOther, "7.5.0"), true, true},      // restarts anyway
      {stateful_set(kOwn), stateful_set(kOther), true, true},                 // carried ours and lost it
      {stateful_set(kOwn), stateful_set(kOwn, "7.5.0"), false, false},        // carries ours
  };
  for (const Case& one : all) {
    INFO(one.was << "\n--- to ---\n" << one.is);
    Update update(one.was, one.is);
    update.policy.domain = "events.acme.io";
    const Evaluation evaluation = update.run();
    CHECK((find_finding(evaluation.verdict, "advertised-listener") != nullptr) == one.finding);
    CHECK(edits_for(evaluation.verdict, update.now.objects[0]).empty() != one.edits);
  }
}

TEST_CASE("what a full re-apply lost is put back so that nothing restarts") {
  Update update(stateful_set(kOwn), stateful_set(kOther));
  update.policy.domain = "events.acme.io";
  const Evaluation evaluation = update.run();
  const Object& object = update.now.objects[0];
  const Document changed = apply(object.source(), object.root, edits_for(evaluation.verdict, object));
  CHECK(same_value(changed.root(), update.before.objects[0].root));
}

TEST_CASE("ratchet of a template's fault: told as a warning, mended with the user's own restart") {
  Update update(stateful_set(kOther), stateful_set(kOther, "7.5.0"));
  update.policy.domain = "events.acme.io";
  const Evaluation evaluation = update.run();
  const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->fixable());
}

TEST_CASE("an object that goes away is left in peace") {
  const Bundle bundle = parse(service("", kLive), false);
  Admission admission;
  admission.operation = Operation::kDelete;
  admission.old_object = &bundle.objects[0];
  const Policy policy = Policy::defaults();
  CHECK(evaluate(bundle, policy, &admission).verdict.findings.empty());

  std::string text = service("", kLive);
  text.insert(text.find("  name:"), "  deletionTimestamp: \"2026-01-01T00:00:00Z\"\n");
  const Update terminating(service(kInternal, kLive), text);
  CHECK(terminating.run().verdict.findings.empty());
}

TEST_CASE("an update of something else is judged as what it is") {
  Bundle now = parse(service());
  const Bundle before = parse("apiVersion: v1\nkind: Service\nmetadata: {name: other}\nspec: {}\n");
  Admission admission;
  admission.operation = Operation::kUpdate;
  admission.old_object = &before.objects[0];
  const Policy policy = Policy::defaults();
  const Evaluation evaluation = evaluate(now, policy, &admission);
  REQUIRE(find_finding(evaluation.verdict, "internal-load-balancer"));
  CHECK(find_finding(evaluation.verdict, "internal-load-balancer")->severity == Severity::kDeny);
}
