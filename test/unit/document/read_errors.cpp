// What a broken YAML document is told: what was found, what was wanted, where.
#include <string>
#include <utility>
#include <vector>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

void check(const std::vector<std::pair<std::string, std::string>>& rows) {
  for (const auto& [text, error] : rows) {
    INFO(text);
    CHECK(error_of(text) == error);
  }
}

}  // namespace

TEST_CASE("lines that do not fit their neighbours") {
  const std::string key =
      ", wanted a key on a line of its own, as far in as its neighbours; a value that holds a colon and a space "
      "stands in quotes";
  check({{"a: b: c\n", "1:5: found `:`" + key},
         {"key: value\n  more: 1\n", "2:7: found `:`" + key},
         {"a:b\nc: d\n", "2:2: found `:`" + key},
         {"a:\n  - b\n c: d\n", "3:2: found `c`, wanted a key of the map that begins in line 1"},
         {"a: 1\nb\nc: 2\n", "2:1: found a line without a colon and a space, wanted a key with its value"},
         {"- a\nb: c\n", "2:1: found `b`, wanted a `-` of the list that begins in line 1"},
         {"a: - b\n", "1:4: found a `-` behind a key or a value, wanted the list on the next line"},
         {"a: |\n  x\n replicas: 1\n", "3:2: found `replicas`, wanted a key of the map that begins in line 1"},
         {"a: \"b\" c\n", "1:8: found `c`, wanted a key of the map that begins in line 1"}});
}

TEST_CASE("brackets and quotes without an end") {
  check({{"a: [1, 2\nb: 3\n", "2:2: found `:`, wanted `,` or `]` of the list that begins in line 1"},
         {"a: 1\nb: {x: 1\n", "3:1: found the end of the document, wanted `,` or `}` of the map that begins in line 2"},
         {"a: \"x\nb: 1\n",
          "3:1: found the end of the document, wanted the closing quote of the string that begins in line 1"},
         {"[1, 2", "1:6: found the end of the document, wanted `,` or `]` of the list that begins in line 1"},
         {"{a: 1, b", "1:9: found the end of the document, wanted `,` or `}` of the map that begins in line 1"}});
}

TEST_CASE("characters that begin no value") {
  check({{",", "1:1: found `,`, wanted a value"},
         {"a: ,\n", "1:4: found `,`, wanted a value"},
         {"[,]", "1:2: found `,`, wanted a value"},
         {"]", "1:1: found `]`, wanted a value"},
         {"\ta: 1\n", "1:1: found a tab, wanted spaces: YAML is not indented with tabs"},
         {"a:\n\tb: 1\n", "2:1: found a tab, wanted spaces: YAML is not indented with tabs"},
         {"a: @x\n", "1:4: found `@`, wanted a value in quotes: none begins with this character"},
         {"a: `x`\n", "1:4: found a backtick, wanted a value in quotes: none begins with this character"},
         {"a: %x\n", "1:4: found `%`, wanted a value in quotes: only a directive begins with `%`"},
         {"host: *.example.com\n",
          "1:8: found `.example.com`, wanted the name of an anchor; a value that begins with `*` or `&` stands in "
          "quotes"}});
}

TEST_CASE("escapes, block scalar marks, tags and directives") {
  check({{"a: \"\\q\"\n", "1:5: found an unknown escape, wanted one that YAML knows, or a string in single quotes"},
         {"a: \"\\xZZ\"\n",
          "1:7: found an escape without its hexadecimal digits, wanted \\x and two, \\u and four or \\U and eight "
          "digits"},
         {"a: \"\\ud800\"\n", "1:7: found an escape for what is no character, wanted the code of a Unicode character"},
         {"a: | x\n  y\n", "1:6: found `x`, wanted a line break after `|` or `>` and its marks"},
         {"a: |0\n  y\n", "1:5: found the indentation 0 after `|` or `>`, wanted 1 to 9"},
         {"a: !x!y z\n", "1:4: found a tag with a handle that is not declared, wanted `!`, `!!` or a declared one"},
         {"%FOO bar\n---\na: 1\n", "1:5: found an unknown % directive, wanted %YAML or %TAG"},
         {"%\n---\na: 1\n",
          "1:2: found a line that begins with % and is no directive, wanted %YAML 1.1 or %TAG with a handle and a "
          "prefix"},
         {"a: !<x y\n", "1:7: found a tag that cannot be read, wanted !name, !!name or !<uri>"},
         {"%YAML 2.0\n---\na: 1\n", "1:1: found a YAML version that is not 1.1 or 1.2, wanted %YAML 1.1"}});
}

