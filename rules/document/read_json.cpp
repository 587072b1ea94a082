#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "rules/document/number.h"
#include "rules/document/reader.h"
#include "rules/document/tree_builder.h"

namespace brokergate::document {
namespace {

constexpr size_t kKeptBytes = size_t{256} << 10;

bool white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// simdjson's first stage finds where every token begins and checks UTF-8 and
// quotes, many bytes at a time. The tree is built from these offsets, because
// it needs the byte span of every value: On-Demand tells none for containers
// and costs twice the time for what it does tell. (dom::parser::implementation
// is public for benchmarks; nothing else of simdjson hands out the offsets.)
class Tokens {
 public:
  // False when the text cannot be JSON. Throws where there is no memory.
  bool find(std::string_view text) {
    if (!parser_.implementation || capacity_ < text.size()) {
      capacity_ = std::max<size_t>(text.size() + text.size() / 4, 4096);
      if (parser_.allocate(capacity_)) {
        // It fails for want of memory only, which says nothing of the text.
        capacity_ = 0;
        throw std::bad_alloc();
      }
    }
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    return parser_.implementation->stage1(bytes, text.size(), simdjson::stage1_mode::regular) == simdjson::SUCCESS;
  }
  uint32_t count() const { return parser_.implementation->n_structural_indexes; }
  const uint32_t* offsets() const { return parser_.implementation->structural_indexes.get(); }

  // The text of a string token (with quotes) whose escapes are read.
  bool unescape(std::string_view token, Document& document, std::string_view& text) {
    // simdjson reads and writes past the ends of what it needs.
    const size_t padded = token.size() + simdjson::SIMDJSON_PADDING;
    if (in_.size() < padded) in_.resize(padded + padded / 2);
    if (out_.size() < padded) out_.resize(padded + padded / 2);
    std::memcpy(in_.data(), token.data(), token.size());
    std::memset(in_.data() + token.size(), 0, simdjson::SIMDJSON_PADDING);
    const uint8_t* end = parser_.implementation->parse_string(in_.data() + 1, out_.data());
    if (end == nullptr) return false;
    text = document.intern({reinterpret_cast<const char*>(out_.data()), static_cast<size_t>(end - out_.data())});
    return true;
  }

  bool small() const { return capacity_ <= kKeptBytes && in_.size() <= kKeptBytes; }

 private:
  simdjson::dom::parser parser_;
  size_t capacity_ = 0;
  std::vector<uint8_t> in_, out_;
};

// Kept from one document to the next while small; it holds nothing of them.
thread_local std::unique_ptr<Tokens> spare_tokens;

class JsonReader {
 public:
  explicit JsonReader(Input& input)
      : input_(input),
        text_(input.text),
        tokens_(spare_tokens ? std::move(spare_tokens) : std::make_unique<Tokens>()),
        builder_(input) {}
  ~JsonReader() {
    if (tokens_->small()) spare_tokens = std::move(tokens_);
  }
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // Reads one value at `begin`, a bracket; `end` bounds it. On success `after`
  // is where the next token stands, or `end`.
  std::optional<Document> read(uint32_t begin, uint32_t end, uint32_t& after);

  // Set when the last read() stopped at a limit and not at a mistake.
  const std::optional<Failure>& limit() const { return limit_; }

 private:
  struct Frame {
    size_t node = 0;  // place on the builder's stack
    bool map = false;
    bool fresh = true;  // nothing read inside yet
  };

  bool walk();
  bool key();
  bool value();
  bool open(bool map);
  void close();
  bool skip(Kind kind);
  bool at_managed_fields() const {
    return input_.limits.skip_managed_fields && key_ == "managedFields" && frames_.back().map &&
           builder_.node(frames_.back().node).key == "metadata";
  }
  bool at_reviewed_object() const {
    return input_.limits.skip_reviewed_objects && frames_.size() == 2 && frames_.back().map &&
           (key_ == "object" || key_ == "oldObject" || key_ == "options") &&
           builder_.node(frames_.back().node).key == "request";
  }
  bool string(std::string_view token, std::string_view& text);
  bool number(std::string_view token, Node& node);

  // First byte of the token ahead; a NUL, which no token begins with, at the end.
  char ahead() const { return next_ < count_ ? bytes_[offsets_[next_]] : '\0'; }
  uint32_t offset() const { return begin_ + offsets_[next_]; }
  // A scalar reaches to the next token, less the white space between.
  std::string_view scalar() const {
    const char* first = bytes_ + offsets_[next_];
    const char* last = bytes_ + (next_ + 1 < count_ ? offsets_[next_ + 1] : end_ - begin_);
    while (white(last[-1])) --last;
    return {first, static_cast<size_t>(last - first)};
  }
  bool push(uint32_t begin);

