// Cutting raw words for edits.
#include "catch.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"

using namespace brokergate::shell;

namespace {

std::vector<std::string> pieces(std::string_view raw, char separator) {
  std::vector<std::string> out;
  for (Span span : split_raw(raw, separator)) out.emplace_back(raw.substr(span.begin, span.end - span.begin));
  return out;
}

using Pieces = std::vector<std::string>;

}  // namespace

TEST_CASE("raw words are cut outside of expansions", "[shell]") {
  CHECK(pieces("a,b,c", ',') == Pieces{"a", "b", "c"});
  CHECK(pieces("", ',') == Pieces{""});
  CHECK(pieces("a,", ',') == Pieces{"a", ""});
  CHECK(pieces("\"P://$IP:1,E://${H:-a,b}:2\"", ',') == Pieces{"\"P://$IP:1", "E://${H:-a,b}:2\""});
  CHECK(pieces("'a,b',c", ',') == Pieces{"'a", "b'", "c"});
  CHECK(pieces("a$(echo 1,2),b", ',') == Pieces{"a$(echo 1,2)", "b"});
  CHECK(pieces("a$((1,2)),`echo 3,4`,b", ',') == Pieces{"a$((1,2))", "`echo 3,4`", "b"});
  CHECK(pieces("a\\,b,c", ',') == Pieces{"a\\,b", "c"});
  CHECK(pieces("${A:-'},'},b", ',') == Pieces{"${A:-'},'}", "b"});
  CHECK(pieces("\"${A:-\"x,y\"}\",b", ',') == Pieces{"\"${A:-\"x,y\"}\"", "b"});
  CHECK(pieces("${a,b", ',') == Pieces{"${a,b"});
}

TEST_CASE("the quoting at a place of a raw word is known", "[shell]") {
  std::string raw = "a\"b$(echo \"x\")c\"'d'e";
  CHECK(quoting_at(raw, 0) == Quoting::kNone);
  CHECK(quoting_at(raw, 2) == Quoting::kDouble);
  CHECK(quoting_at(raw, static_cast<uint32_t>(raw.find('c', 10))) == Quoting::kDouble);
  CHECK(quoting_at(raw, static_cast<uint32_t>(raw.find('d'))) == Quoting::kSingle);
  CHECK(quoting_at(raw, static_cast<uint32_t>(raw.size())) == Quoting::kNone);
  CHECK(quoting_at("'it'\\''s'", 7) == Quoting::kSingle);
}

TEST_CASE("atoms keep what is known about a value", "[shell]") {
  using namespace brokergate;
  std::string value = "a://" + runtime_atom("podIP") + ":1," + unknown_atom("the output of `x`");
  CHECK(has_opaque(value));
  CHECK(has_unknown(value));
  CHECK(unknown_reason(value) == "the output of `x`");
  CHECK(display(value) == "a://<podIP>:1,<?>");
  CHECK_FALSE(has_unknown(runtime_atom("podIP")));
  CHECK_FALSE(has_opaque("plain"));
  // Reasons that quote a value with atoms do not nest.
  CHECK(unknown_reason(unknown_atom("of " + value)) == "of a://<podIP>:1,<?>");
}
