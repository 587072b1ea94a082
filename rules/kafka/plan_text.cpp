#include "rules/kafka/plan_text.h"

#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"

namespace brokergate {
namespace {

std::vector<shell::Span> split_plain(std::string_view text, char separator) {
  std::vector<shell::Span> out;
  size_t begin = 0;
  for (size_t at = text.find(separator);; at = text.find(separator, begin)) {
    const size_t end = std::min(at, text.size());
    out.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
    if (at == text.npos) return out;
    begin = at + 1;
  }
}

bool quote(char c) { return c == '"' || c == '\''; }

}  // namespace

std::string render_host(const HostTemplate& host, const PodVariable& pod) {
  if (!pod.pod.empty()) return host.of(pod.pod, pod.number);
  std::string out;
  for (const auto& [part, text] : host.parts()) {
    switch (part) {
      case HostTemplate::Part::kText:
        out += text;
        break;
      case HostTemplate::Part::kPod:
        out += pod.shell ? "${" + pod.name + "}" : "$(" + pod.name + ")";
        break;
      case HostTemplate::Part::kOrdinal:
        out += pod.shell ? "${" + pod.name + "##*-}" : "$(" + pod.ordinal + ")";
        break;
    }
  }
  return out;
}

std::string render_port(int64_t base, int slope, const PodVariable& pod) {
  if (slope == 0) return std::to_string(base);
  if (!pod.pod.empty()) return std::to_string(base + slope * pod.number);
  const std::string ordinal = "${" + pod.name + "##*-}";
  return "$((" + std::to_string(base) + " + " + (slope == 1 ? ordinal : std::to_string(slope) + " * " + ordinal) + "))";
}

ListText::ListText(const Setting& setting) {
  const std::string_view whole = setting.node.scalar();
  shell_ = setting.in_shell;
  const bool part = setting.end > setting.begin && setting.end <= whole.size();
  base_ = part ? setting.begin : 0;
  raw_ = part ? whole.substr(setting.begin, setting.end - setting.begin) : whole;
  if (!setting.exact) error_ = setting.place + " is written in a way that cannot be changed in place";

  std::vector<shell::Span> spans = shell_ ? shell::split_raw(raw_, ',') : split_plain(raw_, ',');
  for (const auto& span : spans) pieces_.push_back({span.begin, span.end});
  // Commas that an expansion brings in are seen in the value only.
  const auto entries = cut_listeners(setting.value);
  if (entries.size() != pieces_.size()) {
    if (error_.empty()) error_ = setting.place + " takes its listeners from another variable; change that one";
    return;
  }
  for (size_t i = 0; i < pieces_.size(); ++i) {
    names_.push_back(entries[i].name);
    cut(pieces_[i]);
  }
}

void ListText::cut(Piece& piece) const {
  const std::string_view text = raw_.substr(piece.begin, piece.end - piece.begin);
  const size_t scheme = text.find("://");
  if (scheme == text.npos || text.substr(0, scheme).find_first_of("$`") != text.npos) return;
  const auto host = static_cast<uint32_t>(piece.begin + scheme + 3);
  const std::string_view rest = raw_.substr(host, piece.end - host);
  const auto parts = shell_ ? shell::split_raw(rest, ':') : split_plain(rest, ':');
  if (parts.size() < 2) return;
  piece.host = host;
  piece.host_end = host + parts.back().begin - 1;
  piece.port = host + parts.back().begin;
  piece.port_end = piece.end;
  // The quote that closes the word is not part of the port.
  if (shell_ && shell::quoting_at(raw_, piece.port) != shell::Quoting::kNone)
    while (piece.port_end > piece.port && quote(raw_[piece.port_end - 1])) --piece.port_end;
  while (piece.port_end > piece.port && (raw_[piece.port_end - 1] == ' ' || raw_[piece.port_end - 1] == '\n'))
    --piece.port_end;
  piece.split = true;
}

bool ListText::names(const Setting& setting, std::string_view name) {
  const auto entries = cut_listeners(setting.value);
  return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.name == name; });
}

std::optional<size_t> ListText::find(std::string_view name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return i;
  return std::nullopt;
}

std::string ListText::port_text(size_t index) const {
  const Piece& piece = pieces_[index];
  return piece.split ? std::string(raw_.substr(piece.port, piece.port_end - piece.port)) : std::string();
}

void ListText::replace(uint32_t begin, uint32_t end, std::string text) {
  changes_.push_back({base_ + begin, base_ + end, std::move(text)});
}

// In single quotes nothing expands: the quote is closed around the new text.
std::string ListText::quoted(std::string text, uint32_t at) const {
  if (!shell_ || text.find('$') == text.npos) return text;
  if (shell::quoting_at(raw_, at) != shell::Quoting::kSingle) return text;
  return "'\"" + text + "\"'";
}

bool ListText::set_host(size_t index, const HostTemplate& host, const PodVariable& pod) {
  const Piece& piece = pieces_[index];
  if (!piece.split) return false;
  replace(piece.host, piece.host_end, quoted(render_host(host, pod), piece.host));
  return true;
}

bool ListText::set_port(size_t index, int64_t base, int slope, const PodVariable& pod) {
  const Piece& piece = pieces_[index];
  if (!piece.split) return false;
  replace(piece.port, piece.port_end, quoted(render_port(base, slope, pod), piece.port));
  return true;
}

void ListText::append(std::string_view element) {
  auto at = static_cast<uint32_t>(raw_.size());
  if (shell_ && at > 0 && quote(raw_[at - 1]) && shell::quoting_at(raw_, at - 1) != shell::Quoting::kNone) --at;
  replace(at, at, quoted("," + std::string(element), at));
}

}  // namespace brokergate
