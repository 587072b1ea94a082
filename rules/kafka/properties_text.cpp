#include "rules/kafka/properties_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
}

// Behind the atom that begins at `at`.
size_t atom_end(std::string_view text, size_t at) {
  const size_t close = text.find('\x02', at);
  return close == text.npos ? text.size() : close + 1;
}

// Takes one natural line off `text`; atoms are not looked into.
std::string_view take_line(std::string_view& text) {
  size_t at = 0;
  while (at < text.size() && text[at] != '\n' && text[at] != '\r')
    at = text[at] == '\x01' ? atom_end(text, at) : at + 1;
  const std::string_view line = text.substr(0, at);
  if (text.substr(at, 2) == "\r\n") ++at;
  text.remove_prefix(std::min(text.size(), at + 1));
  return line;
}

bool continues(std::string_view line) {
  size_t slashes = 0;
  while (slashes < line.size() && line[line.size() - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

// Where the key of a logical line ends: at =, : or a blank without a backslash.
size_t key_end(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && line[at] != '=' && line[at] != ':' && !blank(line[at])) {
    if (line[at] == '\x01') {
      at = atom_end(line, at);
    } else {
      at += line[at] == '\\' ? 2 : 1;
    }
  }
  return std::min(at, line.size());
}

// java.util.Properties.loadConvert. nullopt: it throws, or the text would hold an atom's mark.
std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) break;
    constexpr std::string_view kFrom = "tnrf", kTo = "\t\n\r\f";
    if (const size_t known = kFrom.find(text[i]); known != kFrom.npos) {
      out += kTo[known];
    } else if (text[i] != 'u') {
      out += text[i];
    } else {
      unsigned code = 0;
      if (text.size() - i < 5) return std::nullopt;
      for (size_t digit = 0; digit < 4; ++digit) {
        const char c = text[++i];
        const size_t value = std::string_view("0123456789abcdefABCDEF").find(c);
        if (value == std::string_view::npos) return std::nullopt;
        code = code * 16 + static_cast<unsigned>(value < 16 ? value : value - 6);
      }
      // Addresses are ASCII; of others it is enough that they differ.
      if (code < 3) return std::nullopt;
      out += code < 0x80 ? static_cast<char>(code) : '?';
    }
  }
  return out;
}

// Where `key`'s line stands in the here-document as written: its value, up to the
// line's end. False when the key is written with an expansion.
bool find_line(std::string_view script, shell::Span body, std::string_view key, uint32_t* begin, uint32_t* end) {
  bool found = false;
  size_t at = body.begin;
  while (at < body.end && at < script.size()) {
    size_t stop = script.find('\n', at);
    if (stop == script.npos || stop > body.end) stop = body.end;
    const std::string_view line = trim_left(script.substr(at, stop - at));
    if (line.starts_with(key)) {
      const std::string_view rest = trim_left(line.substr(key.size()));
      if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) {
        const std::string_view value = trim_left(rest.substr(1));
        *begin = static_cast<uint32_t>(value.data() - script.data());
        *end = static_cast<uint32_t>(stop);
        found = true;
      }
    }
    at = stop + 1;
  }
  return found;
}

class Reader {
 public:
  Reader(const ProcessStart& start, std::string_view path, const shell::File& file, Settings& settings)
      : start_(start), path_(path), file_(file), settings_(settings) {}

  std::string read() {
    std::string_view text = file_.text;
    std::string logical;
    while (!text.empty()) {
      std::string_view line = trim_left(take_line(text));
      if (line.empty() || line.front() == '#' || line.front() == '!') continue;
      bool plain = true;
      logical.clear();
      // Comments are none inside a logical line.
      while (continues(line)) {
        plain = false;
        logical.append(line.substr(0, line.size() - 1));
        line = trim_left(take_line(text));
      }
      logical.append(line);
      take(logical, plain);
    }
    for (size_t i = 0; i < kKeys; ++i)
      if (plain_[i]) find_place(settings_.of[i], property_name(static_cast<Key>(i)));
    return std::move(unread_);
  }

 private:
  // What is not known may set any key, and may hold lines.
  void take_unknown(std::string_view line) {
    unread_ = unknown_reason(line);
    for (auto& setting : settings_.of) setting = Setting();
    plain_ = {};
    settings_.old_address = true;
  }

  void take(std::string_view line, bool plain) {
    const size_t end = key_end(line);
    const std::string_view raw = line.substr(0, end);
    if (has_unknown(raw)) return take_unknown(line);
    std::string_view value = trim_left(line.substr(end));
    if (!value.empty() && (value.front() == '=' || value.front() == ':')) value = trim_left(value.substr(1));
    plain = plain && line.find('\\') == line.npos;
    std::string decoded_key, decoded_value;
    if (!plain) {
      auto key = unescape(raw), text = unescape(value);
      if (!key || !text) return take_unknown(unknown_atom("a \\u escape in it cannot be read"));
      decoded_key = std::move(*key);
      decoded_value = std::move(*text);
    }
    const std::string_view key = plain ? raw : std::string_view(decoded_key);
    settings_.old_address = settings_.old_address || is_old_address(key);
    for (size_t i = 0; i < kKeys; ++i) {
      if (key != property_name(static_cast<Key>(i))) continue;
      set(settings_.of[i], key, plain ? value : std::string_view(decoded_value));
      plain_[i] = plain;
    }
  }

  void set(Setting& setting, std::string_view key, std::string_view value) const {
    setting = Setting{};
    setting.set = true;
    setting.value = value;
    setting.exact = false;
    if (const PodFiles::Origin* origin = start_.files.origin(file_)) {
      setting.by = Setting::By::kFile;
      setting.object = origin->object;
      setting.node = origin->node;
      setting.place = "line " + std::string(key) + " of " + origin->what;
      return;
    }
    if (const shell::File* before = start_.files.find(path_); before && before->text == file_.text) {
      setting.by = Setting::By::kFile;
      setting.place = std::string(path_) + ", made by " + start_.files.maker;
      return;
    }
    setting.by = Setting::By::kDocument;
    setting.object = start_.script_object;
    setting.node = start_.script;
    setting.place = "here-document " + std::string(path_) + " in " + start_.script_place;
  }

  // Once for each key, behind all lines: the text may be a million of one key.
  void find_place(Setting& setting, std::string_view key) const {
    uint32_t begin = 0, end = 0;
    if (start_.files.origin(file_)) {
      const std::string_view text = setting.node.scalar();
      if (find_line(text, {0, static_cast<uint32_t>(text.size())}, key, &begin, &end)) {
        setting.begin = begin;
        setting.end = end;
      }
    } else if (setting.by == Setting::By::kDocument && find_line(start_.expanded.text, file_.body, key, &begin, &end) &&
               (!start_.expanded.source_offset(begin, false, &setting.begin) ||
                !start_.expanded.source_offset(end, true, &setting.end))) {
      setting.begin = setting.end = 0;
    }
  }

  const ProcessStart& start_;
  std::string_view path_;
  const shell::File& file_;
  Settings& settings_;
  std::string unread_;
  std::array<bool, kKeys> plain_{};  // set by one line without escapes
};

}  // namespace

std::string read_properties_text(const ProcessStart& start, std::string_view path, const shell::File& file,
                                 Settings& settings) {
  return Reader(start, path, file, settings).read();
}

}  // namespace brokergate
