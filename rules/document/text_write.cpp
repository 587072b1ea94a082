#include "rules/document/text_write.h"

#include <algorithm>

namespace brokergate::text {
namespace {

bool is_container(const Node& node) { return node.kind == Kind::kMap || node.kind == Kind::kSeq; }

// `|` with its indicators, then lines at `indent`; `parent` is the column that
// an indentation digit counts from.
std::string literal_text(std::string_view text, size_t indent, size_t parent, std::string_view eol) {
  std::string out = " |";
  if (literal_needs_digit(text)) out += std::to_string(indent - parent);
  const bool ends = text.back() == '\n';
  if (!ends) out += '-';
  if (ends) text.remove_suffix(1);
  for (;;) {
    const size_t length = std::min(text.find('\n'), text.size());
    out += eol;
    if (length > 0) out.append(indent, ' ').append(text.substr(0, length));
    if (length == text.size()) return out;
    text.remove_prefix(length + 1);
  }
}

// A scalar or an empty container behind a key or dash at `column`.
std::string leaf_text(Value value, size_t column, const BlockStyle& style) {
  if (value.is_map()) return " {}";
  if (value.is_seq()) return " []";
  // Blank lines at its end would join those that may follow it.
  const bool lines =
      value.is_string() && value.str().find('\n') != std::string_view::npos && !value.str().ends_with("\n\n");
  if (lines && literal_can_hold(value.str()))
    return literal_text(value.str(), column + std::min<size_t>(style.step, 9), column, style.eol);
  return " " + scalar_text(value, Quotes::kNeeded, false, false);
}

std::string block_lines(Value value, size_t column, const BlockStyle& style) {
  std::string out;
  for (const Node& child : value.children()) {
    if (!out.empty()) out.append(style.eol).append(column, ' ');
    out += block_entry(child, value.is_map(), column, style);
  }
  return out;
}

}  // namespace

std::string behind_key(Value value, size_t column, const BlockStyle& style) {
  if (value.size() == 0) return leaf_text(value, column, style);
  column += value.is_map() ? style.step : style.list_offset;
  std::string out(style.eol);
  return out.append(column, ' ') += block_lines(value, column, style);
}

std::string behind_dash(Value value, size_t column, const BlockStyle& style) {
  if (value.size() == 0) return leaf_text(value, column, style);
  return std::string(style.dash_gap - 1, ' ') + block_lines(value, column + style.dash_gap, style);
}

std::string block_entry(const Node& child, bool keyed, size_t column, const BlockStyle& style) {
  const Value value(&child);
  if (!keyed) return "-" + behind_dash(value, column, style);
  return string_text(child.key, style.key_quotes, false) + ":" + behind_key(value, column, style);
}

std::string flow_entry(const Node& child, bool keyed, const FlowStyle& style) {
  std::string out;
  if (keyed) {
    out = style.json ? double_quoted(child.key) : string_text(child.key, Quotes::kNeeded, true);
    // Only behind a quoted key may the value follow the colon at once.
    out += !style.json && style.colon == ":" ? ": " : style.colon;
  }
  return out += flow_text(Value(&child), style);
}

std::string flow_text(Value value, const FlowStyle& style) {
  if (!value || !is_container(*value.node())) return scalar_text(value, Quotes::kNeeded, true, style.json);
  std::string out = value.is_map() ? "{" : "[";
  FlowStyle inner = style;
  inner.indent += style.step;
  const bool spread = style.spread && value.size() > 0;
  for (const Node& child : value.children()) {
    if (spread) {
      if (child.index > 0) out += ',';
      out.append(style.eol).append(inner.indent);
    } else if (child.index > 0) {
      out += style.comma;
    }
    out += flow_entry(child, value.is_map(), inner);
  }
  if (spread) out.append(style.eol).append(style.indent);
  return out += value.is_map() ? '}' : ']';
}

}  // namespace brokergate::text
