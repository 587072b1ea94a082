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
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

// Bytes of the script text. {0,0} means "not from this script".
struct Span {
  uint32_t begin = 0, end = 0;
};

struct Variable {
  std::string value;  // may hold atoms
  bool exported = false;
  Span word;          // the word right of `=` that gave the value; {0,0} when inherited
  Span statement;     // the whole simple command of that assignment
  bool exact = true;  // false when the value does not come from `word` alone (+=, read, loop, branch, function)
};
using Variables = std::map<std::string, Variable, std::less<>>;

// One assignment as it happened, in order (for "shadowed" places).
struct Assignment {
  std::string name;
  std::string value;
  Span word;
  bool exported = false;  // after this assignment
};

// A file the script was given, or wrote with a here-document, `echo … >` or similar.
struct File {
  std::string text;        // may hold atoms; an unknown atom when not decidable
  Span body;               // the here-document's body in the script; {0,0} otherwise
  uint32_t given = 0;      // n: the text is that of the n-th file given, from 1; 0: it is not
  bool read_only = false;  // on a volume that cannot be written
};
using Files = std::map<std::string, File, std::less<>>;

// What is known of the file system when the script starts.
struct FileSystem {
  Files files;      // by absolute path
  std::string cwd;  // where the container starts; empty: the image says, and that is not known
  // Mount points of volumes. `complete`: `files` has all that is below; else
  // anything may be there.
  struct Folder {
    bool complete = false;
    bool read_only = false;
  };
  std::map<std::string, Folder, std::less<>> folders;
  // The pod's own domain, which the kubelet writes into /etc/hosts behind its name
  // (pkg/kubelet GeneratePodHostNameAndDomain); may hold atoms. Empty: not known.
  std::string domain;
};

// What a text takes for granted beyond the POSIX shell language, where it is given to
// a shell that may be any (Dialect::kSh).
struct Borrowed {
  // kBusybox: bash and busybox have it, dash does not. kBash: bash alone.
  enum class From : uint8_t { kNobody, kBusybox, kBash } from = From::kNobody;
  std::string what;  // "`[[` in line 3"
};

struct Result {
  // The program that becomes the broker: the first command for which `is_entry`
  // says yes. Empty argv: none was reached, `why` says what was seen instead.
  std::vector<std::string> argv;        // expanded words, may hold atoms
  std::vector<Span> argv_words;         // their places in the script
  bool exec = false;                    // started with exec
  Span command;                         // its simple command in the script
  Variables variables;                  // at that point, prefix assignments (A=b cmd) applied as exported
  Files files;                          // given or written
  std::vector<Assignment> assignments;  // up to that point
  std::vector<std::string> sourced;     // files read by `.`/source that are not in the script
  std::string unread;                   // why any variable may have any other value; empty: none may
  std::string cwd;                      // after a `cd`
  bool programs = false;                // one was started that is not known: it may have made files
  Borrowed borrowed;                    // by the script, and by texts that it runs
  std::string fails;                    // why every way ends in a failure; empty: not every way does
  bool idle = false;                    // no program was started that could be a broker, or start one
  std::string why;                      // why no entry was found, or what is doubtful; empty when all is clear
  // False when the entry is only reached on a condition that cannot be decided.
  // Ways that end in a failure (exit 1, a failing `set -e`, `a && exec b` where a
  // fails) do not count: no broker starts there.
  bool certain = true;
  size_t effort = 0;  // what following it took, however it ended: a few dozen for a usual start script

  // The file as the started program finds it by `name`; null: the script wrote none there.
  const File* file(std::string_view name) const;
};

// `name` is argv[0] as written, e.g. "/etc/confluent/docker/run".
using IsEntry = std::function<bool(const std::vector<std::string>& argv)>;

using Environment = std::map<std::string, std::string, std::less<>>;

// What /bin/sh is, the image decides (dash, bash, busybox); where these read a
// text differently the value is unknown. kBash: `bash -c`, #!/bin/bash.
// Constructs that POSIX lacks ([[ ]], =~, ${V//a/b}) are read as bash does; under kSh
// Borrowed says so, and what is read holds only where sh has them.
enum class Dialect : uint8_t { kSh, kBash };

// A script parsed once and run for several pods. Keeps views into `text`, which
// must outlive it. Runs share nothing: any number of threads may run one.
class Script {
 public:
  // A first line `#!…bash` counts only where a file is run by its own name (dialect_of).
  explicit Script(std::string_view text, Dialect dialect = Dialect::kSh);
  Script(Script&&) noexcept;
  Script& operator=(Script&&) noexcept;
  ~Script();

  // Why the text could not be read to its end, with the line; empty when it
  // could. What stands before that place is run, as a shell would.
  const std::string& error() const;
  // `options` are letters as in `sh -exc`: e (errexit), u (nounset), a, f; others have no effect here.
  // `arg0` is $0 (the argument behind the text of `sh -c`); empty: not known.
  // `system`: null when nothing is known of it.
  Result run(const Environment& environment, const std::vector<std::string>& positional, const IsEntry& is_entry,
             std::string_view options = {}, std::string_view arg0 = {}, const FileSystem* system = nullptr) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

// How a command starts a shell: ["sh", "-exc", text, arg0, positional…] or
// ["bash", "file", positional…]. nullopt: argv[0] is no shell, or it reads no
// script (interactive, -s).
struct Invocation {
  Dialect dialect = Dialect::kSh;
  std::string options;    // letters for Script::run
  size_t script = 0;      // index in argv of the text, or of the file's name
  bool is_file = false;   // argv[script] names a file
  size_t positional = 0;  // index in argv of $1; argv.size() when there is none
};
std::optional<Invocation> invocation_of(std::span<const std::string> argv);
// Of a file that is run by its own name: its first line names the shell.
Dialect dialect_of(std::string_view text);

// Runs `script` as `sh -c script arg0 positional…` would. `environment` values
// may hold atoms.
Result run(std::string_view script, const Environment& environment, const std::vector<std::string>& positional,
           const IsEntry& is_entry);

// Cuts the raw text of one word (quotes and expansions as written) at a
// separator character that is not inside ${…}, $(…), $((…)) or backquotes and not
// backslash-escaped; separators inside quotes do count. Spans are relative to
// `raw`; surrounding quote characters stay in the piece where they stand.
std::vector<Span> split_raw(std::string_view raw, char separator);

// How to add literal text or an expansion at offset `at` of a raw word.
enum class Quoting : uint8_t { kNone, kSingle, kDouble };
Quoting quoting_at(std::string_view raw, uint32_t at);

}  // namespace brokergate::shell
