#include "rules/document/read_yaml.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "rules/document/scalar.h"
#include "rules/document/utf8.h"
#include "rules/document/yaml_error.h"

namespace brokergate::document {
namespace {

Style style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return Style::kSingleQuoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return Style::kDoubleQuoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return Style::kLiteral;
    case YAML_FOLDED_SCALAR_STYLE:
      return Style::kFolded;
    default:
      return Style::kPlain;
  }
}

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// libyaml ends a block scalar behind the blank lines that follow it. The tree
// ends it where its last line with content ends, before the line break.
uint32_t block_scalar_end(std::string_view text, uint32_t begin, uint32_t end) {
  uint32_t last = end;
  while (last > begin && blank(text[last - 1])) --last;
  while (last < end && text[last] != '\n' && text[last] != '\r') ++last;
  return last;
}

// libyaml takes JSON's \/ since 0.2.3; go-yaml v2, and so kubectl, refuses it.
size_t find_escaped_slash(std::string_view text) {
  for (size_t i = text.find('\\'); i < text.size() - 1; i = text.find('\\', i + 2)) {
    if (text[i + 1] == '/') return i;
  }
  return std::string_view::npos;
}

// Where the %TAG directive over the limit stands; npos when there are no more than that. libyaml compares each
// with all before it: a body full of them would take minutes. A line is what libyaml takes for one.
constexpr size_t kMostTags = 100;
size_t find_tag_too_many(std::string_view text) {
  size_t found = 0;
  for (size_t at = text.find("%TAG"); at != std::string_view::npos; at = text.find("%TAG", at + 1)) {
    const std::string_view before = text.substr(0, at);
    const bool line_begins = before.empty() || before.ends_with('\n') || before.ends_with('\r') ||
                             before.ends_with("\xC2\x85") || before.ends_with("\xE2\x80\xA8") ||
                             before.ends_with("\xE2\x80\xA9");
    if (line_begins && ++found > kMostTags) return at;
  }
  return std::string_view::npos;
}

// Hands libyaml the document's bytes, with the line break that kubectl's line
// reader adds to a last line without one: a block scalar there ends with it.
int feed(void* data, unsigned char* buffer, size_t size, size_t* read) {
  auto& rest = *static_cast<YamlFeed*>(data);
  *read = std::min(size, rest.bytes.size());
  std::memcpy(buffer, rest.bytes.data(), *read);
  rest.bytes.remove_prefix(*read);
  if (*read == 0 && size != 0 && rest.add_line_break) {
    rest.add_line_break = false;
    *buffer = '\n';
    *read = 1;
  }
  return 1;
}

}  // namespace

CharacterCursor::CharacterCursor(std::string_view text, uint32_t begin, uint32_t end)
    : text_(text), begin_(begin), end_(end), ascii_(is_ascii(text.substr(begin, end - begin))), byte_(begin) {}