  Input& input_;
  std::string_view text_;
  std::unique_ptr<Tokens> tokens_;
  TreeBuilder builder_;
  std::optional<Document> document_;
  std::vector<Frame> frames_;
  uint32_t begin_ = 0, end_ = 0;
  const char* bytes_ = nullptr;        // the value's text
  const uint32_t* offsets_ = nullptr;  // of the tokens in it
  uint32_t count_ = 0, next_ = 0;
  size_t backslash_ = 0;  // the first one that is not before the string last read; npos when none is
  std::string_view key_;
  uint32_t key_begin_ = 0, key_end_ = 0;
  std::optional<Failure> limit_;
  std::string skipped_;  // brackets that will close what skip() is in
};

std::optional<Document> JsonReader::read(uint32_t begin, uint32_t end, uint32_t& after) {
  if (begin <= begin_) backslash_ = 0;  // the same value again
  begin_ = begin;
  end_ = end;
  next_ = 0;
  key_ = {};
  key_begin_ = key_end_ = 0;
  frames_.clear();
  limit_.reset();
  if (!tokens_->find(text_.substr(begin, end - begin))) return std::nullopt;
  bytes_ = text_.data() + begin;
  offsets_ = tokens_->offsets();
  count_ = tokens_->count();
  document_.emplace(input_.source);
  document_->set_span(begin, end, true);
  builder_.start(*document_);
  if (!open(text_[begin] == '{') || !walk()) return std::nullopt;
  after = next_ < count_ ? offset() : end;
  builder_.finish();
  return std::move(document_);
}

bool JsonReader::walk() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    const bool map = frame.map;
    if (ahead() == (map ? '}' : ']')) {
      close();
      continue;
    }
    if (!frame.fresh) {
      if (ahead() != ',') return false;
      ++next_;
    }
    frame.fresh = false;
    if ((map && !key()) || !value()) return false;
  }
  return true;
}

bool JsonReader::key() {
  if (ahead() != '"') return false;
  const std::string_view token = scalar();
  key_begin_ = offset();
  key_end_ = key_begin_ + static_cast<uint32_t>(token.size());
  if (!string(token, key_)) return false;
  ++next_;
  if (ahead() != ':') return false;
  ++next_;
  return true;
}

bool JsonReader::push(uint32_t begin) {
  if (!builder_.push()) {
    limit_ = too_many_nodes(begin, input_.limits.nodes);
    return false;
  }
  Node& node = builder_.top();
  node.begin = begin;
  if (!frames_.empty() && frames_.back().map) {
    node.key = key_;
    node.key_begin = key_begin_;
    node.key_end = key_end_;
  }
  return true;
}

bool JsonReader::open(bool map) {
  const uint32_t begin = offset();
  if (frames_.size() >= input_.limits.depth) {
    limit_ = too_deep(begin, input_.limits.depth);
    return false;
  }
  if (!push(begin)) return false;
  Node& node = builder_.top();
  node.kind = map ? Kind::kMap : Kind::kSeq;
  node.style = Style::kFlow;
  frames_.push_back({builder_.size() - 1, map, true});
  ++next_;
  return true;
}

void JsonReader::close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  builder_.node(frame.node).end = offset() + 1;
  ++next_;
  if (frame.map) {
    builder_.close_map(frame.node, false);
  } else {
    builder_.close(frame.node);
  }
}

// A list or map whose contents nobody looks at.
bool JsonReader::skip(Kind kind) {
  if (!push(offset())) return false;
  Node& node = builder_.top();
  node.kind = kind;
  node.style = Style::kFlow;
  const size_t depth_left = input_.limits.depth - frames_.size();
  if (skipped_.size() < depth_left) skipped_.resize(depth_left);
  char* const closing = skipped_.data();
  size_t depth = 0;
  const uint32_t *at = offsets_ + next_, *const end = offsets_ + count_;
  for (; at != end; ++at) {
    const char c = bytes_[*at];
    // In ASCII a brace is the bracket of the same side with one bit more.
    const char side = static_cast<char>(c | 0x20);
    if (side == '{') {
      if (depth == depth_left) {
        limit_ = too_deep(begin_ + *at, input_.limits.depth);
        return false;
      }
      closing[depth++] = static_cast<char>(c + 2);
    } else if (side == '}') {
      if (closing[depth - 1] != c) return false;
      if (--depth == 0) break;
    }
  }
  if (at == end) return false;
  next_ = static_cast<uint32_t>(at - offsets_);
  node.end = offset() + 1;
  ++next_;
  return true;
}

