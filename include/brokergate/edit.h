// A change is data: one Edit has several renderings (RFC 6902 JSON Patch, text
// edit of the source that leaves every other byte alone, unified diff).
//
// Edits name nodes of the *unchanged* object, never list indices that an
// earlier edit may have moved. A set of edits for one object is independent of
// order, except that Inserts at the same place keep theirs. Edits hold
// pointers into the Document: they live at most as long as it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "brokergate/document.h"

namespace brokergate {

// A JSON value that an edit writes.
struct Literal;
using LiteralMap = std::vector<std::pair<std::string, Literal>>;
using LiteralList = std::vector<Literal>;
struct Literal {
  std::variant<std::monostate, bool, int64_t, std::string, LiteralList, LiteralMap> value;

  Literal() = default;
  Literal(bool v) : value(v) {}                           // NOLINT: literals convert
  Literal(int v) : value(int64_t{v}) {}                   // NOLINT
  Literal(int64_t v) : value(v) {}                        // NOLINT
  Literal(const char* v) : value(std::string(v)) {}       // NOLINT
  Literal(std::string_view v) : value(std::string(v)) {}  // NOLINT
  Literal(std::string v) : value(std::move(v)) {}         // NOLINT
  Literal(LiteralList v) : value(std::move(v)) {}         // NOLINT
  Literal(LiteralMap v) : value(std::move(v)) {}          // NOLINT
};
// Compact JSON of a literal.
void append_json(const Literal& literal, std::string& out);

struct Edit {
  enum class Op : uint8_t {
    kSet,      // make sure that target (a map) has keys[0]…keys[n-1] = value; parents made
               // only where missing. target is the deepest map that exists, so keys[0] is
               // absent from it or (n == 1) is replaced. A null value at keys[0] counts as absent.
    kInsert,   // target is a sequence: value goes before its element `index`; index == size() appends
    kReplace,  // target is any value: it becomes `value`
    kRemove,   // target is a map entry or list element: it goes, with its key
  };
  Op op = Op::kReplace;
  const Node* target = nullptr;
  std::vector<std::string> keys;
  size_t index = 0;
  Literal value;
  std::string reason;     // for people: why this change
  const char* rule = "";  // id of the rule that wants it
};

// Builds the kSet for `path` below `root`: finds the deepest existing map on the way.
Edit set_edit(Value root, std::vector<std::string> path, Literal value);

// The object after the edits, as a new tree with the same Source (changed nodes
// are kSynthetic). Pure; the input is not touched. `root` may be a subtree of a
// document (an item of a List).
Document apply(const SourcePtr& source, Value root, const std::vector<Edit>& edits);

// RFC 6902 operations for one object, pointers relative to `root`, in an order
// in which they apply one after another (indices follow earlier inserts and
// removes). Smallest operations; a missing parent is added once with what all
// edits put below it; never replaces a map or list wholesale. "[]" when empty.
std::string to_json_patch(Value root, const std::vector<Edit>& edits);

// One replacement of source bytes. Non-overlapping, sorted by begin.
struct TextEdit {
  uint32_t begin = 0, end = 0;
  std::string text;
};

// How the edits look in the source. Every byte that no edit names stays as it
// is. Where an edit lies inside an alias' copy, the alias token is replaced by
// what it stands for with the change applied; a merged entry becomes an entry
// of its own. The result is proved before it is returned: the changed text is
// read again and must equal apply(); if it does not, `error` says so, and
// nothing is to be written. All edits of one source must be given together
// (several objects of one file: one root each).
struct ObjectEdits {
  const Document* document = nullptr;
  Value root;
  std::vector<Edit> edits;
};
struct TextResult {
  std::vector<TextEdit> edits;
  std::string error;  // empty when fine
};
TextResult to_text_edits(const SourcePtr& source, const std::vector<ObjectEdits>& objects);
std::string apply_text(std::string_view text, const std::vector<TextEdit>& edits);

// `diff -u` of two texts with three lines of context; empty when equal.
// Names are printed as a/<name> and b/<name>; "\ No newline at end of file" is kept.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace brokergate
