// One immutable tree for JSON and YAML, with the byte span of every value.
//
// Ownership: a Document owns its nodes (arena) and shares its Source; a Value
// is a plain pointer into it and lives as long as the Document does. Documents
// never change after the reader returns them, so any number of threads may
// read one. Typing is that of sigs.k8s.io/yaml (YAML 1.1 as kubectl reads it).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/source.h"

namespace brokergate {

enum class Kind : uint8_t { kNull, kBool, kInt, kFloat, kString, kSeq, kMap };

// How a value is written, which the text editor must imitate. kSynthetic nodes
// were made by applying edits: they have no bytes in the source.
enum class Style : uint8_t {
  kPlain,
  kSingleQuoted,
  kDoubleQuoted,
  kLiteral,
  kFolded,
  kBlock,  // block map or sequence
  kFlow,   // {...} or [...], and every container read from JSON
  kSynthetic,
};

struct Node {
  Kind kind = Kind::kNull;
  Style style = Style::kPlain;
  bool alias = false;   // the value is written as *name; begin/end span that token
  bool merged = false;  // the entry came in by a `<<` merge key
  // Inside an alias' or a merged entry's copy: spans point at the anchor's
  // text, so no edit may be written there. True for the copy's whole subtree.
  bool copied = false;
  // The value's bytes in Source::text(), without its anchor and tag. A block map
  // begins at its first key, a block list at its first `-`; both end where their
  // last value ends. A literal or folded scalar ends before the line break of
  // its last line that is not blank. An empty value (`key:`) is empty bytes.
  uint32_t begin = 0, end = 0;
  uint32_t key_begin = 0, key_end = 0;  // the key's bytes, for map entries
  uint32_t count = 0;                   // children of kSeq / kMap
  uint32_t index = 0;                   // own place among the parent's children
  const Node* parent = nullptr;         // null for the document's root
  const Node* children = nullptr;       // `count` nodes, in source order
  std::string_view text;                // kString: decoded; other scalars: as written
  std::string_view key;                 // decoded key when the parent is a kMap
};

// A null-safe view of a node. Looking up what is not there gives a Value that
// is false; asking a false Value anything gives the empty answer.
class Value {
 public:
  Value() = default;
  explicit(false) Value(const Node* node) : node_(node) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return node_ != nullptr; }
  bool operator==(const Value&) const = default;
  const Node* node() const { return node_; }
  const Node* operator->() const { return node_; }

  Kind kind() const { return node_ ? node_->kind : Kind::kNull; }
  bool is_map() const { return node_ && node_->kind == Kind::kMap; }
  bool is_seq() const { return node_ && node_->kind == Kind::kSeq; }
  bool is_string() const { return node_ && node_->kind == Kind::kString; }
  bool is_null() const { return !node_ || node_->kind == Kind::kNull; }

  // The text of a string; empty for anything else.
  std::string_view str() const { return is_string() ? node_->text : std::string_view{}; }
  // The text of any scalar as written (80, true, "a"); empty for containers and null.
  std::string_view scalar() const;
  // The number a kInt holds: 0x, 0o, 0b, leading-0 octal and `_` as go-yaml reads
  // them. nullopt for other kinds and for what does not fit int64.
  std::optional<int64_t> as_int() const;
  std::optional<bool> as_bool() const;

  // Entry of a map (the last of duplicate keys, as Go decodes); false Value when absent.
  Value operator[](std::string_view key) const;
  // Element of a sequence or n-th entry of a map; false Value when out of range.
  Value at(size_t index) const;
  size_t size() const { return node_ ? node_->count : 0; }
  // Children of a map or sequence; empty span for scalars.
  std::span<const Node> children() const;

  // RFC 6901 pointer from `root` (an ancestor or the node itself) to here.
  std::string pointer(Value root) const;
  // The same as unescaped tokens.
  std::vector<std::string> path(Value root) const;

 private:
  const Node* node_ = nullptr;
};

// Follows a path of map keys and decimal list indices. False Value when absent.
Value find(Value root, std::span<const std::string> path);

// Structural equality of two trees: kinds, decoded scalars (1 == 0x1), order of
// lists; order of map entries does not matter. Spans and styles are ignored.
bool same_value(Value a, Value b);

// Compact JSON of a tree: strings escaped, numbers canonical, duplicate keys: last.
std::string to_json(Value value);
void append_json(Value value, std::string& out);
// Appends `text` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string_view text, std::string& out);

// Something a reader accepts but a person should know (duplicate key).
struct DocumentNote {
  uint32_t offset = 0;
  const Node* map = nullptr;  // the map that holds the duplicate
  std::string message;        // e.g. key "a" is written twice in this map; the last one (line 7) counts
};

class Document {
 public:
  explicit Document(SourcePtr source);
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  const SourcePtr& source() const { return source_; }
  Value root() const { return Value(root_); }
  // The document's bytes in the source, from after its `---` line to before the next.
  uint32_t begin() const { return begin_; }
  uint32_t end() const { return end_; }
  // True when read from JSON (also inside a .yaml file when it starts with `{`).
  bool json() const { return json_; }
  const std::vector<DocumentNote>& notes() const { return notes_; }

  // For readers and for apply(): the arena nodes and strings are made in.
  std::pmr::memory_resource& arena();
  std::string_view intern(std::string_view text);
  Node* allocate(size_t count);
  void set_root(const Node* root) { root_ = root; }
  void set_span(uint32_t begin, uint32_t end, bool json);
  void add_note(DocumentNote note) { notes_.push_back(std::move(note)); }

 private:
  SourcePtr source_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> arena_;
  const Node* root_ = nullptr;
  uint32_t begin_ = 0, end_ = 0;
  bool json_ = false;
  std::vector<DocumentNote> notes_;
};

// Limits of one input. What is over a limit is an error with a position.
struct ReadLimits {
  size_t bytes = size_t{32} << 20;  // whole input
  uint32_t depth = 256;             // nesting; real manifests stay below 60
  size_t nodes = size_t{2} << 20;   // values in one input; a manifest's takes 27 bytes on average
  size_t alias_nodes = 100'000;     // values made by aliases and merge keys in one document
  size_t documents = 200'000;       // in one input, broken ones included
  // JSON only: metadata.managedFields becomes a list without elements, and what
  // stands in it is checked for closed strings and brackets only. The API server
  // adds it to every object, no rule looks at it, and it is often the larger half.
  bool skip_managed_fields = false;
  // JSON only: request.object, request.oldObject and request.options of an AdmissionReview
  // become maps without entries, and are checked no further than managed fields are.
  bool skip_reviewed_objects = false;
};

struct ReadError {
  uint32_t offset = 0;
  Position position;
  std::string message;  // what was found and what was wanted; no position in it
};

struct ReadResult {
  std::vector<Document> documents;  // those that could be read, in order
  std::vector<ReadError> errors;    // one per broken document
};

// Reads everything kubectl reads: JSON or YAML, several documents, BOM, CRLF.
// A broken document is one error and the reading goes on at the next `---`.
// Empty documents (comments only, `---` twice) are neither documents nor errors;
// an input with no document at all is the caller's business.
// `sink` is called for each document as it is read, so that a caller may drop
// what does not concern it. Thread-safe: no state between calls. Never throws
// on bad input.
using DocumentSink = std::function<void(Document&&)>;
std::vector<ReadError> read(const SourcePtr& source, const ReadLimits& limits, const DocumentSink& sink);
ReadResult read(const SourcePtr& source, const ReadLimits& limits = {});

}  // namespace brokergate
