// The doctor's judgement on what the API server asks about: rules, selectors, what a cluster view needs.
#include <algorithm>

#include "catch.h"
#include "doctor_help.h"
#include "webhook/doctor/coverage.h"
#include "webhook/doctor/doctor.h"
#include "webhook/doctor/selector.h"

using namespace brokergate;
using namespace brokergate::test;
using certs::Json;
using Told = std::vector<std::string>;

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
