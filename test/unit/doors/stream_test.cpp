#include "cli/verbs/stream.h"

#include "catch.h"

using brokergate::cli::Stream;

namespace {

std::string joined(std::initializer_list<std::string_view> texts) {
  Stream stream(texts.size() > 1);
  std::string out;
  for (const std::string_view text : texts) out += stream.next(text);
  return out;
}

}  // namespace

TEST_CASE("one file passes as it is") {
  CHECK(joined({"\xEF\xBB\xBF"
                "a: 1\r\n\r\n"}) ==
        "\xEF\xBB\xBF"
        "a: 1\r\n\r\n");
  CHECK(joined({"a: 1"}) == "a: 1");
}

TEST_CASE("several files become one stream of documents") {
  CHECK(joined({"a: 1", "b: 2"}) == "a: 1\n---\nb: 2\n");
  CHECK(joined({"a: 1\n", "---\nb: 2\n"}) == "a: 1\n---\nb: 2\n");
  CHECK(joined({"a: 1\n", "# comment\n\n--- # here\nb: 2\n"}) == "a: 1\n# comment\n\n--- # here\nb: 2\n");
  CHECK(joined({"a: 1\n", "%YAML 1.1\n---\nb: 2\n"}) == "a: 1\n...\n%YAML 1.1\n---\nb: 2\n");
  CHECK(joined({"a: 1\n", "---x: 2\n"}) == "a: 1\n---\n---x: 2\n");
  CHECK(joined({"{\"a\": 1}", "{\"b\": 2}"}) == "{\"a\": 1}\n---\n{\"b\": 2}\n");
  CHECK(joined({"a: 1\n",
                "\xEF\xBB\xBF"
                "b: 2\n"}) == "a: 1\n---\nb: 2\n");
}
