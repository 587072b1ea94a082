#include "rules/kafka/properties_text.h"

#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\r'; }

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
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

}  // namespace

void read_properties_text(const ProcessStart& start, std::string_view path, const shell::File& file,
                          Settings& settings) {
  std::string_view text = file.text;
  std::string logical;
  while (!text.empty()) {
    size_t stop = text.find('\n');
    std::string_view line = trim_left(text.substr(0, stop));
    text.remove_prefix(stop == text.npos ? text.size() : stop + 1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (logical.empty() && (line.empty() || line.front() == '#' || line.front() == '!')) continue;
    if (line.ends_with('\\')) {
      logical.append(line.substr(0, line.size() - 1));
      if (!text.empty()) continue;
    } else {
      logical.append(line);
    }
    const std::string_view whole = logical;
    const size_t cut = whole.find_first_of("=: \t");
    const std::string_view key = whole.substr(0, cut);
    for (size_t i = 0; i < kKeys; ++i) {
      if (key != property_name(static_cast<Key>(i))) continue;
      std::string_view value = cut == whole.npos ? std::string_view{} : trim_left(whole.substr(cut));
      if (!value.empty() && (value.front() == '=' || value.front() == ':')) value = trim_left(value.substr(1));
      Setting& setting = settings.of[i];
      setting.by = Setting::By::kDocument;
      setting.set = true;
      setting.value = value;
      setting.node = start.script;
      setting.place = "here-document " + std::string(path) + " in " + start.script_place;
      setting.exact = false;
      setting.begin = setting.end = 0;
      uint32_t begin = 0, end = 0;
      if (find_line(start.expanded.text, file.body, key, &begin, &end) &&
          (!start.expanded.source_offset(begin, false, &setting.begin) ||
           !start.expanded.source_offset(end, true, &setting.end)))
        setting.begin = setting.end = 0;
    }
    logical.clear();
  }
}

}  // namespace brokergate
