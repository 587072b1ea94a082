#include "edit_generator.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace edit_test {

uint64_t Random::next() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_ * 0x2545F4914F6CDD1Du >> 11;
}

namespace {

const std::vector<std::string> kStrings = {"kafka",
                                           "Internal",
                                           "broker-0",
                                           "LoadBalancer",
                                           "example.com/a",
                                           "PLAINTEXT://kafka-0.example.com:9092",
                                           "",
                                           "yes",
                                           "off",
                                           "y",
                                           "null",
                                           "~",
                                           "017",
                                           "1e3",
                                           "0x1F",
                                           "12:30",
                                           "2001-01-01",
                                           "10.0.0.1",
                                           "10.0.0.1:9094",
                                           "-1",
                                           "+1",
                                           ".5",
                                           "-",
                                           "--flag",
                                           "a: b",
                                           "a:",
                                           ":a",
                                           "x #y",
                                           "x#y",
                                           "#y",
                                           "- z",
                                           "{a}",
                                           "[b",
                                           "b]",
                                           "a, b",
                                           "'q'",
                                           "it's",
                                           "\"dq\"",
                                           "back\\s",
                                           "tab\tx",
                                           "\xC3\xA9t\xC3\xA9",
                                           "*x",
                                           "&y",
                                           "!t",
                                           "%d",
                                           "@at",
                                           "`tick`",
                                           "|",
                                           ">",
                                           "?",
                                           "? q",
                                           "=",
                                           "<<",
                                           "---",
                                           "...",
                                           " lead",
                                           "trail ",
                                           "\x01",
                                           "\xE2\x80\xA8",
                                           "\xF0\x9F\x98\x80"};

const std::vector<std::string> kTexts = {
    "export A=1\nexec run \"$A\"\n",
    "export A=1\nexec run \"$A\"",
    "set -e\n\nif true; then\n  echo a: b # c\nfi\n",
    "one\ntwo\n\n",
    "  indented first\nthen not\n",
    "\nblank first\n",
    "only\n",
    "tab\there\n\ttabbed\n",
    "# comment\ntext\n",
    "a\n \nb\n",
    "trailing \nspaces  \n",
    "ends with blank\n  \n",
};

const std::vector<std::string> kWords = {"the",  "quick", "brown", "broker", "listens", "on", "its",
                                         "port", "and",   "says",  "so",     "to",      "all"};

std::string sentence(Random& random) {
  std::string out = "words";
  for (size_t n = 3 + random.below(25); n > 0; --n) out += " " + random.pick(kWords);
  return out;
}

std::string some_string(Random& random) {
  if (random.chance(35)) return kWords[random.below(kWords.size())] + "-" + std::to_string(random.below(50));
  if (random.chance(12)) return random.pick(kTexts);
  if (random.chance(12)) return sentence(random) + (random.chance(30) ? "\n" : "");
  return random.pick(kStrings);
}

struct Thing {
  enum Kind { kScalar, kString, kSeq, kMap } kind = kScalar;
  std::string text;
  std::vector<std::pair<std::string, Thing>> items;
  int anchor = -1, alias = -1;
  std::vector<int> merge;  // anchors merged by a `<<` before entry merge_at
  size_t merge_at = 0;
};

class Composer {
 public:
  Composer(Random& random, bool anchors) : random_(random), anchors_(anchors) {}

  Thing object(bool list) {
    Thing root = map(0, 2);
    auto front = [&](const char* key, const char* value) {
      Thing text;
      text.kind = Thing::kString;
      text.text = value;
      root.items.insert(root.items.begin(), {key, text});
    };
    front("kind", list ? "List" : "Service");
    front("apiVersion", "v1");
    if (list) {
      Thing items;
      items.kind = Thing::kSeq;
      for (size_t n = 1 + random_.below(3); n > 0; --n) items.items.emplace_back("", object(false));
      root.items.emplace_back("items", std::move(items));
    }
    return root;
  }

