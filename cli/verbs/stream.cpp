#include "cli/verbs/stream.h"

#include <algorithm>

namespace brokergate::cli {
namespace {

enum class Opening { kMarker, kDirective, kContent };

// What the first line says that is neither empty nor a comment.
Opening opening_of(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos || line[start] == '#') continue;
    if (line.starts_with('%')) return Opening::kDirective;
    const bool marker = line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\r');
    return marker ? Opening::kMarker : Opening::kContent;
  }
  return Opening::kContent;
}

}  // namespace

std::string Stream::next(std::string_view text) {
  if (!joined_) return std::string(text);
  // A byte order mark is allowed at the very start only.
  if (!first_ && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string out;
  if (!first_) {
    switch (opening_of(text)) {
      case Opening::kMarker:
        break;
      case Opening::kDirective:
        out = "...\n";
        break;
      case Opening::kContent:
        out = "---\n";
        break;
    }
  }
  first_ = false;
  out += text;
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

}  // namespace brokergate::cli
