// Typing of sigs.k8s.io/yaml (go-yaml v2, resolve.go). Every expectation here was
// taken from that library's YAMLToJSON.
#include <string>
#include <utility>
#include <vector>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

// Scalars after "a: " and the JSON of the whole map.
using Rows = std::vector<std::pair<std::string, std::string>>;

void check(const Rows& rows) {
  for (const auto& [scalar, json] : rows) {
    INFO("a: " << scalar);
    CHECK(json_of("a: " + scalar + "\n") == "{\"a\":" + json + "}");
  }
}

}  // namespace

TEST_CASE("null is empty, ~ and three spellings of null") {
  check({{"", "null"}, {"~", "null"}, {"null", "null"}, {"Null", "null"}, {"NULL", "null"}, {"nULL", "\"nULL\""}});
}

TEST_CASE("booleans of YAML 1.1 in the three cases go-yaml knows") {
  check({{"y", "true"},        {"Y", "true"},       {"yes", "true"},    {"Yes", "true"},  {"YES", "true"},
         {"on", "true"},       {"On", "true"},      {"ON", "true"},     {"true", "true"}, {"True", "true"},
         {"TRUE", "true"},     {"n", "false"},      {"N", "false"},     {"no", "false"},  {"No", "false"},
         {"NO", "false"},      {"off", "false"},    {"Off", "false"},   {"OFF", "false"}, {"false", "false"},
         {"False", "false"},   {"FALSE", "false"},  {"yEs", "\"yEs\""}, {"oN", "\"oN\""}, {"tRUE", "\"tRUE\""},
         {"'yes'", "\"yes\""}, {"\"on\"", "\"on\""}});
}

TEST_CASE("integers: sign, hexadecimal, octal, binary and underscores") {
  check({{"0", "0"},       {"-0", "0"},        {"+12", "12"},    {"1_000", "1000"},      {"0x1F", "31"},
         {"0X1f", "31"},   {"-0x1F", "-31"},   {"010", "8"},     {"-010", "-8"},         {"0o17", "15"},
         {"0O17", "15"},   {"0b101", "5"},     {"0b-1", "-1"},   {"0_7", "7"},           {"_1", "\"_1\""},
         {"0x", "\"0x\""}, {"0b2", "\"0b2\""}, {"1k", "\"1k\""}, {"12:30", "\"12:30\""}, {"'80'", "\"80\""}});
}

