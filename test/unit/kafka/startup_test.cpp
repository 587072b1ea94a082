// What refusals() says beside Kafka's words: which property and entry, and what
// follows from settings that nobody knows.
#include "rules/kafka/startup/startup.h"
#include <algorithm>

#include "catch.h"
#include "rules/kafka/csv.h"
#include "rules/kafka/startup/java.h"

using namespace brokergate;
using startup::Names;
using startup::refusals;
using startup::Texts;

namespace {

constexpr KafkaVersion kOld{2, 6};
constexpr KafkaVersion kShared{3, 9};
constexpr KafkaVersion kNew{4, 1};

// "property: entry" of each.
std::vector<std::string> places(const Texts& properties, KafkaVersion version, const Names& unknown = {}) {
  std::vector<std::string> out;
  for (const auto& refusal : refusals(properties, version, unknown))
    out.push_back(refusal.property + ": " + refusal.value);
  return out;
}
using Places = std::vector<std::string>;

Texts broker_of_kraft() {
  return {{"process.roles", "broker"},
          {"node.id", "0"},
          {"controller.quorum.voters", "7@localhost:9093"},
          {"controller.listener.names", "CONTROLLER"}};
}

}  // namespace

TEST_CASE("a refusal names the entry at fault") {
  CHECK(places({{"listeners", "PLAINTEXT://:9092,EXTERNAL://:9094"}}, kShared) ==
        Places{"listeners: EXTERNAL://:9094"});
  CHECK(places({{"advertised.listeners", "PLAINTEXT://a:9092,SSL://0.0.0.0:9093"},
                {"listeners", "PLAINTEXT://:9092,SSL://:9093"}},
               kShared) == Places{"advertised.listeners: SSL://0.0.0.0:9093"});
  CHECK(places({{"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,EXTERNAL:TLS"}}, kShared) ==
        Places{"listener.security.protocol.map: EXTERNAL:TLS"});
  CHECK(places({{"broker.id", "kafka-0"}}, kOld) == Places{"broker.id: kafka-0"});
  CHECK(places({}, kNew) == Places{"process.roles: "});
}

TEST_CASE("the name between brokers is blamed where it stands") {
  const Texts both = {{"listeners", "PLAINTEXT://:9092,SSL://:9093"}, {"advertised.listeners", "SSL://a:9093"}};
  CHECK(places(both, kShared) == Places{"advertised.listeners: SSL://a:9093"});
  Texts named = both;
  named["inter.broker.listener.name"] = "PLAINTEXT";
  CHECK(places(named, kShared) == Places{"inter.broker.listener.name: PLAINTEXT"});
  Texts by_protocol = both;
  by_protocol["security.inter.broker.protocol"] = "PLAINTEXT";
  CHECK(places(by_protocol, kShared) == Places{"security.inter.broker.protocol: PLAINTEXT"});
}

TEST_CASE("several faults are all said") {
  const Texts properties = {{"broker.id", "x"},
                            {"listeners", "PLAINTEXT://:9092"},
                            {"advertised.listeners", "PLAINTEXT://0.0.0.0:9092,SSL://a:9093"}};
  CHECK(places(properties, kShared) ==
        Places{"broker.id: x", "advertised.listeners: SSL://a:9093", "advertised.listeners: PLAINTEXT://0.0.0.0:9092"});
}

TEST_CASE("what depends on an unknown setting is not judged") {
  Texts properties = {{"advertised.listeners", "PLAINTEXT://a:9092,EXTERNAL://b:9094"}};
  CHECK(places(properties, kShared) == Places{"advertised.listeners: EXTERNAL://b:9094"});
  CHECK(places(properties, kShared, {"listener.security.protocol.map"}) ==
        Places{"advertised.listeners: EXTERNAL://b:9094"});
  CHECK(places(properties, kShared, {"listener.security.protocol.map", "listeners"}) == Places{});
  // What is wrong whatever the others are is said all the same.
  properties["advertised.listeners"] = "PLAINTEXT://${HOST}:9092";
  CHECK(places(properties, kShared, {"listener.security.protocol.map", "listeners", "process.roles"}) ==
        Places{"advertised.listeners: PLAINTEXT://${HOST}:9092"});
  // An unknown value is not looked at.
  CHECK(places(properties, kShared, {"advertised.listeners"}) == Places{});
}

TEST_CASE("every single property may be unknown") {
  Texts properties = broker_of_kraft();
  properties["listeners"] = "PLAINTEXT://:9092,SSL://:9092";
  properties["advertised.listeners"] = "OTHER://a:9094";
  properties["inter.broker.listener.name"] = "X";
  Names all;
  for (const std::string_view property : startup::judged_properties()) all.insert(std::string(property));
  for (const KafkaVersion version : {kOld, KafkaVersion{2, 8}, KafkaVersion{3, 0}, KafkaVersion{3, 4}, kShared, kNew}) {
    CHECK(refusals(properties, version, all).empty());
    CHECK_FALSE(refusals(properties, version).empty());
    // Nothing but what its own text shows is said of one known property among unknown ones.
    for (const std::string_view property : startup::judged_properties()) {
      Names others = all;
      others.erase(std::string(property));
      for (const auto& refusal : refusals(properties, version, others)) CHECK(refusal.property == property);
    }
  }
}

