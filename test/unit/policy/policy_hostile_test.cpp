// Input made to hurt: every case ends with an error that has a place, quickly.
#include <chrono>

#include "catch.h"
#include "unit/policy/policy_help.h"

using namespace brokergate;

namespace {

std::string times(size_t count, const std::string& text) {
  std::string out;
  out.reserve(count * text.size());
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("broken policies give one error and no hang") {
  struct Case {
    const char* what;
    std::string text;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"empty", "", "the policy is empty"},
      {"comment only", "# nothing\n", "the policy is empty"},
      {"a comma, on which LoadAll loops", ",", ""},
      {"a comma in a second document", "---\n,", ""},
      {"a comma behind a policy", "a: b\n---\n,", ""},
      {"two documents", "a: b\n---\nc: d\n", "second one"},
      {"brackets", times(1'000'000, "["), "nested"},
      {"braces", times(200'000, "{a: "), "nested"},
      {"dashes", times(100'000, "- "), "nested"},
      {"too large", times(1'100'000, "a"), "bytes"},
      {"NUL", std::string("a: \0b", 5), "NUL byte"},
      {"not UTF-8", "a: \xff\xfe", "UTF-8"},
      {"overlong UTF-8", "a: \xc0\xaf", "UTF-8"},
      {"unclosed quote", "a: \"b", ""},
      {"unknown alias", "a: *b", ""},
      {"cycle", "a: &x [1, *x]", "inside the value"},
      {"tabs", "a:\n\tb: c", ""},
      {"unrendered template", "{{- if .Values.policy }}\napiVersion: x\n{{- end }}", ""},
      {"many values", "[" + times(200'000, "1,") + "]", "more than"},
      {"a complex key", "? [a, b]\n: c", ""},
      {"tag", "a: !!python/object x", "tag"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    const auto begin = std::chrono::steady_clock::now();
    const auto policy = read_text(c.text);
    const auto took = std::chrono::steady_clock::now() - begin;
    REQUIRE_FALSE(policy.has_value());
    REQUIRE_FALSE(policy.error().empty());
    CHECK(policy.error().size() <= 101);
    CHECK(policy.error().front().message.find(c.message) != std::string::npos);
    CHECK(took < std::chrono::seconds(20));
  }
}

TEST_CASE("an alias bomb costs nothing") {
  std::string text = "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\na0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  text += "spec: {match: {namespaces: *a59}}\n";
  CHECK(errors_of(text).find("spec.match.namespaces[0]: found a list, wanted a string") != std::string::npos);
}

TEST_CASE("aliases stand for their values") {
  const auto policy = read_text(with_spec("  match: {namespaces: &n [kafka], statefulSets: *n}\n"));
  REQUIRE(policy.has_value());
  CHECK(policy->match_stateful_sets == std::vector<std::string>{"kafka"});
}

TEST_CASE("errors are counted out") {
  std::string text = with_spec("");
  for (int i = 0; i < 1000; ++i) text += "  key" + std::to_string(i) + ": 1\n";
  const auto policy = read_text(text);
  REQUIRE_FALSE(policy.has_value());
  CHECK(policy.error().size() == 101);
  CHECK(policy.error().back().message == "there are more errors; the first 100 are shown");
}

TEST_CASE("positions with a BOM, CRLF and characters of several bytes") {
  CHECK(errors_of("\xEF\xBB\xBF"
                  "apiVersion: brokergate.io/v1alpha1\r\nkind: ExternalAccessPolicy\r\nspec:\r\n  mod: warn\r\n") ==
        "4:3 unknown key \"mod\" in spec; did you mean \"mode\"?\n");
  CHECK(errors_of(with_spec("  rules: {\"äöü\": warn, x: warn}\n")).find("4:24 spec.rules: there is no rule \"x\"") !=
        std::string::npos);
}
