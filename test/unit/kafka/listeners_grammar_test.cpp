// Expectations are Kafka's own: SocketServerConfigsTest, BrokerEndPointTest and
// KafkaConfigTest name most of the inputs.
#include <chrono>

#include "brokergate/kafka.h"
#include "catch.h"

using namespace brokergate;

namespace {

std::string parsed(std::string_view text) {
  const auto listeners = parse_listeners(text);
  if (!listeners) return "error: " + listeners.error();
  std::string out;
  for (const Listener& listener : *listeners) out += to_string(listener) + " ";
  return out;
}

}  // namespace

TEST_CASE("listeners as Kafka reads them") {
  struct Case {
    const char* text;
    const char* wanted;
  };
  for (const Case& c : {
           Case{"PLAINTEXT://:9092", "PLAINTEXT://:9092 "},
           Case{"PLAINTEXT://localhost:9092,SSL://0.0.0.0:9093", "PLAINTEXT://localhost:9092 SSL://0.0.0.0:9093 "},
           Case{"  PLAINTEXT://a:1 \t, \n SSL://b:2  ", "PLAINTEXT://a:1 SSL://b:2 "},
           Case{"external://Kafka-0.Example.COM:9094", "EXTERNAL://Kafka-0.Example.COM:9094 "},
           Case{"PLAINTEXT://[::1]:9092", "PLAINTEXT://[::1]:9092 "},
           Case{"PLAINTEXT://[fe80::b1da:69ca:57f7:63d8%3]:9092", "PLAINTEXT://[fe80::b1da:69ca:57f7:63d8%3]:9092 "},
           Case{"PLAINTEXT://fe80::1:9092", "PLAINTEXT://[fe80::1]:9092 "},
           Case{"PLAINTEXT://[]:9092", "PLAINTEXT://:9092 "},
           Case{"PLAINTEXT://[a:9092", "PLAINTEXT://a:9092 "},
           Case{"PLAINTEXT://a]:9092", "PLAINTEXT://a:9092 "},
           Case{"PLAINTEXT://my_host:9092", "PLAINTEXT://my_host:9092 "},
           Case{"PLAINTEXT://a:-1", "PLAINTEXT://a:-1 "},
           Case{"PLAINTEXT://a:99999", "PLAINTEXT://a:99999 "},
           Case{"PLAINTEXT://a:0", "PLAINTEXT://a:0 "},
           Case{"a://b://c:9", "A://B://c:9 "},
           Case{"A B://c:9", "A B://c:9 "},
           Case{"", ""},
           Case{"   ", ""},
           Case{",", ""},
           Case{",,PLAINTEXT://a:1,,", "PLAINTEXT://a:1 "},
           Case{"PLAINTEXT://<podIP>:9092", "PLAINTEXT://<podIP>:9092 "},
           Case{"EXTERNAL://b-<nodeName>.x:9092", "EXTERNAL://b-<nodeName>.x:9092 "},
       }) {
    INFO(c.text);
    CHECK(parsed(c.text) == c.wanted);
  }
}

TEST_CASE("listeners that Kafka refuses, in its words") {
  for (const char* entry : {"PLAINTEXT",
                            "PLAINTEXT://",
                            "PLAINTEXT://a",
                            "PLAINTEXT://a:",
                            "PLAINTEXT:/a:9092",
                            "PLAINTEXT://$(POD_NAME).kafka:9092",
                            "PLAINTEXT://${POD_IP}:9092",
                            "PLAINTEXT://a b:9092",
                            "PLAINTEXT://*:9092",
                            "PLAINTEXT://a:9092/",
                            "PLAINTEXT://a:90a",
                            "PLAINTEXT://a:--1",
                            "PLAINTEXT://a:+1",
                            "PLAINTEXT://[[a]]:1",
                            "PLAINTEXT://a]b:1",
                            "PLAINTEXT://<EXTERNAL_IP>:9092",
                            "PLAINTEXT://\xc3\xa4:9092",
                            "PLAIN\nTEXT://a:9092",
                            "9092",
                            ":9092"}) {
    INFO(entry);
    CHECK(parsed(std::string("SSL://a:1,") + entry) ==
          "error: Unable to parse " + std::string(entry) + " to a broker endpoint");
  }
  CHECK(parsed("://a:1") == "error: The provided listener name is null or empty string");
  CHECK(parsed("PLAINTEXT://a:99999999999") == "error: For input string: \"99999999999\"");
  CHECK(parsed("PLAINTEXT://a:-2147483648") == "PLAINTEXT://a:-2147483648 ");
  CHECK(parsed("PLAINTEXT://a:2147483648") == "error: For input string: \"2147483648\"");
}

TEST_CASE("listener names are found without regard to case") {
  const auto listeners = parse_listeners("Inside://:1,OUTSIDE://h:2");
  REQUIRE(listeners.has_value());
  REQUIRE(find_listener(*listeners, "outside"));
  CHECK(find_listener(*listeners, "outside")->port == 2);
  CHECK(find_listener(*listeners, "Inside")->host.empty());
  CHECK(find_listener(*listeners, "EXTERNAL") == nullptr);
}

TEST_CASE("protocol maps as Kafka reads them") {
  using Map = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_protocol_map("") == Map{});
  CHECK(parse_protocol_map("PLAINTEXT:PLAINTEXT, external:sasl_ssl") ==
        Map{{"PLAINTEXT", "PLAINTEXT"}, {"EXTERNAL", "SASL_SSL"}});
  CHECK(parse_protocol_map("a:b:SSL") == Map{{"A:B", "SSL"}});
  CHECK(parse_protocol_map("A:SSL,B:SSL,A:PLAINTEXT") == Map{{"A", "PLAINTEXT"}, {"B", "SSL"}});
  CHECK(parse_protocol_map("A:SSL,") == Map{{"A", "SSL"}});
  CHECK(parse_protocol_map("A : SSL") == Map{{"A", "SSL"}});
  const auto error = [](const char* text) {
    const auto map = parse_protocol_map(text);
    return map ? std::string() : map.error();
  };
  CHECK(error("A:TLS") == "Invalid security protocol `TLS` defined in listener.security.protocol.map");
  CHECK(error("A:") == "Invalid security protocol `` defined in listener.security.protocol.map");
  CHECK(error("EXTERNAL") ==
        "Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, length 8");
  CHECK(error(",A:SSL") ==
        "Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, length 0");
  CHECK(error(":SSL") == "The provided listener name is null or empty string");
}

TEST_CASE("long listener texts cost their length") {
  std::string colons = "A://", slashes, commas(2'000'000, ','), many;
  colons += std::string(2'000'000, ':');
  for (int i = 0; i < 500'000; ++i) slashes += "://";
  for (int i = 0; i < 100'000; ++i) many += "A" + std::to_string(i) + "://h:1,";
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(parse_listeners(colons).has_value());
  CHECK_FALSE(parse_listeners(slashes).has_value());
  CHECK(parse_listeners(commas)->empty());
  CHECK(parse_listeners(many)->size() == 100'000);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}