bool JsonReader::value() {
  const char first = ahead();
  if (first == '[' && at_managed_fields()) return skip(Kind::kSeq);
  if (first == '{' && at_reviewed_object()) return skip(Kind::kMap);
  if (first == '{' || first == '[') return open(first == '{');
  if (first == '\0') return false;
  const std::string_view token = scalar();
  if (!push(offset())) return false;
  Node& node = builder_.top();
  node.end = node.begin + static_cast<uint32_t>(token.size());
  ++next_;
  node.text = token;
  if (first == '"') {
    node.kind = Kind::kString;
    node.style = Style::kDoubleQuoted;
    return string(token, node.text);
  }
  if (token == "true" || token == "false") {
    node.kind = Kind::kBool;
    return true;
  }
  node.kind = Kind::kNull;
  return token == "null" || number(token, node);
}

bool JsonReader::string(std::string_view token, std::string_view& text) {
  if (token.size() < 2 || token.back() != '"') return false;
  const auto begin = static_cast<size_t>(token.data() - text_.data());
  if (backslash_ < begin) backslash_ = text_.find('\\', begin);
  if (backslash_ < begin + token.size()) return tokens_->unescape(token, *document_, text);
  text = token.substr(1, token.size() - 2);
  return true;
}

bool JsonReader::number(std::string_view token, Node& node) {
  if (!json_number(token)) return false;
  constexpr size_t kSurelyInt64 = 18;
  const bool digits = token.find_first_of(".eE") == std::string_view::npos;
  if (digits && (token.size() <= kSurelyInt64 || parse_integer(token))) {
    node.kind = Kind::kInt;
    return true;
  }
  node.kind = Kind::kFloat;
  return parse_float(token).has_value();
}

// Where the brackets that open at `begin` are closed again; `end` when never.
uint32_t find_value_end(std::string_view text, uint32_t begin, uint32_t end) {
  uint32_t depth = 0;
  for (uint32_t i = begin; i < end; ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < end && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return end;
}

uint32_t skip_white(std::string_view text, uint32_t at, uint32_t end) {
  while (at < end && white(text[at])) ++at;
  return at;
}

}  // namespace

JsonOutcome read_json(Input& input, const Piece& piece, const DocumentSink& sink) {
  JsonOutcome outcome;
  JsonReader reader(input);
  uint32_t begin = skip_white(input.text, piece.begin, piece.end);
  bool whole = true;  // try the rest in one go: nearly every input is one value
  while (begin < piece.end) {
    uint32_t stop = whole ? piece.end : find_value_end(input.text, begin, piece.end);
    uint32_t after = stop;
    input.positions.checkpoint(begin);
    const size_t nodes = input.nodes_left;
    auto document = reader.read(begin, stop, after);
    if (!document && whole && !reader.limit()) {
      whole = false;
      input.nodes_left = nodes;
      stop = find_value_end(input.text, begin, piece.end);
      if (stop < piece.end) continue;
    }
    if (input.documents_left == 0) {
      outcome.stopped = true;
      outcome.failures.push_back(too_many_documents(begin, input.limits.documents));
      return outcome;
    }
    --input.documents_left;
    if (!document) {
      input.nodes_left = nodes;
      outcome.failures.push_back(reader.limit() ? *reader.limit() : explain_json(input.text, begin, stop));
      if (!outcome.committed || reader.limit()) return outcome;
    }
    whole = false;
    begin = skip_white(input.text, after, piece.end);
    if (document) document->set_span(document->begin(), begin == piece.end ? piece.end : document->root()->end, true);
    const bool goes_on = begin < piece.end && (input.text[begin] == '{' || input.text[begin] == '[');
    if (begin < piece.end && !goes_on) {
      outcome.held = std::move(document);
      outcome.failures.push_back({begin,
                                  "found " + describe_found(input.text, begin, piece.end) +
                                      " after the JSON value, wanted the end of the document or another { or [",
                                  outcome.committed});
      return outcome;
    }
    if (document) {
      outcome.committed = true;
      sink(std::move(*document));
    }
  }
  return outcome;
}

}  // namespace brokergate::document