TEST_CASE("integers at the ends of int64 and uint64, and what is larger") {
  check({{"9223372036854775807", "9223372036854775807"},
         {"-9223372036854775808", "-9223372036854775808"},
         {"9223372036854775808", "9223372036854775808"},
         {"18446744073709551615", "18446744073709551615"},
         {"18446744073709551616", "18446744073709552000"},
         {"-9223372036854775809", "-9223372036854776000"},
         {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
         {"0x10000000000000000", "\"0x10000000000000000\""}});
  const ReadResult result = read(source_of("[9223372036854775807, -9223372036854775808, 9223372036854775808, 010]"));
  REQUIRE(result.documents.size() == 1);
  const Value list = result.documents[0].root();
  CHECK(list.at(0).as_int() == std::numeric_limits<int64_t>::max());
  CHECK(list.at(1).as_int() == std::numeric_limits<int64_t>::min());
  CHECK(list.at(2).kind() == Kind::kInt);
  CHECK(list.at(2).as_int() == std::nullopt);
  CHECK(list.at(3).as_int() == 8);
}

TEST_CASE("floats as encoding/json prints them") {
  check({{"1.5", "1.5"},
         {"1.", "1"},
         {".5", "0.5"},
         {"-.5", "-0.5"},
         {"1e3", "1000"},
         {"1e+3", "1000"},
         {"1E-3", "0.001"},
         {"08", "8"},
         {"1_0.5", "10.5"},
         {".1_0", "0.1"},
         {"._5", "\"._5\""},
         {"1e21", "1e+21"},
         {"1e20", "100000000000000000000"},
         {"0.000001", "0.000001"},
         {"0.0000001", "1e-7"},
         {"1e-999", "0"},
         {"1e999", "\"1e999\""},
         {"1.2.3", "\"1.2.3\""},
         {"-0.0", "-0"},
         {"1.7976931348623157e308", "1.7976931348623157e+308"},
         {"4.9e-324", "5e-324"}});
}

TEST_CASE("numbers that JSON cannot hold are refused, as by kubectl") {
  CHECK(error_of("a: .inf\n") == "1:4: found .inf, wanted a number that JSON can express");
  CHECK(error_of("a: -.INF\n") == "1:4: found -.INF, wanted a number that JSON can express");
  CHECK(error_of("a: .NaN\n") == "1:4: found .NaN, wanted a number that JSON can express");
  check({{".iNf", "\".iNf\""}, {"inf", "\"inf\""}, {"NaN", "\"NaN\""}});
}

TEST_CASE("timestamps stay strings") {
  check({{"2001-12-14", "\"2001-12-14\""}, {"2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\""}});
}

TEST_CASE("tags decide over the look of a value") {
  check({{"!!str 80", "\"80\""},
         {"!!str yes", "\"yes\""},
         {"!!int \"0x10\"", "16"},
         {"!!float 1", "1"},
         {"!!float 010", "8"},
         {"!!bool \"on\"", "true"},
         {"!!null ''", "null"},
         {"! 80", "\"80\""},
         {"!custom 80", "\"80\""},
         {"!!binary aGk=", "\"hi\""},
         {"!!timestamp 2001-12-14", "\"2001-12-14\""}});
  CHECK(error_of("a: !!int x\n") == "1:10: found !!str \"x\", wanted what its tag says, !!int");
  CHECK(error_of("a: !!int 1.5\n") == "1:10: found !!float \"1.5\", wanted what its tag says, !!int");
  CHECK(error_of("a: !!bool 1\n") == "1:11: found !!int \"1\", wanted what its tag says, !!bool");
  CHECK(error_of("a: !!binary '*'\n") == "1:13: found text after !!binary that is not base64, wanted base64");
}

TEST_CASE("keys that are no strings become strings") {
  CHECK(json_of("true: a\n") == R"({"true":"a"})");
  CHECK(json_of("yes: a\n") == R"({"true":"a"})");
  CHECK(json_of("off: a\n") == R"({"false":"a"})");
  CHECK(json_of("0x10: a\n") == R"({"16":"a"})");
  CHECK(json_of("-1: a\n") == R"({"-1":"a"})");
  CHECK(json_of("1.50: a\n") == R"({"1.5":"a"})");
  CHECK(json_of("1234567.0: a\n") == R"({"1.234567e+06":"a"})");
  CHECK(json_of("0.00001: a\n") == R"({"1e-05":"a"})");
  CHECK(json_of(".inf: a\n") == R"({".inf":"a"})");
  CHECK(json_of("\"1\": a\n") == R"({"1":"a"})");
  CHECK(json_of("2001-12-14: a\n") == R"({"2001-12-14":"a"})");
}

TEST_CASE("keys that cannot be strings are errors") {
  CHECK(error_of("~: a\n") == "1:1: found null as a key, wanted a string");
  CHECK(error_of("18446744073709551615: a\n") ==
        "1:1: found 18446744073709551615 as a key, wanted a string or a smaller number");
  CHECK(error_of("[a]: b\n") == "1:1: found a list as a key, wanted a string");
  CHECK(error_of("{a: b}: c\n") == "1:1: found a map as a key, wanted a string");
  CHECK(error_of("? - a\n: b\n") == "1:3: found a list as a key, wanted a string");
  CHECK(error_of("a: &x [1]\n*x : b\n") == "2:1: found a list as a key, wanted a string");
}

TEST_CASE("quoted and block scalars are strings of what they decode to") {
  check({{"'it''s'", "\"it's\""},
         {"\"a\\tb\\x41\\u00e9\\U0001F600\"", "\"a\\tbA\u00e9\U0001F600\""},
         {"\"a\\\n  b\"", "\"ab\""},
         {"\"a\n\n  b\"", "\"a\\nb\""},
         {"a\n  b", "\"a b\""},
         {"|\n  80\n", "\"80\\n\""},
         {"|-\n  a\n   b\n\n  c\n", "\"a\\n b\\n\\nc\""},
         {"|+\n  a\n\n", "\"a\\n\\n\\n\""},
         {">\n  a\n  b\n\n  c\n", "\"a b\\nc\\n\""},
         {"|2\n    a\n", "\"  a\\n\""}});
}

TEST_CASE("a block scalar that ends with the file ends with a line break") {
  // kubectl's line reader adds the missing one.
  CHECK(json_of("a: |\n  b") == R"({"a":"b\n"})");
  CHECK(json_of("a: |-\n  b") == R"({"a":"b"})");
  CHECK(json_of("a: b") == R"({"a":"b"})");
}

TEST_CASE("an escape that kubectl's parser does not know is refused in YAML and read in JSON") {
  CHECK(error_of("a: \"x\\/y\"\n") == "1:6: found the escape \\/ in a string, wanted / as it is");
  CHECK(json_of("a: \"x\\\\/y\"\n") == R"({"a":"x\\/y"})");
  CHECK(json_of("{\"a\": \"x\\/y\"}") == R"({"a":"x/y"})");
}

TEST_CASE("a scalar's text is what stands there") {
  const ReadResult result = read(source_of("[0x1F, Yes, 1.50, \"a\\tb\", ~]"));
  REQUIRE(result.documents.size() == 1);
  const Value list = result.documents[0].root();
  CHECK(list.at(0).scalar() == "0x1F");
  CHECK(list.at(0).str().empty());
  CHECK(list.at(1).scalar() == "Yes");
  CHECK(list.at(1).as_bool() == true);
  CHECK(list.at(1).as_int() == std::nullopt);
  CHECK(list.at(2).scalar() == "1.50");
  CHECK(list.at(3).scalar() == "a\tb");
  CHECK(list.at(3).str() == "a\tb");
  CHECK(list.at(3).as_bool() == std::nullopt);
  CHECK(list.at(4).scalar().empty());
  CHECK(list.at(4).is_null());
}