TEST_CASE("templates that Helm has not rendered") {
  const std::string map = "found a map as a key, wanted a string";
  check({{"a: {{ .Values.x }}\n", "1:5: " + map + "; `{{` in line 1 looks like an unrendered Helm template"},
         {"{{- if .Values.x }}\na: 1\n{{- end }}\n",
          "1:2: " + map + "; `{{` in line 1 looks like an unrendered Helm template"},
         {"a:\n  {{- with .x }}\n  b: 1\n", "2:4: " + map + "; `{{` in line 2 looks like an unrendered Helm template"},
         {"a: 1\n{{ include \"x\" . | nindent 4 }}\n",
          "2:1: found a line without a colon and a space, wanted a key with its value; `{{` in line 2 looks like an "
          "unrendered Helm template"}});
  // In a string it is text, and elsewhere it is not the cause.
  CHECK(json_of("a: \"{{ .Values.x }}\"\n") == R"({"a":"{{ .Values.x }}"})");
  CHECK(error_of("a: '{{ x }}'\nb: 1\nc: d\ne: @\n") ==
        "4:4: found `@`, wanted a value in quotes: none begins with this character");
}

TEST_CASE("bytes that are no text") {
  check({{std::string("a: x\0y\n", 7), "1:5: found a NUL byte (U+0000), wanted text without control characters"},
         {std::string("\0\0", 2), "1:1: found a NUL byte (U+0000), wanted text without control characters"},
         {"a: 1\nb: x\x01\n", "2:5: found the control character U+0001, wanted text without control characters"},
         {"a: \x7f\n", "1:4: found the control character U+007F, wanted text without control characters"},
         {"\u00fc: x\xFFy\n", "1:5: found the byte 0xFF that is not UTF-8, wanted text in UTF-8"},
         {"a: \xC0\xAF\n", "1:4: found the byte 0xC0 that is not UTF-8, wanted text in UTF-8"},
         {"a: \xED\xA0\x80\n", "1:4: found the byte 0xED that is not UTF-8, wanted text in UTF-8"},
         {"a: \xF4\x90\x80\x80\n", "1:4: found the byte 0xF4 that is not UTF-8, wanted text in UTF-8"},
         {"a: \xE2\x82", "1:4: found the byte 0xE2 that is not UTF-8, wanted text in UTF-8"},
         {"{\"a\": \"\xFF\"}", "1:8: found the byte 0xFF that is not UTF-8, wanted text in UTF-8"},
         {std::string("{\"a\": \0}", 8), "1:7: found a NUL byte (U+0000), wanted a value"},
         {std::string("\xFF\xFE{\0}\0", 6), "1:1: found the byte order mark of UTF-16 or UTF-32, wanted text in UTF-8"},
         {std::string("\xFE\xFF\0{", 4), "1:1: found the byte order mark of UTF-16 or UTF-32, wanted text in UTF-8"}});
}

TEST_CASE("bytes that are no text spoil their own document only") {
  const Outcome outcome = outcome_of("a: 1\n---\nb: \xFF\n---\nc: 3\n");
  CHECK(outcome.documents == std::vector<std::string>{R"({"a":1})", R"({"c":3})"});
  CHECK(outcome.errors == std::vector<std::string>{"3:4: found the byte 0xFF that is not UTF-8, wanted text in UTF-8"});
}

TEST_CASE("positions count characters, not bytes") {
  CHECK(error_of("# \u00fc\n\u00fc\u65e5: @\n") ==
        "2:5: found `@`, wanted a value in quotes: none begins with this character");
  CHECK(error_of("\u00e9: [\u00fc, x: y: z]\n").substr(0, 5) == "1:12:");
}