TEST_CASE("an unknown setting never makes a refusal that a known value would not") {
  Texts properties = broker_of_kraft();
  properties["listeners"] = "PLAINTEXT://:9092,EXTERNAL://:9094";
  properties["advertised.listeners"] = "PLAINTEXT://a:9092,EXTERNAL://b:9094";
  properties["listener.security.protocol.map"] = "PLAINTEXT:PLAINTEXT,EXTERNAL:SSL,CONTROLLER:PLAINTEXT";
  for (const KafkaVersion version : {kOld, KafkaVersion{2, 8}, KafkaVersion{3, 0}, KafkaVersion{3, 4}, kShared, kNew}) {
    REQUIRE(refusals(properties, version).empty());
    for (const std::string_view one : startup::judged_properties()) {
      for (const std::string_view other : startup::judged_properties()) {
        const auto said = places(properties, version, {std::string(one), std::string(other)});
        INFO(one << " and " << other << " in " << version.major << "." << version.minor);
        CHECK(said == Places{});
      }
    }
  }
}

TEST_CASE("a part that only the pod knows may be any address") {
  CHECK(places({{"advertised.listeners", "PLAINTEXT://<podIP>:9092"}}, kShared) == Places{});
  CHECK(places({{"advertised.listeners", "PLAINTEXT://<HOST>:9092"}}, kShared) ==
        Places{"advertised.listeners: PLAINTEXT://<HOST>:9092"});
  // Of the two kinds of address one each may share a port.
  CHECK(places({{"listeners", "PLAINTEXT://<podIP>:9092,SSL://<hostIP>:9092"}}, kShared) == Places{});
  CHECK(places({{"listeners", "PLAINTEXT://<podIP>:9092,SSL://a:9092"}}, kShared).size() == 1);
  CHECK(places({{"listeners", "PLAINTEXT://<podIP>:9092,SSL://<hostIP>:9092"}}, KafkaVersion{3, 5}).size() == 1);
}

TEST_CASE("a migration's controllers are no fault") {
  Texts properties = {{"controller.listener.names", "CONTROLLER"}};
  CHECK(places(properties, kShared) == Places{"controller.listener.names: CONTROLLER"});
  properties["zookeeper.metadata.migration.enable"] = "true";
  CHECK(places(properties, kShared) == Places{});
}

TEST_CASE("numbers are read as Java reads them") {
  using startup::parse_int;
  CHECK(parse_int("+1") == 1);
  CHECK(parse_int("-2147483648") == INT32_MIN);
  CHECK(parse_int("2147483648") == std::nullopt);
  CHECK(parse_int("99999999999999999999999") == std::nullopt);
  CHECK(parse_int("") == std::nullopt);
  CHECK(parse_int("-") == std::nullopt);
  CHECK(parse_int(" 1") == std::nullopt);
  CHECK(parse_int("٤2") == 42);
  CHECK(parse_int("\xff") == std::nullopt);
}

TEST_CASE("addresses are told apart as commons-validator does") {
  using startup::is_ipv4;
  using startup::is_ipv6;
  for (const char* good : {"1.2.3.4", "255.255.255.255", "0.0.0.0"}) CHECK(is_ipv4(good));
  for (const char* bad : {"1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "", "a.b.c.d", "1..2.3"})
    CHECK_FALSE(is_ipv4(bad));
  for (const char* good : {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::1%3", "1:2:3:4:5:6:7::"})
    CHECK(is_ipv6(good));
  for (const char* bad :
       {"", ":", "1:2", "::1::", "1:2:3:4:5:6:7:8:9", "12345::", "fe80::1%", "g::", ":1::2", "1.2.3.4"})
    CHECK_FALSE(is_ipv6(bad));
}

TEST_CASE("names are made large as Java does with Locale.ROOT") {
  CHECK(csv::upper_case("external-1_x") == "EXTERNAL-1_X");
  CHECK(csv::upper_case("straße ıſ µ ÿ") == "STRASSE IS Μ Ÿ");
  CHECK(csv::upper_case("внешний ёж έξως") == "ВНЕШНИЙ ЁЖ ΈΞΩΣ");
  CHECK(csv::upper_case("日本 \xff\xc3") == "日本 \xff\xc3");
}

TEST_CASE("long lists take no longer than they are") {
  Texts properties = broker_of_kraft();
  for (int i = 0; i < 20000; ++i) {
    const std::string name = "L" + std::to_string(i);
    properties["listeners"] += name + "://:" + std::to_string(i + 1) + ",";
    properties["listener.security.protocol.map"] += name + ":PLAINTEXT,";
    properties["controller.quorum.voters"] += "," + std::to_string(i + 1) + "@h:1";
  }
  properties["controller.listener.names"] += ",L7";
  properties["advertised.listeners"] = properties["listeners"] + "L0://a:30000";
  for (const KafkaVersion version : {kOld, KafkaVersion{3, 4}, kShared, kNew, KafkaVersion{4, 3}}) {
    const auto said = refusals(properties, version);
    CHECK(std::any_of(said.begin(), said.end(), [](const auto& refusal) {
      return refusal.message.find("Each listener must have a different name") != std::string::npos;
    }));
  }
}