 private:
  Thing any(int depth) {
    if (anchors_ && !named_.empty() && random_.chance(15)) {
      Thing out;
      out.alias = static_cast<int>(random_.below(named_.size()));
      return out;
    }
    Thing out;
    const size_t dice = random_.below(100);
    if (depth < 5 && dice < 25) {
      out = map(depth, 0);
    } else if (depth < 5 && dice < 42) {
      out = seq(depth);
    } else if (dice < 75) {
      out.kind = Thing::kString;
      out.text = some_string(random_);
    } else {
      static const std::vector<std::string> kScalars = {"1",    "80", "-5", "0x1F", "true", "no",
                                                        "null", "~",  "",   "1.5",  "1e3",  "017"};
      out.text = random_.pick(kScalars);
    }
    if (anchors_ && random_.chance(15)) {
      out.anchor = static_cast<int>(named_.size());
      named_.push_back(out);
    }
    return out;
  }

  Thing map(int depth, size_t least) {
    Thing out;
    out.kind = Thing::kMap;
    std::set<std::string> taken{"apiVersion", "kind", "items"};
    const size_t count = least + random_.below(5);
    if (anchors_ && random_.chance(20)) {
      for (size_t n = 1 + random_.below(2); n > 0; --n) {
        const int name = pick_map();
        if (name >= 0) out.merge.push_back(name);
      }
      out.merge_at = random_.below(count + 1);
    }
    for (size_t i = 0; i < count; ++i) {
      static const std::vector<std::string> kKeys = {
          "name",     "value", "metadata", "annotations", "labels", "spec", "ports", "env",          "command",
          "template", "a/b",   "x.y/z",    "yes",         "8080",   "a b",  "k: v",  "na\xC3\xAFve", "~tilde/slash"};
      const std::string& key = random_.pick(kKeys);
      if (taken.insert(key).second) out.items.emplace_back(key, any(depth + 1));
    }
    return out;
  }

  Thing seq(int depth) {
    Thing out;
    out.kind = Thing::kSeq;
    for (size_t n = random_.below(5); n > 0; --n) out.items.emplace_back("", any(depth + 1));
    return out;
  }

  int pick_map() {
    std::vector<int> maps;
    for (size_t i = 0; i < named_.size(); ++i) {
      if (named_[i].kind == Thing::kMap && named_[i].alias < 0) maps.push_back(static_cast<int>(i));
    }
    return maps.empty() ? -1 : maps[random_.below(maps.size())];
  }

  Random& random_;
  bool anchors_;
  std::vector<Thing> named_;
};

bool simple(const std::string& text) {
  static const std::set<std::string> kTyped = {"yes", "off", "y", "null", "no", "on", "n"};
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) && !kTyped.contains(text) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) ||
                  (c != '\0' && std::string_view("./_-").find(c) != std::string_view::npos);
         });
}

bool wordy(std::string text) {
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

}  // namespace

Manifest make_manifest(Random& random) {
  Manifest out;
  Printer printer(random);
  if (random.chance(20)) {
    out.text = printer.json(Composer(random, false).object(random.chance(20)));
    out.documents = 1;
    return out;
  }
  out.anchors = random.chance(30);
  if (random.chance(5)) out.text = "\xEF\xBB\xBF";
  for (size_t n = random.chance(70) ? 1 : 1 + random.below(3); n > 0; --n) {
    if (out.documents > 0 || random.chance(30)) out.text += "---" + printer.eol();
    out.text += printer.document(Composer(random, out.anchors).object(random.chance(20)));
    ++out.documents;
  }
  if (random.chance(20)) {
    while (out.text.ends_with('\n') || out.text.ends_with('\r')) out.text.pop_back();
  }
  return out;
}

