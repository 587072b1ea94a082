// A real reading of POSIX shell text (XCU chapter 2, plus what bash scripts of
// Kafka images use), run for one pod with the environment the kubelet gives it:
// words, quoting, continuations, lists, here-documents, parameter expansion,
// arithmetic, the small filters that manifests use in $(…). Nothing is
// executed. What cannot be decided becomes an unknown atom (opaque.h) with the
// reason; where a condition cannot be decided both ways are read and what
// differs between them becomes unknown.
//
// Pure, thread-safe, bounded: the number of steps and the depth are limited and
// exceeding either is an unknown with that reason, never a hang or a crash.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

// Bytes of the script text. {0,0} means "not from this script".
struct Span {
  uint32_t begin = 0, end = 0;
};

struct Variable {
  std::string value;      // may hold atoms
  bool exported = false;
  Span word;              // the word right of `=` that gave the value; {0,0} when inherited
  Span statement;         // the whole simple command of that assignment
  bool exact = true;      // false when the value does not come from `word` alone (+=, read, loop, branch, function)
};
using Variables = std::map<std::string, Variable, std::less<>>;

// One assignment as it happened, in order (for "shadowed" places).
struct Assignment {
  std::string name;
  std::string value;
  Span word;
  bool exported = false;  // after this assignment
};

// A file the script wrote with a here-document, `echo … >` or similar.
struct File {
  std::string text;  // may hold atoms; an unknown atom when not decidable
  Span body;         // the here-document's body in the script; {0,0} otherwise
};

struct Result {
  // The program that becomes the broker: the first command for which `is_entry`
  // says yes. Empty argv: none was reached, `why` says what was seen instead.
  std::vector<std::string> argv;   // expanded words, may hold atoms
  std::vector<Span> argv_words;    // their places in the script
  bool exec = false;               // started with exec
  Span command;                    // its simple command in the script
  Variables variables;             // at that point, prefix assignments (A=b cmd) applied as exported
  std::map<std::string, File, std::less<>> files;
  std::vector<Assignment> assignments;  // up to that point
  std::vector<std::string> sourced;     // files read by `.`/source that are not in the script
  std::string why;                 // why no entry was found, or what is doubtful; empty when all is clear
  bool certain = true;             // false when the entry is only reached on a condition that cannot be decided
};

// `name` is argv[0] as written, e.g. "/etc/confluent/docker/run".
using IsEntry = std::function<bool(const std::vector<std::string>& argv)>;

// Runs `script` as `sh -c script arg0 positional…` would. `environment` values
// may hold atoms.
Result run(std::string_view script, const std::map<std::string, std::string, std::less<>>& environment,
           const std::vector<std::string>& positional, const IsEntry& is_entry);

// Cuts the raw text of one word (quotes and expansions as written) at a
// separator character that is not inside ${…}, $(…), $((…)) or backquotes and not
// backslash-escaped; separators inside quotes do count. Spans are relative to
// `raw`; surrounding quote characters stay in the piece where they stand.
std::vector<Span> split_raw(std::string_view raw, char separator);

// How to add literal text or an expansion at offset `at` of a raw word.
enum class Quoting : uint8_t { kNone, kSingle, kDouble };
Quoting quoting_at(std::string_view raw, uint32_t at);

}  // namespace brokergate::shell
