#include "rules/document/text_scalar.h"

#include <algorithm>

#include "rules/document/text_diff.h"
#include "rules/document/text_write.h"

namespace brokergate::text {
namespace {

using Edits = std::optional<std::vector<TextEdit>>;

TextEdit make_edit(size_t begin, size_t end, std::string text) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end), std::move(text)};
}

// Reads the scalar alone, as deeply indented as it is, with the edits made.
bool reads_as(const Layout& layout, const Node& node, std::vector<TextEdit> edits, size_t end,
              std::string_view wanted) {
  const size_t begin = layout.value_begin(node);
  const ptrdiff_t parent = layout.parent_indent(node);
  std::string text = parent < 0 ? "--- " : std::string(static_cast<size_t>(parent), ' ') + "- ";
  for (TextEdit& edit : edits) {
    edit.begin -= static_cast<uint32_t>(begin);
    edit.end -= static_cast<uint32_t>(begin);
  }
  text += apply_text(layout.slice(begin, end), edits);
  const ReadResult result = read(std::make_shared<const Source>("", std::move(text)));
  if (!result.errors.empty() || result.documents.size() != 1) return false;
  const Value root = result.documents[0].root();
  const Value value = parent < 0 ? root : root.at(0);
  return value.is_string() && value.str() == wanted;
}

Edits edit_literal(const Layout& layout, const Node& node, std::string_view wanted) {
  const BlockScalar scalar = layout.block_scalar(node);
  if (scalar.content == 0 || !literal_can_hold(wanted)) return std::nullopt;
  std::vector<TextEdit> edits;
  const size_t last_break = wanted.find_last_not_of('\n') + 1;
  const size_t breaks = wanted.size() - last_break;
  const bool open_end = scalar.lines.back().end == scalar.lines.back().next;  // the input ends without a line break
  char chomping = breaks == 0 ? '-' : breaks == 1 ? ' ' : '+';
  // Clip and keep say the same where no blank line follows.
  if (breaks == 1 && scalar.chomping == '+') chomping = '+';
  const bool keep = chomping == '+';

  std::string header;
  size_t digit = scalar.digit;
  if (digit == 0 && literal_needs_digit(wanted)) {
    digit = scalar.indent - static_cast<size_t>(std::max<ptrdiff_t>(layout.parent_indent(node), 0));
    if (digit > 9) return std::nullopt;
  }
  if (digit != scalar.digit || chomping != scalar.chomping) {
    header = digit > 0 ? std::to_string(digit) : "";
    if (chomping != ' ') header += chomping;
    edits.push_back(make_edit(scalar.begin + 1, scalar.header_end, header));
  }

  const size_t count = keep ? scalar.lines.size() : scalar.content;
  std::vector<std::string_view> before, after;
  for (size_t i = 0; i < count; ++i) {
    const BlockScalar::Line& line = scalar.lines[i];
    before.push_back(layout.slice(std::min(line.begin + scalar.indent, line.end), line.end));
  }
  std::string_view rest = keep ? wanted.substr(0, wanted.size() - 1) : wanted.substr(0, last_break);
  for (;;) {
    const size_t length = std::min(rest.find('\n'), rest.size());
    after.push_back(rest.substr(0, length));
    if (length == rest.size()) break;
    rest.remove_prefix(length + 1);
  }
  const auto written = [&](std::string_view line) {
    return line.empty() ? std::string() : std::string(scalar.indent, ' ').append(line);
  };
  for (const DiffRun& run : diff_lines(before, after)) {
    const bool to_end = run.before + run.before_count == count;
    std::string text;
    for (size_t i = run.after; i < run.after + run.after_count; ++i)
      text.append(written(after[i])).append(layout.eol());
    const size_t begin = run.before < count ? scalar.lines[run.before].begin : scalar.lines[count - 1].next;
    size_t end = run.before_count > 0 ? scalar.lines[run.before + run.before_count - 1].next : begin;
    if (to_end && open_end && count == scalar.lines.size()) {
      // The end of the input is a line break, but for a blank line.
      if (run.before_count == 0) text = std::string(layout.eol()) + text;
      if (run.after_count > 0 && !after.back().empty()) text.resize(text.size() - layout.eol().size());
    }
    edits.push_back(make_edit(begin, end, std::move(text)));
  }
  if (!reads_as(layout, node, edits, scalar.lines.back().next, wanted)) return std::nullopt;
  return edits;
}

