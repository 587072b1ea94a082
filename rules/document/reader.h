// What the two readers (YAML, JSON) share while one input is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/document.h"

namespace brokergate::document {

// Why a document cannot be read. Offsets are into the whole input.
struct Failure {
  uint32_t offset = 0;
  std::string message;
  // A limit is passed or the bytes are no text: reading the same in another
  // syntax would not help.
  bool final = false;
};

// Positions of offsets that mostly grow: each byte is looked at once, where
// Source::position would begin at the top for every error of a long input.
class PositionCursor {
 public:
  explicit PositionCursor(std::string_view text);
  Position at(uint32_t offset);
  // Offsets before this one will not be asked for any more, or rarely.
  void checkpoint(uint32_t offset);

 private:
  struct Mark {
    uint32_t offset = 0;
    Position position{1, 1};
  };
  Mark advance(Mark from, uint32_t offset) const;

  std::string_view text_;
  Mark start_, now_;
};

struct Input {
  Input(const SourcePtr& from, const ReadLimits& limit)
      : source(from),
        text(from->text()),
        limits(limit),
        nodes_left(limit.nodes),
        documents_left(limit.documents),
        positions(text) {}

  const SourcePtr& source;
  std::string_view text;
  ReadLimits limits;
  size_t nodes_left;      // less what a document that could not be read took
  size_t documents_left;  // readable and broken ones
  PositionCursor positions;
};

// The bytes of one document.
struct Piece {
  uint32_t feed = 0;   // where the YAML parser begins: directives or the `---`
  uint32_t begin = 0;  // the document's own bytes
  uint32_t end = 0;
};

// Cuts an input at `---` and `...` lines, as kubectl does before parsing, so
// that a broken document cannot swallow the next.
class Splitter {
 public:
  Splitter(std::string_view text, uint32_t begin);
  // False at the end of the input.
  bool next(Piece& piece);

 private:
  std::string_view text_;
  uint32_t at_;
  bool bare_ = true;  // no content since the start or `...`: a `---` belongs to what follows
};

// Reads the YAML document of a piece, if it is not empty, and hands it to `sink`.
std::optional<Failure> read_yaml(Input& input, const Piece& piece, const DocumentSink& sink);

// Reads the JSON values of a piece. When the first of them fails, or something
// else follows it, nothing has gone to `sink` unless `committed`.
struct JsonOutcome {
  bool committed = false;
  bool stopped = false;          // too many documents: nothing more is to be read
  std::optional<Document> held;  // read well, but what follows it is not JSON
  std::vector<Failure> failures;
};
JsonOutcome read_json(Input& input, const Piece& piece, const DocumentSink& sink);

// Says what is wrong with a text that is not one JSON value.
Failure explain_json(std::string_view text, uint32_t begin, uint32_t end);

// "`x`", "the end of the document", "a NUL byte (U+0000)" …
std::string describe_found(std::string_view text, uint32_t offset, uint32_t end);

Failure too_deep(uint32_t offset, uint32_t limit);
Failure too_many_nodes(uint32_t offset, size_t limit);
Failure too_many_documents(uint32_t offset, size_t limit);
Failure invalid_utf8(std::string_view text, uint32_t offset);

}  // namespace brokergate::document
