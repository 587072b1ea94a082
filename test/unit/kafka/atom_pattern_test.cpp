// Whether what a sed pattern finds could depend on a value that only the cluster knows.
#include "rules/kafka/shell/atom_pattern.h"

#include "catch.h"

using brokergate::shell::AtomPattern;

namespace {

// `*` stands for an atom in `line`.
bool looks_into(const std::string& pattern, const std::string& line, bool extended = false) {
  return AtomPattern(pattern, extended).may_look_into(line, [](char c) { return c == '*'; });
}

}  // namespace

TEST_CASE("a pattern that cannot tell what an atom holds may be used on it") {
  const std::string line = "advertised.listeners=PLAINTEXT://*:9092";
  CHECK_FALSE(looks_into("^advertised.listeners=.*", line));
  CHECK_FALSE(looks_into("^\\(advertised\\.listeners=\\S*\\)$", line));
  CHECK_FALSE(looks_into("^(advertised\\.listeners=\\S+)$", line, true));
  CHECK_FALSE(looks_into("#init#broker.id=#init#", line));
  CHECK_FALSE(looks_into("^#[# ]*listeners=[^,]*,", line));
  CHECK_FALSE(looks_into("PLAINTEXT", line));
  CHECK_FALSE(looks_into("broker.id=0", line));
  CHECK_FALSE(looks_into("advertised-address-placeholder", "listeners=A://*:9092, of kafka"));
  CHECK_FALSE(looks_into("\\.", "no atom here"));
}

TEST_CASE("a pattern that could match a part of an atom may not") {
  const std::string line = "a.*";
  for (const char* pattern : {"\\.", ".$", "[0-9]", "[^.]*$", "^\\([^.]*\\).*$", "^[^0-9]*", ".\\{5\\}", "\\(.\\)$",
                              "x*", "1", "local", "a\\|b", "\\w"}) {
    INFO(pattern);
    CHECK(looks_into(pattern, line));
  }
  // Half in the atom, half behind it.
  CHECK(looks_into("local:9092", "kafka.*:9092"));
  CHECK(looks_into("svc.x", "*.x"));
  CHECK_FALSE(looks_into("svc/x", "*.x/x"));
  CHECK(looks_into("kafka-headless.default.svc", "kafka-headless.*.svc"));
  CHECK(looks_into("c.[a-z]+", "c.*", true));
}
