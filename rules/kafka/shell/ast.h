// The tree of a shell text. Nodes live in an Arena and are never destroyed one
// by one; texts are views into the script or into the arena.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string_view>
#include <type_traits>
#include <vector>

#include "rules/kafka/shell/shell.h"

namespace brokergate::shell {

class Arena {
 public:
  template <class T>
  T* make() {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (memory_.allocate(sizeof(T), alignof(T))) T();
  }
  template <class T>
  const T* keep(const std::vector<T>& items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return nullptr;
    // NOLINTBEGIN(bugprone-sizeof-expression): elements may well be pointers to nodes.
    auto* out = static_cast<T*>(memory_.allocate(items.size() * sizeof(T), alignof(T)));
    std::memcpy(static_cast<void*>(out), items.data(), items.size() * sizeof(T));
    // NOLINTEND(bugprone-sizeof-expression)
    return out;
  }
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    auto* out = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource memory_{4096};
};

template <class T>
struct List {
  const T* items = nullptr;
  uint32_t count = 0;
  const T* begin() const { return items; }
  const T* end() const { return items + count; }
  bool empty() const { return count == 0; }
  const T& operator[](size_t i) const { return items[i]; }
};

struct Word;
struct Node;

enum class ParamOp : uint8_t {
  kNone,
  kLength,         // ${#V}
  kDefault,        // -
  kAssign,         // =
  kError,          // ?
  kAlternative,    // +
  kPrefix,         // #
  kLongPrefix,     // ##
  kSuffix,         // %
  kLongSuffix,     // %%
  kReplace,        // /
  kReplaceAll,     // //
  kReplacePrefix,  // /#
  kReplaceSuffix,  // /%
  kSubstring,      // :off:len
  kUpper,          // ^
  kUpperAll,       // ^^
  kLower,          // ,
  kLowerAll,       // ,,
  kIndirect,       // ${!V}
  kNames,          // ${!V*}
};

struct Part {
  enum class Kind : uint8_t { kText, kParameter, kArithmetic, kCommand, kProcess, kBad };
  Kind kind = Kind::kText;
  bool quoted = false;
  ParamOp op = ParamOp::kNone;
  bool colon = false;
  bool pure = false;                // kCommand that cannot change the shell's state: needs no copy of it
  std::string_view text;            // the text; the parameter's name; for kCommand, kProcess and kBad the source
  const Word* arg = nullptr;        // right of the operator; the expression of kArithmetic
  const Word* arg2 = nullptr;       // replacement, length
  const Word* subscript = nullptr;  // ${V[…]}
  const Node* command = nullptr;
};

struct Word {
  List<Part> parts;
  Span span;
  std::string_view raw;
  bool literal = false;  // one piece of unquoted text without anything to expand
  bool braces = false;   // {a,b} or {1..3}, which bash expands
};

struct AssignNode {
  std::string_view name;
  const Word* value = nullptr;
  const Word* subscript = nullptr;
  bool append = false;
  bool array = false;  // NAME=( … )
  List<const Word*> elements;
};

// Read after the line that announces it, hence apart from the redirection.
struct HereDocument {
  const Word* body = nullptr;
  Span span;
};

struct Redirect {
  enum class Op : uint8_t {
    kRead,
    kWrite,
    kAppend,
    kReadWrite,
    kDupIn,
    kDupOut,
    kHere,
    kHereString,
    kBoth,
    kBothAppend
  };
  Op op = Op::kRead;
  int fd = -1;                   // as written; -1: the operator's own
  const Word* target = nullptr;  // file, descriptor or here-string
  const HereDocument* here = nullptr;
};

struct Argument {
  const Word* word = nullptr;
  const AssignNode* assign = nullptr;  // of export and its kin, when it looks like one
};

struct CaseItem {
  List<const Word*> patterns;
  const Node* body = nullptr;
  enum class End : uint8_t { kBreak, kFall, kContinue } end = End::kBreak;
};

struct Node {
  enum class Kind : uint8_t {
    kSimple,
    kList,        // children in order
    kAndOr,       // children joined by `operators`: '&' or '|'
    kPipeline,    // children; `negated`
    kSubshell,    // body
    kGroup,       // body
    kIf,          // children: condition, body, condition, body, …, [else]
    kFor,         // name, words, body; without `in`: `positional`
    kForArith,    // expressions[3], body
    kWhile,       // children: condition, body; `negated` for until
    kCase,        // word, cases
    kFunction,    // name, body
    kCondition,   // [[ … ]]: words
    kArithmetic,  // (( … )): word
  };
  Kind kind = Kind::kSimple;
  bool negated = false;
  bool background = false;
  bool positional = false;
  Span span;
  std::string_view text;  // source
  std::string_view name;
  std::string_view operators;
  const Word* word = nullptr;
  const Word* expressions[3] = {nullptr, nullptr, nullptr};
  const Node* body = nullptr;
  List<const Node*> children;
  List<AssignNode> assigns;
  List<Argument> args;
  List<Redirect> redirects;
  List<CaseItem> cases;
};

}  // namespace brokergate::shell
