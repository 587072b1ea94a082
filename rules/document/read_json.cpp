#include <simdjson.h>

#include <cstring>
#include <memory>
#include <utility>

#include "rules/document/number.h"
#include "rules/document/reader.h"
#include "rules/document/tree_builder.h"

namespace brokergate::document {
namespace {

namespace ondemand = simdjson::ondemand;

// simdjson reads some bytes past the end, so the text is copied once into a
// buffer with room. Buffer and parser are kept while they are small.
struct Scratch {
  std::unique_ptr<char[]> bytes;
  size_t capacity = 0;
  ondemand::parser parser;

  void copy(std::string_view text) {
    const size_t needed = text.size() + simdjson::SIMDJSON_PADDING;
    if (needed > capacity) {
      capacity = needed + needed / 4;
      bytes.reset(new char[capacity]);
    }
    std::memcpy(bytes.get(), text.data(), text.size());
    std::memset(bytes.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
  }
};

constexpr size_t kKeptBytes = size_t{256} << 10;
thread_local std::unique_ptr<Scratch> spare_scratch;

bool white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class JsonReader {
 public:
  JsonReader(Input& input, const Piece& piece)
      : input_(input),
        piece_(piece),
        scratch_(spare_scratch ? std::move(spare_scratch) : std::make_unique<Scratch>()),
        builder_(input) {
    scratch_->copy(input.text.substr(piece.begin, piece.end - piece.begin));
  }
  ~JsonReader() {
    if (scratch_->capacity <= kKeptBytes) spare_scratch = std::move(scratch_);
  }
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // Reads one value at `begin`; `end` bounds it. On success `after` is where
  // the next token stands, or `end`.
  std::optional<Document> read(uint32_t begin, uint32_t end, uint32_t& after);

  const std::optional<Failure>& limit() const { return limit_; }

 private:
  bool value(ondemand::value value, uint32_t depth);
  bool string(ondemand::value& value, std::string_view token);
  bool number(ondemand::value& value, std::string_view token);
  bool open(Kind kind, uint32_t begin, uint32_t depth);
  bool entry(ondemand::field& field, uint32_t depth);
  template <typename Object>
  bool object(Object& object, uint32_t begin, uint32_t depth);
  template <typename Array>
  bool array(Array& array, uint32_t begin, uint32_t depth);
  uint32_t closing_end();

  uint32_t offset(const char* at) const { return piece_.begin + static_cast<uint32_t>(at - scratch_->bytes.get()); }
  std::string_view slice(uint32_t begin, uint32_t end) const { return input_.text.substr(begin, end - begin); }

  Input& input_;
  const Piece& piece_;
  std::unique_ptr<Scratch> scratch_;
  TreeBuilder builder_;
  std::optional<Document> document_;
  ondemand::document* root_ = nullptr;
  uint32_t end_ = 0;
  std::string_view key_;
  uint32_t key_begin_ = 0, key_end_ = 0;
  std::optional<Failure> limit_;
};

std::optional<Document> JsonReader::read(uint32_t begin, uint32_t end, uint32_t& after) {
  const size_t at = begin - piece_.begin, length = end - begin;
  document_.emplace(input_.source);
  document_->set_span(begin, end, true);
  builder_.start(*document_);
  end_ = end;
  key_ = {};
  key_begin_ = key_end_ = 0;
  ondemand::document root;
  const std::string_view text(scratch_->bytes.get() + at, length);
  if (scratch_->parser.iterate(text, length + simdjson::SIMDJSON_PADDING).get(root)) return std::nullopt;
  root_ = &root;
  bool read = false;
  if (input_.text[begin] == '{') {
    ondemand::object object;
    read = !root.get_object().get(object) && this->object(object, begin, 0);
  } else {
    ondemand::array array;
    read = !root.get_array().get(array) && this->array(array, begin, 0);
  }
  if (!read) return std::nullopt;
  after = end;
  const char* next = nullptr;
  if (!root.current_location().get(next)) after = offset(next);
  builder_.finish();
  return std::move(document_);
}

bool JsonReader::open(Kind kind, uint32_t begin, uint32_t depth) {
  if (depth >= input_.limits.depth) {
    limit_ = too_deep(begin, input_.limits.depth);
    return false;
  }
  if (!builder_.push()) {
    limit_ = too_many_nodes(begin, input_.limits.nodes);
    return false;
  }
  Node& node = builder_.top();
  node.kind = kind;
  node.style = Style::kFlow;
  node.begin = begin;
  node.key = key_;
  node.key_begin = key_begin_;
  node.key_end = key_end_;
  return true;
}

// The container's last token is the one before where the parser stands.
uint32_t JsonReader::closing_end() {
  const char* next = nullptr;
  uint32_t end = end_;
  if (!root_->current_location().get(next)) end = std::min(end, offset(next));
  while (end > piece_.begin && white(input_.text[end - 1])) --end;
  return end;
}

template <typename Object>
bool JsonReader::object(Object& object, uint32_t begin, uint32_t depth) {
  if (!open(Kind::kMap, begin, depth)) return false;
  const size_t at = builder_.size() - 1;
  for (auto result : object) {
    ondemand::field field;
    if (std::move(result).get(field) || !entry(field, depth)) return false;
  }
  builder_.node(at).end = closing_end();
  builder_.close_map(at, false);
  return true;
}

bool JsonReader::entry(ondemand::field& field, uint32_t depth) {
  const char* raw = field.key().raw();
  const uint32_t begin = offset(raw);
  const auto* quote = static_cast<const char*>(std::memchr(raw, '"', end_ - begin));
  if (!quote) return false;
  std::string_view key = slice(begin, offset(quote));
  uint32_t end = offset(quote) + 1;
  if (key.find('\\') != std::string_view::npos) {
    std::string_view unescaped;
    if (field.unescaped_key().get(unescaped)) return false;
    key = document_->intern(unescaped);
    for (end = begin; input_.text[end] != '"'; ++end) {
      if (input_.text[end] == '\\') ++end;
    }
    ++end;
  }
  key_ = key;
  key_begin_ = begin - 1;
  key_end_ = end;
  return value(field.value(), depth + 1);
}

template <typename Array>
bool JsonReader::array(Array& array, uint32_t begin, uint32_t depth) {
  if (!open(Kind::kSeq, begin, depth)) return false;
  const size_t at = builder_.size() - 1;
  for (auto result : array) {
    ondemand::value element;
    key_ = {};
    key_begin_ = key_end_ = 0;
    if (std::move(result).get(element) || !value(element, depth + 1)) return false;
  }
  builder_.node(at).end = closing_end();
  builder_.close(at);
  return true;
}

bool JsonReader::value(ondemand::value value, uint32_t depth) {
  std::string_view token = value.raw_json_token();
  if (token.empty()) return false;
  const uint32_t begin = offset(token.data());
  if (token[0] == '{') {
    ondemand::object object;
    return !value.get_object().get(object) && this->object(object, begin, depth);
  }
  if (token[0] == '[') {
    ondemand::array array;
    return !value.get_array().get(array) && this->array(array, begin, depth);
  }
  while (white(token.back())) token.remove_suffix(1);
  if (!builder_.push()) {
    limit_ = too_many_nodes(begin, input_.limits.nodes);
    return false;
  }
  Node& node = builder_.top();
  node.begin = begin;
  node.end = begin + static_cast<uint32_t>(token.size());
  node.key = key_;
  node.key_begin = key_begin_;
  node.key_end = key_end_;
  switch (token[0]) {
    case '"':
      return string(value, token);
    case 't':
    case 'f': {
      bool truth = false;
      node.kind = Kind::kBool;
      node.text = slice(node.begin, node.end);
      return !value.get_bool().get(truth);
    }
    case 'n': {
      bool null = false;
      node.kind = Kind::kNull;
      return !value.is_null().get(null) && null;
    }
    default:
      return number(value, token);
  }
}

bool JsonReader::string(ondemand::value& value, std::string_view token) {
  Node& node = builder_.top();
  node.kind = Kind::kString;
  node.style = Style::kDoubleQuoted;
  if (token.size() < 2 || token.back() != '"') return false;
  if (std::memchr(token.data(), '\\', token.size()) == nullptr) {
    node.text = slice(node.begin + 1, node.end - 1);
    ondemand::raw_json_string raw;
    return !value.get_raw_json_string().get(raw);
  }
  std::string_view text;
  if (value.get_string().get(text)) return false;
  node.text = document_->intern(text);
  return true;
}

bool JsonReader::number(ondemand::value& value, std::string_view token) {
  Node& node = builder_.top();
  node.text = slice(node.begin, node.end);
  if (token.find_first_of(".eE") == std::string_view::npos) {
    int64_t integer = 0;
    node.kind = Kind::kInt;
    if (token.size() < 19) return !value.get_int64().get(integer);
    if (!parse_integer(token)) node.kind = Kind::kFloat;
  } else {
    node.kind = Kind::kFloat;
  }
  double number = 0;
  return !value.get_double().get(number);
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
  JsonReader reader(input, piece);
  uint32_t begin = skip_white(input.text, piece.begin, piece.end);
  bool whole = true;  // try the rest in one go: nearly every input is one value
  while (begin < piece.end) {
    uint32_t stop = whole ? piece.end : find_value_end(input.text, begin, piece.end);
    uint32_t after = stop;
    input.positions.checkpoint(begin);
    auto document = reader.read(begin, stop, after);
    if (!document && whole && !reader.limit()) {
      whole = false;
      stop = find_value_end(input.text, begin, piece.end);
      if (stop < piece.end) continue;
    }
    if (!document) {
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
