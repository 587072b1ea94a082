#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

constexpr char kOpen = '\x01';
constexpr char kClose = '\x02';

std::string atom(std::string_view kind, std::string_view text) {
  std::string out;
  out.reserve(text.size() + kind.size() + 2);
  out += kOpen;
  out += kind;
  // Reasons quote other values; atoms do not nest.
  for (char c : display(text)) {
    if (c != kOpen && c != kClose) out += c;
  }
  out += kClose;
  return out;
}

}  // namespace

std::string runtime_atom(std::string_view name) { return atom("", name); }
std::string unknown_atom(std::string_view reason) { return atom("?", reason); }

bool has_opaque(std::string_view value) {
  return value.find(kOpen) != std::string_view::npos || value.find(kClose) != std::string_view::npos;
}

bool has_unknown(std::string_view value) {
  for (size_t at = value.find(kOpen); at != std::string_view::npos; at = value.find(kOpen, at + 1)) {
    if (value.substr(at + 1, 1) == "?") return true;
  }
  return false;
}

std::string unknown_reason(std::string_view value) {
  for (size_t at = value.find(kOpen); at != std::string_view::npos; at = value.find(kOpen, at + 1)) {
    if (value.substr(at + 1, 1) != "?") continue;
    std::string_view rest = value.substr(at + 2);
    return std::string(rest.substr(0, rest.find(kClose)));
  }
  return {};
}

std::string display(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    size_t open = value.find(kOpen);
    out += value.substr(0, open);
    if (open == std::string_view::npos) break;
    value.remove_prefix(open + 1);
    size_t close = value.find(kClose);
    std::string_view name = value.substr(0, close);
    out += '<';
    out += name.substr(0, 1) == "?" ? std::string_view("?") : name;
    out += '>';
    if (close == std::string_view::npos) break;
    value.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace brokergate