namespace {

using namespace brokergate;

Literal some_literal(Random& random, int depth) {
  switch (random.below(depth < 2 ? 8 : 5)) {
    case 0:
      return static_cast<int64_t>(random.below(100'000));
    case 1:
      return random.chance(50) ? Literal(random.chance(50)) : Literal();
    case 5: {
      LiteralList list;
      for (size_t n = random.below(3); n > 0; --n) list.push_back(some_literal(random, depth + 1));
      return list;
    }
    case 6:
    case 7: {
      LiteralMap map;
      static const std::vector<std::string> kKeys = {"name", "value", "yes", "x/y"};
      for (const std::string& key : kKeys) {
        if (random.chance(40)) map.emplace_back(key, some_literal(random, depth + 1));
      }
      return map;
    }
    default:
      return some_string(random);
  }
}

// A changed line or word, as a rule would do it, more often than a new text.
Literal changed_string(Random& random, std::string text) {
  if (text.find_first_of(" \n") == std::string::npos || random.chance(25)) return some_string(random);
  for (size_t n = 1 + random.below(2); n > 0; --n) {
    const size_t at = random.below(text.size());
    switch (random.below(5)) {
      case 0:
        text.insert(at, "new");
        break;
      case 1:
        text.insert(std::min(text.find('\n', at), text.size() - 1) + 1, "export NEW=\"$1\"\n");
        break;
      case 2: {
        const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        text.erase(at, end - at);
        break;
      }
      case 3:
        text.replace(at, std::min<size_t>(3, text.size() - at), " other words ");
        break;
      default:
        text += random.chance(50) ? "\n" : " end";
    }
    if (text.empty()) text = "x";
  }
  for (size_t i = 0; i < text.size(); ++i) {
    // Cut through a character: keep the text valid.
    if (static_cast<unsigned char>(text[i]) >= 0x80) text[i] = '?';
  }
  return text;
}

void collect(Value value, std::vector<Value>& out) {
  out.push_back(value);
  for (const Node& child : value.children()) collect(Value(&child), out);
}

bool below(const Node* node, const Node* ancestor) {
  while (node && node != ancestor) node = node->parent;
  return node != nullptr;
}

}  // namespace

EditSet make_edits(Random& random, Value root) {
  EditSet out;
  std::vector<Value> nodes;
  collect(root, nodes);
  std::vector<const Node*> rewritten;  // replaced or removed
  std::vector<const Node*> touched;    // targets of other edits
  std::set<std::pair<const Node*, std::string>> added;
  const auto rewrite = [&](const Node* node) {
    for (const Node* other : rewritten) out.clean &= !below(node, other) && !below(other, node);
    for (const Node* other : touched) out.clean &= !below(other, node);
    rewritten.push_back(node);
    out.removes |= node->kind == Kind::kMap || node->kind == Kind::kSeq;
  };
  const auto touch = [&](const Node* node) {
    for (const Node* other : rewritten) out.clean &= !below(node, other);
    touched.push_back(node);
  };
  for (size_t n = random.chance(10) ? 0 : 1 + random.below(6); n > 0; --n) {
    const Value target = random.pick(nodes);
    Edit edit;
    edit.target = target.node();
    edit.value = some_literal(random, 0);
    const size_t dice = random.below(100);
    if (target.is_map() && dice < 75) {
      edit.op = Edit::Op::kSet;
      static const std::vector<std::string> kKeys = {"annotations", "labels", "name", "yes", "a/b", "new~key", "017"};
      edit.keys.push_back(target.size() > 0 && random.chance(25) ? std::string(random.pick(target.children()).key)
                                                                 : random.pick(kKeys));
      const Value there = target[edit.keys[0]];
      while (edit.keys.size() < 3 && (!there || there.is_null()) && random.chance(40))
        edit.keys.push_back(random.pick(kKeys));
      touch(edit.target);
      if (there) {
        rewrite(there.node());
      } else {
        out.clean &= added.emplace(edit.target, edit.keys[0]).second;
      }
    } else if (target.is_seq() && dice < 75) {
      edit.op = Edit::Op::kInsert;
      edit.index = random.below(target.size() + 1);
      touch(edit.target);
    } else if (dice < 30 && target != root) {
      edit.op = Edit::Op::kRemove;
      rewrite(edit.target);
      out.removes = true;
    } else {
      edit.op = Edit::Op::kReplace;
      if (target == root && dice < 95) continue;
      if (target.is_string()) edit.value = changed_string(random, std::string(target.str()));
      rewrite(edit.target);
    }
    out.edits.push_back(std::move(edit));
  }
  return out;
}

}  // namespace edit_test