uint32_t CharacterCursor::byte_at(size_t character) {
  if (ascii_) return static_cast<uint32_t>(std::min<size_t>(begin_ + character, end_));
  const auto continues = [this](uint32_t at) { return (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80; };
  while (character_ < character && byte_ < end_) {
    do {
      ++byte_;
    } while (byte_ < end_ && continues(byte_));
    ++character_;
  }
  while (character_ > character && byte_ > begin_) {
    do {
      --byte_;
    } while (byte_ > begin_ && continues(byte_));
    --character_;
  }
  return byte_;
}

YamlReader::YamlReader(Input& input, const Piece& piece, const DocumentSink& sink)
    : input_(input),
      piece_(piece),
      sink_(sink),
      characters_(input.text, piece.feed, piece.end),
      initialized_(yaml_parser_initialize(&parser_) != 0),
      builder_(input) {}

YamlReader::~YamlReader() {
  if (initialized_) yaml_parser_delete(&parser_);
}

bool YamlReader::fail(uint32_t offset, std::string message, bool final) {
  if (!failure_) failure_ = Failure{offset, std::move(message), final};
  return false;
}

std::optional<Failure> YamlReader::run() {
  const std::string_view bytes = input_.text.substr(piece_.feed, piece_.end - piece_.feed);
  if (!initialized_) return Failure{piece_.begin, "out of memory", true};
  const size_t invalid = find_invalid_utf8(bytes);
  if (invalid != std::string_view::npos) {
    return invalid_utf8(input_.text, static_cast<uint32_t>(piece_.feed + invalid));
  }
  if (const size_t tag = find_tag_too_many(bytes); tag != std::string_view::npos) {
    return Failure{static_cast<uint32_t>(piece_.feed + tag),
                   "found more than " + std::to_string(kMostTags) + " %TAG directives, wanted fewer", true};
  }
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  feed_ = {bytes, !bytes.ends_with('\n')};
  yaml_parser_set_input(&parser_, feed, &feed_);
  bool going = true;
  while (going) {
    yaml_event_t current;
    if (!yaml_parser_parse(&parser_, &current)) {
      const uint32_t at =
          parser_.error == YAML_READER_ERROR
              ? static_cast<uint32_t>(std::min<size_t>(piece_.feed + parser_.problem_offset, piece_.end))
              : offset(parser_.problem_mark);
      return explain_yaml(parser_, input_, piece_, at, offset(parser_.context_mark));
    }
    const bool last = current.type == YAML_STREAM_END_EVENT;
    going = event(current) && !last;
    yaml_event_delete(&current);
  }
  return failure_;
}

bool YamlReader::event(yaml_event_t& event) {
  switch (event.type) {
    case YAML_DOCUMENT_START_EVENT:
      return begin_document(event);
    case YAML_DOCUMENT_END_EVENT:
      return end_document();
    case YAML_SCALAR_EVENT:
      return awaits_key() ? key_scalar(event) : scalar(event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
      return begin_container(event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return end_container(event);
    case YAML_ALIAS_EVENT:
      return alias(event);
    default:
      return true;
  }
}

bool YamlReader::begin_document(const yaml_event_t& event) {
  if (has_document_) {
    // libyaml also ends lines at a lone carriage return, kubectl's splitter does not.
    return fail(offset(event.start_mark),
                "found a document marker behind a line break that is no line feed, wanted a line feed before it");
  }
  has_document_ = true;
  document_.emplace(input_.source);
  document_->set_span(piece_.begin, piece_.end, false);
  builder_.start(*document_);
  frames_.clear();
  anchors_.clear();
  empty_root_ = false;
  alias_budget_ = input_.limits.alias_nodes;
  return true;
}

bool YamlReader::end_document() {
  if (empty_root_ || builder_.size() == 0) return true;
  builder_.finish();
  sink_(std::move(*document_));
  return true;
}

uint32_t YamlReader::skip_properties(uint32_t at, uint32_t end, int count) const {
  const std::string_view text = input_.text;
  const bool flow = !frames_.empty() && !frames_.back().block;
  while (count > 0 && at < end) {
    const char c = text[at];
    if (blank(c)) {
      ++at;
    } else if (c == '#') {
      while (at < end && text[at] != '\n') ++at;
    } else if (c == '&' || c == '!') {
      --count;
      while (at < end && !blank(text[at]) && !(flow && std::strchr(",]}", text[at]) != nullptr)) ++at;
    } else {
      break;
    }
  }
  while (at < end && (blank(text[at]) || text[at] == '#')) {
    if (text[at] == '#') {
      while (at < end && text[at] != '\n') ++at;
    } else {
      ++at;
    }
  }
  return at;
}

std::string_view YamlReader::view(uint32_t begin, uint32_t end, std::string_view decoded) {
  const size_t length = end - begin;
  const size_t skip = length == decoded.size() ? 0 : 1;  // quotes
  if (decoded.empty()) return std::string_view("");
  if (length == decoded.size() + 2 * skip &&
      std::memcmp(input_.text.data() + begin + skip, decoded.data(), decoded.size()) == 0) {
    return input_.text.substr(begin + skip, decoded.size());
  }
  return document_->intern(decoded);
}

bool YamlReader::push_value(uint32_t begin) {
  if (!builder_.push()) return fail(begin, too_many_nodes(begin, input_.limits.nodes).message, true);
  if (!frames_.empty() && frames_.back().map) {
    const Frame& frame = frames_.back();
    Node& node = builder_.top();
    node.key = frame.key;
    node.key_begin = frame.key_begin;
    node.key_end = frame.key_end;
  }
  return true;
}

bool YamlReader::value_done(uint32_t end) {
  if (frames_.empty()) return true;
  Frame& frame = frames_.back();
  frame.last_end = end;
  if (!frame.map) return true;
  frame.has_key = false;
  return !frame.merge || merge_value();
}

bool YamlReader::read_scalar(const yaml_event_t& event, Scalar& scalar) {
  const auto& data = event.data.scalar;
  Node& node = scalar.node;
  node.begin = offset(event.start_mark);
  node.end = offset(event.end_mark);
  scalar.properties = (data.anchor ? 1 : 0) + (data.tag ? 1 : 0);
  if (scalar.properties != 0) node.begin = skip_properties(node.begin, node.end, scalar.properties);
  node.style = style_of(data.style);
  if (node.style == Style::kLiteral || node.style == Style::kFolded) {
    node.end = block_scalar_end(input_.text, node.begin, node.end);
  }
  const std::string_view decoded = chars(data.value, data.length);
  node.text = view(node.begin, node.end, decoded);
  if (node.style == Style::kDoubleQuoted && node.end - node.begin != decoded.size() + 2) {
    const size_t slash = find_escaped_slash(input_.text.substr(node.begin, node.end - node.begin));
    if (slash != std::string_view::npos) {
      return fail(static_cast<uint32_t>(node.begin + slash), "found the escape \\/ in a string, wanted / as it is");
    }
  }
  node.kind = Kind::kString;
  if (data.tag) {
    const std::string_view tag = chars(data.tag);
    scalar.merge = decoded == "<<" && (data.plain_implicit != 0 || tag == "tag:yaml.org,2002:merge");
    Resolved resolved = resolve_tagged(tag, decoded);
    if (!resolved.error.empty()) return fail(node.begin, std::move(resolved.error));
    node.kind = resolved.kind;
    if (resolved.text) node.text = document_->intern(*resolved.text);
  } else if (data.plain_implicit) {
    scalar.merge = decoded == "<<";
    node.kind = resolve_plain(decoded);
  }
  if (data.anchor) remember(chars(data.anchor), node, false);
  return true;
}

bool YamlReader::scalar(const yaml_event_t& event) {
  Scalar scalar;
  if (!read_scalar(event, scalar) || !push_value(scalar.node.begin)) return false;
  const Node& read = scalar.node;
  if (read.kind == Kind::kFloat && not_finite(read.text)) {
    return fail(read.begin, "found " + std::string(read.text) + ", wanted a number that JSON can express");
  }
  Node& node = builder_.top();
  node.kind = read.kind;
  node.style = read.style;
  node.begin = read.begin;
  node.end = read.end;
  node.text = read.text;
  if (frames_.empty()) empty_root_ = scalar.properties == 0 && read.style == Style::kPlain && read.text.empty();
  return value_done(read.end);
}

bool YamlReader::begin_container(const yaml_event_t& event) {
  const bool map = event.type == YAML_MAPPING_START_EVENT;
  const yaml_char_t* anchor = map ? event.data.mapping_start.anchor : event.data.sequence_start.anchor;
  const yaml_char_t* tag = map ? event.data.mapping_start.tag : event.data.sequence_start.tag;
  const bool block = map ? event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE
                         : event.data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
  uint32_t begin = offset(event.start_mark);
  if (awaits_key()) {
    std::string message = map ? "found a map as a key, wanted a string" : "found a list as a key, wanted a string";
    message += template_hint(input_, piece_, begin, begin);
    return fail(begin, std::move(message));
  }
  if (frames_.size() >= input_.limits.depth) {
    return fail(begin, too_deep(begin, input_.limits.depth).message, true);
  }
  const int properties = (anchor ? 1 : 0) + (tag ? 1 : 0);
  if (properties != 0) begin = skip_properties(begin, piece_.end, properties);
  if (!push_value(begin)) return false;
  Node& node = builder_.top();
  node.kind = map ? Kind::kMap : Kind::kSeq;
  node.style = block ? Style::kBlock : Style::kFlow;
  node.begin = begin;
  Frame frame;
  frame.node = builder_.size() - 1;
  frame.map = map;
  frame.block = block;
  frame.last_end = begin;
  if (anchor) {
    remember(chars(anchor), node, true);
    frame.anchor = anchors_.find(chars(anchor))->first;
  }
  frames_.push_back(frame);
  return true;
}

bool YamlReader::end_container(const yaml_event_t& event) {
  const Frame frame = frames_.back();
  frames_.pop_back();
  if (frame.map) {
    builder_.close_map(frame.node, frame.has_merged);
  } else {
    builder_.close(frame.node);
  }
  Node& node = builder_.node(frame.node);
  node.end = frame.block ? frame.last_end : offset(event.end_mark);
  if (frame.anchor.data()) {
    // A value inside may have taken the name again; it keeps it then.
    Anchor& anchor = anchors_.find(frame.anchor)->second;
    if (anchor.open && anchor.node.begin == node.begin) anchor = Anchor{node, false};
  }
  return value_done(node.end);
}

bool YamlReader::key_scalar(const yaml_event_t& event) {
  Scalar scalar;
  if (!read_scalar(event, scalar)) return false;
  const Node& key = scalar.node;
  return set_key(key.kind, key.text, key.begin, key.end, scalar.merge);
}

bool YamlReader::set_key(Kind kind, std::string_view text, uint32_t begin, uint32_t end, bool merge) {
  Frame& frame = frames_.back();
  frame.has_key = true;
  frame.merge = merge;
  frame.key_begin = begin;
  frame.key_end = end;
  frame.last_end = std::max(frame.last_end, end);
  frame.key = text;
  if (kind == Kind::kString) return true;
  const auto key = key_text(kind, text);
  if (!key) {
    return fail(begin, kind == Kind::kNull
                           ? "found null as a key, wanted a string"
                           : "found " + std::string(text) + " as a key, wanted a string or a smaller number");
  }
  if (*key != text) frame.key = document_->intern(*key);
  return true;
}

std::optional<Failure> read_yaml(Input& input, const Piece& piece, const DocumentSink& sink) {
  return YamlReader(input, piece, sink).run();
}

}  // namespace brokergate::document
