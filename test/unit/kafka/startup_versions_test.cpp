#include <algorithm>

#include "catch.h"
#include "rules/kafka/startup/versions.h"

using namespace brokergate;
using startup::span_text;

TEST_CASE("versions are told as spans") {
  const std::vector<KafkaVersion> asked = {{2, 8}, {3, 0}, {3, 1}, {3, 2}, {4, 0}};
  CHECK(span_text(asked, {true, true, false, false, false}) == "up to 3.0");
  CHECK(span_text(asked, {true, false, false, false, false}) == "up to 2.8");
  CHECK(span_text(asked, {false, true, true, false, false}) == "3.0 to 3.1");
  CHECK(span_text(asked, {false, false, true, false, false}) == "3.1");
  CHECK(span_text(asked, {false, false, false, true, true}) == "since 3.2");
  CHECK(span_text(asked, {true, false, true, false, true}) == "up to 2.8 and 3.1 and since 4.0");
  CHECK(span_text(asked, {true, true, true, true, true}) == "2.8 to 4.0");
}

TEST_CASE("releases ascend and begin where their tags do") {
  const auto releases = startup::releases();
  CHECK(std::is_sorted(releases.begin(), releases.end()));
  CHECK(startup::to_string(releases.front()) == "1.0");
  CHECK(startup::to_string(releases.back()) == "4.3");
}
