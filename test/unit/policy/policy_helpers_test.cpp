#include <set>

#include "brokergate/policy.h"
#include "catch.h"
#include "rules/policy/preemptible.h"
#include "rules/policy/wildcard.h"

using namespace brokergate;

TEST_CASE("nearest") {
  const std::vector<std::string_view> keys = {"domain", "hostname", "listener", "mode", "match"};
  CHECK(nearest("domian", keys) == "domain");
  CHECK(nearest("Domain", keys) == "domain");
  CHECK(nearest("listner", keys) == "listener");
  CHECK(nearest("host-name", keys) == "hostname");
  CHECK(nearest("mod", keys) == "mode");
  CHECK(nearest("x", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("exposure", keys).empty());
  CHECK(nearest(std::string(100'000, 'd'), keys).empty());
  CHECK(nearest("domain", {}).empty());
}

TEST_CASE("wildcards") {
  CHECK(matches_wildcard("*", ""));
  CHECK(matches_wildcard("kafka-*", "kafka-eu"));
  CHECK(matches_wildcard("*-kafka", "team-a-kafka"));
  CHECK(matches_wildcard("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_wildcard("kafka", "kafka-eu"));
  CHECK_FALSE(matches_wildcard("kafka-*", "kafka"));
  CHECK_FALSE(matches_wildcard("", "a"));
  CHECK(matches_wildcard("", ""));
  CHECK_FALSE(matches_wildcard(std::string(2000, '*') + "b", std::string(20'000, 'a')));
}

TEST_CASE("the table of providers") {
  std::set<std::string_view> seen;
  for (const std::string_view id : provider_ids()) {
    const Provider* provider = find_provider(id);
    REQUIRE(provider);
    CHECK(seen.insert(id).second);
    REQUIRE_FALSE(provider->annotations.empty());
    for (const auto& annotation : provider->annotations) CHECK_FALSE(annotation.values.empty());
    for (const std::string& key : provider->write) {
      bool readable = false;
      for (const auto& annotation : provider->annotations) readable = readable || annotation.key == key;
      CHECK(readable);
    }
  }
  CHECK(find_provider("gcp") == nullptr);
  const Provider* gke = find_provider("gke");
  REQUIRE(gke->annotations.size() == 2);
  CHECK(gke->annotations[0].key == "networking.gke.io/load-balancer-type");
  CHECK(gke->annotations[1].key == "cloud.google.com/load-balancer-type");
  for (const char* value : {"Internal", "internal"}) CHECK(gke->annotations[1].accepts(value));
  for (const char* value : {"INTERNAL", "External", "true", ""}) CHECK_FALSE(gke->annotations[0].accepts(value));
  CHECK(find_provider("huawei")->annotations[0].accepts(R"({"type":"inner","bandwidth":5})"));
  CHECK_FALSE(find_provider("huawei")->annotations[0].accepts(R"({"type":"public"})"));
}

TEST_CASE("built-in markers have a source and reach the default policy") {
  for (const auto& label : builtin_preemptible_labels()) CHECK_FALSE(label.source.empty());
  for (const auto& taint : builtin_preemptible_taints()) CHECK_FALSE(taint.source.empty());
  CHECK(Policy::defaults().preemptible_labels.size() == builtin_preemptible_labels().size());
  CHECK(Policy::defaults().preemptible_taints.size() == builtin_preemptible_taints().size());
}

TEST_CASE("severities have names") {
  CHECK(to_string(Severity::kOff) == "off");
  CHECK(to_string(Severity::kInfo) == "info");
  CHECK(to_string(Severity::kWarn) == "warn");
  CHECK(to_string(Severity::kDeny) == "deny");
}
