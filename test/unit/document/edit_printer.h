// Writes random objects down in one of the many styles that people and tools have.
#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <vector>

#include "edit_composer.h"

namespace edit_test {

inline bool simple(const std::string& text) {
  static const std::set<std::string> kTyped = {"yes", "off", "y", "null", "no", "on", "n"};
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) && !kTyped.contains(text) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) ||
                  (c != '\0' && std::string_view("./_-").find(c) != std::string_view::npos);
         });
}

inline bool wordy(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text.starts_with("words ") && text.find('\n') == std::string::npos;
}

class Printer {
 public:
  explicit Printer(Random& random) : random_(random) {
    eol_ = random.chance(25) ? "\r\n" : "\n";
    static const std::vector<size_t> kSteps = {2, 2, 2, 4, 3, 1};
    step_ = random.pick(kSteps);
    list_offset_ = random.chance(50) ? 0 : step_;
    gap_ = random.chance(80) ? 1 : 3;
    comments_ = random.chance(50) ? 15 : 0;
    flow_ = random.chance(50) ? 15 : 3;
    quoted_keys_ = random.chance(10);
  }

  std::string document(const Thing& root) {
    out_.clear();
    comment_line(0);
    map_lines(root, 0, true);
    return std::move(out_);
  }

  std::string json(const Thing& root) {
    out_.clear();
    pretty_ = random_.chance(60);
    colon_ = pretty_ || random_.chance(50) ? ": " : ":";
    json_value(root, 0);
    if (random_.chance(70)) out_ += eol_;
    return std::move(out_);
  }
  const std::string& eol() const { return eol_; }

 private:
  void pad(size_t n) { out_.append(n, ' '); }
  void comment_line(size_t indent) {
    if (!random_.chance(comments_)) return;
    pad(indent);
    out_ += "# c" + std::to_string(++comment_) + "." + eol_;
  }
  void end_line() {
    if (random_.chance(comments_)) out_ += " # c" + std::to_string(++comment_) + ".";
    out_ += eol_;
  }