struct Words {
  std::vector<std::pair<size_t, size_t>> places;  // begin, end
  std::string_view text;
  std::string_view word(size_t i) const { return text.substr(places[i].first, places[i].second - places[i].first); }
  // White space before the word; before the one after the last: at the end.
  std::string_view before(size_t i) const {
    const size_t begin = i > 0 ? places[i - 1].second : 0;
    return text.substr(begin, (i < places.size() ? places[i].first : text.size()) - begin);
  }
};

Words split_words(std::string_view text) {
  Words out;
  out.text = text;
  for (size_t i = 0; i < text.size();) {
    const auto space = [&](size_t at) { return is_blank(text[at]) || is_break(text[at]); };
    while (i < text.size() && space(i)) ++i;
    const size_t begin = i;
    while (i < text.size() && !space(i)) ++i;
    if (i > begin) out.places.emplace_back(begin, i);
  }
  return out;
}

// Folding changes only the white space between words: the words of the value
// are those of the source, one by one.
Edits edit_words(const Layout& layout, const Node& node, std::string_view wanted) {
  size_t begin = layout.value_begin(node), end = layout.value_end(node), region_end = end;
  size_t indent = 0;
  if (node.style == Style::kFolded) {
    const BlockScalar scalar = layout.block_scalar(node);
    if (scalar.content == 0) return std::nullopt;
    begin = scalar.lines.front().begin;
    end = scalar.lines[scalar.content - 1].end;
    region_end = scalar.lines.back().next;
    indent = scalar.indent;
  } else {
    indent = layout.indentation(layout.next_line(begin)).size();
    if (node.style != Style::kPlain) ++begin, --end;
  }
  const std::string_view written = layout.slice(begin, end);
  const Words source = split_words(written), old_words = split_words(node.text), new_words = split_words(wanted);
  const size_t old_count = old_words.places.size(), new_count = new_words.places.size();
  if (source.places.size() != old_count || old_count == 0 || new_count == 0) return std::nullopt;
  for (size_t i = 0; i < old_count; ++i) {
    if (source.word(i) != old_words.word(i)) return std::nullopt;  // an escape
  }
  if (old_words.before(0) != new_words.before(0) || old_words.before(old_count) != new_words.before(new_count)) {
    return std::nullopt;
  }
  // The white space between what stays and what changes must be the same, too.
  size_t head = 0, tail = 0;
  const size_t common = std::min(old_count, new_count);
  while (head < common && old_words.word(head) == new_words.word(head) &&
         old_words.before(head + 1) == new_words.before(head + 1)) {
    ++head;
  }
  while (tail < common - head && old_words.word(old_count - 1 - tail) == new_words.word(new_count - 1 - tail) &&
         old_words.before(old_count - 1 - tail) == new_words.before(new_count - 1 - tail)) {
    ++tail;
  }
  // Something must be left on both sides, or white space would have to go.
  if (head + tail >= common) head > 0 ? --head : --tail;
  std::string text(wanted.substr(new_words.places[head].first,
                                 new_words.places[new_count - 1 - tail].second - new_words.places[head].first));
  if (node.style == Style::kDoubleQuoted && text.find_first_of("\"\\") != std::string::npos) return std::nullopt;
  if (node.style == Style::kSingleQuoted && text.find('\'') != std::string::npos) return std::nullopt;
  const std::string paragraph = std::string(layout.eol()).append(layout.eol()).append(indent, ' ');
  for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + paragraph.size())) {
    text.replace(at, 1, paragraph);
  }
  std::vector<TextEdit> edits;
  edits.push_back(make_edit(begin + source.places[head].first, begin + source.places[old_count - 1 - tail].second,
                            std::move(text)));
  if (!reads_as(layout, node, edits, region_end, wanted)) return std::nullopt;
  return edits;
}

}  // namespace

Edits edit_lines(const Layout& layout, const Node& node, std::string_view wanted) {
  return node.style == Style::kLiteral ? edit_literal(layout, node, wanted) : edit_words(layout, node, wanted);
}

}  // namespace brokergate::text
