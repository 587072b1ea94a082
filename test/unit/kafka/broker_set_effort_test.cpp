// A script is followed for each broker; what that takes ends, however many brokers there are.
#include "broker_set_support.h"
#include "brokergate/kafka.h"
#include "rules/kafka/facts.h"

using namespace brokerset;

namespace {

// Text that doubles until it is cut, hundreds of times.
const std::string kMuch =
    "for a in 1 2 3 4 5 6 7 8; do for b in 1 2 3 4 5 6 7 8; do for c in 1 2 3 4 5 6 7 8; do\n"
    "  x=$(echo $x$a | sed s/1/11/g)\ndone; done; done\n";

Object set_of(const std::string& script) {
  Manifest manifest =
      with("name: broker\nimage: confluentinc/cp-kafka:7.4.0\ncommand:\n- sh\n- -c\n- |\n" +
           indent(script + "export KAFKA_BROKER_ID=${HOSTNAME##*-}\nexec /etc/confluent/docker/run", 2) +
           "env:\n- {name: KAFKA_ZOOKEEPER_CONNECT, value: zk}\n");
  manifest.spec = "replicas: 100\nserviceName: kafka-headless\n";
  return load(manifest.yaml());
}

size_t known_ids(const BrokerSet& set) {
  size_t known = 0;
  for (int64_t i = 0; i < 100; ++i) {
    const Properties properties = set.properties(i);
    const auto id = properties.find("broker.id");
    known += id != properties.end() && id->second.value == std::to_string(i) ? 1 : 0;
  }
  return known;
}

}  // namespace

TEST_CASE("a script that does much is followed for some brokers only, and for the others that is told") {
  const Object light = set_of("");
  const auto usual = recognise_broker_set(light);
  REQUIRE(usual);
  CHECK(known_ids(*usual) == 100);
  CHECK(usual->facts->later->effort == 0);

  const Object heavy = set_of(kMuch);
  const auto much = recognise_broker_set(heavy);
  REQUIRE(much);
  const size_t known = known_ids(*much);
  CHECK(known > 1);
  CHECK(known < 50);
  const Properties last = much->properties(99);
  REQUIRE(last.contains("advertised.listeners"));
  CHECK_FALSE(last.at("advertised.listeners").value);
  CHECK(last.at("advertised.listeners").unknown ==
        "its scripts do so much that they were not followed for every broker");
  // The same again: what was given up stays given up.
  CHECK(known_ids(*much) == known);
}