  static std::string json_string(const std::string& text) {
    std::string out;
    brokergate::append_json_string(text, out);
    return out;
  }
  static bool raw(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }) &&
           text.find("\xE2\x80\xA8") == std::string::npos;
  }
  static std::string double_quoted(const std::string& text) {
    std::string out = json_string(text);
    for (size_t at; (at = out.find("\xE2\x80\xA8")) != std::string::npos;) out.replace(at, 3, "\\L");
    return out;
  }
  static std::string single_quoted(const std::string& text) {
    std::string out = "'";
    for (char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
  }

  std::string key(const std::string& text, bool flow) {
    if (simple(text) && !quoted_keys_ && !(flow && random_.chance(10))) return text;
    return random_.chance(50) ? double_quoted(text) : single_quoted(text);
  }

  std::string inline_string(const std::string& text, bool flow) {
    if (simple(text) && random_.chance(60)) return text;
    if (!flow && wordy(text) && !text.ends_with('\n') && random_.chance(30)) return text;
    if (raw(text) && random_.chance(50)) return single_quoted(text);
    return double_quoted(text);
  }

  void anchor(const Thing& thing) {
    if (thing.anchor >= 0) out_ += " &a" + std::to_string(thing.anchor);
  }

  // Words over several lines: folded, plain or quoted.
  bool folded(std::string text, size_t indent) {
    const bool ends = text.ends_with('\n');
    if (ends) text.pop_back();
    size_t form = random_.below(4);
    if (ends) form = 0;
    if (form == 0) {
      out_ += ends ? " >" : " >-";
      out_ += eol_;
      pad(indent);
    } else {
      out_ += form == 1 ? " \"" : form == 2 ? " '" : " ";
    }
    for (char c : text) {
      if (c == ' ' && random_.chance(20)) {
        out_ += eol_;
        pad(indent);
      } else {
        out_ += c;
      }
    }
    out_ += form == 1 ? "\"" : form == 2 ? "'" : "";
    if (form == 0) {
      out_ += eol_;
    } else {
      end_line();
    }
    return true;
  }

  bool literal(const std::string& text, size_t indent, size_t parent) {
    const std::string body = text.substr(0, text.find_last_not_of('\n') + 1);
    const bool blank_lines = text.find_first_not_of(" \n") == std::string::npos;
    if (blank_lines || !raw_lines(text) || indent - parent > 9) return false;
    out_ += " |";
    const char first = text[text.find_first_not_of('\n')];
    if (first == ' ' || first == '\t' || random_.chance(10)) out_ += std::to_string(indent - parent);
    const size_t breaks = text.size() - body.size();
    if (breaks == 0) out_ += '-';
    if (breaks > 1 || (breaks == 1 && random_.chance(5))) out_ += '+';
    end_line();
    const std::string lines = breaks > 0 ? text.substr(0, text.size() - 1) : text;
    for (size_t at = 0;;) {
      const size_t end = std::min(lines.find('\n', at), lines.size());
      if (end > at) {
        pad(indent);
        out_ += lines.substr(at, end - at);
      }
      out_ += eol_;
      if (end == lines.size()) return true;
      at = end + 1;
    }
  }
  static bool raw_lines(std::string text) {
    std::erase(text, '\n');
    std::erase(text, '\t');
    return raw(text);
  }

  // Behind "key:" or "-" at `column`; ends its line.
  void value(const Thing& thing, size_t column, bool in_list) {
    if (thing.alias >= 0) {
      out_ += " *a" + std::to_string(thing.alias);
      return end_line();
    }
    anchor(thing);
    if (thing.kind == Thing::kScalar) {
      if (!thing.text.empty()) out_ += " " + thing.text;
      return end_line();
    }
    if (thing.kind == Thing::kString) {
      const size_t inner = column + std::max<size_t>(step_, 1);
      if (wordy(thing.text) && random_.chance(60) && folded(thing.text, inner)) return;
      if (thing.text.find('\n') != std::string::npos && random_.chance(85) && literal(thing.text, inner, column))
        return;
      out_ += " " + inline_string(thing.text, false);
      return end_line();
    }
    const bool empty = thing.items.empty() && thing.merge.empty();
    if (empty || random_.chance(flow_)) {
      out_ += ' ';
      flow(thing, column + step_, random_.chance(25));
      return end_line();
    }
    if (in_list && thing.anchor < 0 && random_.chance(85)) {
      pad(gap_);
      return lines(thing, column + 1 + gap_, false);
    }
    end_line();
    const bool list = thing.kind == Thing::kSeq;
    lines(thing, column + (list && !in_list ? list_offset_ : std::max<size_t>(step_, 1)), true);
  }

  void lines(const Thing& thing, size_t column, bool first_on_own_line) {
    if (thing.kind == Thing::kMap) return map_lines(thing, column, first_on_own_line);
    for (size_t i = 0; i < thing.items.size(); ++i) {
      if (i > 0 || first_on_own_line) {
        comment_line(column);
        pad(column);
      }
      out_ += '-';
      value(thing.items[i].second, column, true);
    }
  }

  void map_lines(const Thing& thing, size_t column, bool first_on_own_line) {
    bool first = true;
    auto begin = [&] {
      if (!first || first_on_own_line) {
        if (random_.chance(comments_ / 3)) out_ += eol_;
        comment_line(random_.chance(80) ? column : column + 1);
        pad(column);
      }
      first = false;
    };
    for (size_t i = 0; i <= thing.items.size(); ++i) {
      if (i == thing.merge_at && !thing.merge.empty()) {
        begin();
        out_ += "<<: ";
        merge(thing);
        end_line();
      }
      if (i == thing.items.size()) break;
      begin();
      out_ += key(thing.items[i].first, false) + ":";
      if (random_.chance(5) && simple_value(thing.items[i].second)) pad(3);
      value(thing.items[i].second, column, false);
    }
  }
  static bool simple_value(const Thing& thing) { return thing.alias < 0 && thing.kind == Thing::kScalar; }

  void merge(const Thing& thing) {
    if (thing.merge.size() == 1) {
      out_ += "*a" + std::to_string(thing.merge[0]);
      return;
    }
    out_ += '[';
    for (size_t i = 0; i < thing.merge.size(); ++i) out_ += (i > 0 ? ", *a" : "*a") + std::to_string(thing.merge[i]);
    out_ += ']';
  }

  void flow(const Thing& thing, size_t indent, bool spread) {
    const bool map = thing.kind == Thing::kMap;
    const std::string space = random_.chance(20) ? " " : "";
    out_ += map ? "{" : "[";
    out_ += spread ? "" : space;
    bool first = true;
    auto begin = [&] {
      if (!first) out_ += ",";
      if (spread) {
        if (random_.chance(comments_)) out_ += " # c" + std::to_string(++comment_) + ".";
        out_ += eol_;
        pad(indent);
      } else if (!first) {
        out_ += ' ';
      }
      first = false;
    };
    if (!thing.merge.empty()) {
      begin();
      out_ += "<<: ";
      merge(thing);
    }
    for (const auto& [name, item] : thing.items) {
      begin();
      if (map) out_ += key(name, true) + ":";
      if (item.alias >= 0) {
        out_ += std::string(map ? " " : "") + "*a" + std::to_string(item.alias) + " ";
        continue;
      }
      const size_t before = out_.size();
      anchor(item);
      if (!map && out_.size() > before) out_.erase(before, 1);
      if (map || out_.size() > before) out_ += ' ';
      if (item.kind == Thing::kScalar) {
        out_ += item.text.empty() ? (map ? "" : "null") : item.text;
      } else if (item.kind == Thing::kString) {
        out_ += inline_string(item.text, true);
      } else {
        flow(item, indent + step_, spread && random_.chance(50));
      }
    }
    if (!first && random_.chance(15)) out_ += ",";
    if (spread && !first) {
      out_ += eol_;
      pad(indent);
    } else {
      out_ += space;
    }
    out_ += map ? "}" : "]";
  }

  void json_value(const Thing& thing, size_t level) {
    if (thing.kind == Thing::kString) {
      out_ += json_string(thing.text);
    } else if (thing.kind == Thing::kScalar) {
      static const std::set<std::string> kJson = {"1", "80", "-5", "true", "null", "1.5", "1e3"};
      out_ += kJson.contains(thing.text) ? thing.text : "null";
    } else {
      const bool map = thing.kind == Thing::kMap;
      out_ += map ? '{' : '[';
      for (size_t i = 0; i < thing.items.size(); ++i) {
        if (i > 0) out_ += pretty_ || colon_ == ":" ? "," : ", ";
        if (pretty_) {
          out_ += eol_;
          pad((level + 1) * step_);
        }
        if (map) out_ += json_string(thing.items[i].first) + colon_;
        json_value(thing.items[i].second, level + 1);
      }
      if (pretty_ && !thing.items.empty()) {
        out_ += eol_;
        pad(level * step_);
      }
      out_ += map ? '}' : ']';
    }
  }

  Random& random_;
  std::string out_, eol_, colon_;
  size_t step_ = 2, list_offset_ = 2, gap_ = 1, comments_ = 0, flow_ = 0, comment_ = 0;
  bool quoted_keys_ = false, pretty_ = false;
};

}  // namespace edit_test
