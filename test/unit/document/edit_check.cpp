#include "edit_check.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace edit_test {
namespace {

using namespace brokergate;
using nlohmann::json;

std::vector<std::string> tokens_of(const std::string& pointer) {
  std::vector<std::string> out;
  for (size_t at = 0; at < pointer.size();) {
    const size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    std::string token = pointer.substr(at + 1, end - at - 1), plain;
    for (size_t i = 0; i < token.size(); ++i) plain += token[i] == '~' ? (token[++i] == '1' ? '/' : '~') : token[i];
    out.push_back(plain);
    at = end;
  }
  return out;
}

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

size_t index_of(const std::string& token, size_t limit) {
  require(!token.empty() && token.find_first_not_of("0123456789") == std::string::npos, "index " + token);
  const size_t index = std::stoul(token);
  require(index < limit, "index " + token + " is out of range");
  return index;
}

void apply_operation(json& document, const json& operation) {
  const std::string op = operation.at("op"), path = operation.at("path");
  std::vector<std::string> tokens = tokens_of(path);
  if (tokens.empty()) {
    require(op == "replace", op + " of the whole document");
    document = operation.at("value");
    return;
  }
  const std::string last = tokens.back();
  tokens.pop_back();
  json* parent = &document;
  for (const std::string& token : tokens) {
    parent = parent->is_array() ? &(*parent)[index_of(token, parent->size())] : &parent->at(token);
  }
  if (parent->is_array()) {
    auto& list = parent->get_ref<json::array_t&>();
    if (op == "add") {
      const size_t index = last == "-" ? list.size() : index_of(last, list.size() + 1);
      list.insert(list.begin() + static_cast<ptrdiff_t>(index), operation.at("value"));
    } else if (op == "replace") {
      list[index_of(last, list.size())] = operation.at("value");
    } else {
      require(op == "remove", "unknown operation " + op);
      list.erase(list.begin() + static_cast<ptrdiff_t>(index_of(last, list.size())));
    }
    return;
  }
  require(parent->is_object(), "a parent is neither list nor map: " + path);
  require(parent->contains(last) == (op != "add"), op + " " + path);
  if (op == "remove") {
    parent->erase(last);
  } else {
    require(op == "add" || op == "replace", "unknown operation " + op);
    (*parent)[last] = operation.at("value");
  }
}

json literal_json(const Literal& literal) {
  std::string text;
  append_json(literal, text);
  return json::parse(text);
}

json nested(const std::vector<std::string>& keys, size_t from, json value) {
  for (size_t i = keys.size(); i > from; --i) value = json{{keys[i - 1], value}};
  return value;
}

struct Marks {
  std::map<const Node*, json> replaced;
  std::map<const Node*, bool> removed;
  std::map<const Node*, std::vector<std::pair<std::string, json>>> added;
  std::map<const Node*, std::vector<std::pair<size_t, json>>> inserted;
};

json build(const Node& node, const Marks& marks) {
  if (auto found = marks.replaced.find(&node); found != marks.replaced.end()) return found->second;
  if (node.kind == Kind::kMap) {
    json out = json::object();
    for (const Node& child : Value(&node).children()) {
      if (!marks.removed.contains(&child)) out[std::string(child.key)] = build(child, marks);
    }
    if (auto found = marks.added.find(&node); found != marks.added.end()) {
      for (const auto& [key, value] : found->second) out[key] = value;
    }
    return out;
  }
  if (node.kind == Kind::kSeq) {
    json out = json::array();
    for (size_t i = 0; i <= node.count; ++i) {
      if (auto found = marks.inserted.find(&node); found != marks.inserted.end()) {
        for (const auto& [index, value] : found->second) {
          if (index == i) out.push_back(value);
        }
      }
      if (i < node.count && !marks.removed.contains(&node.children[i])) out.push_back(build(node.children[i], marks));
    }
    return out;
  }
  return json::parse(to_json(Value(&node)));
}

}  // namespace

std::string canonical(const std::string& text) { return json::parse(text).dump(); }

std::string apply_patch(const std::string& document, const std::string& patch) {
  json out = json::parse(document);
  for (const json& operation : json::parse(patch)) apply_operation(out, operation);
  return out.dump();
}

std::string apply_patch_nlohmann(const std::string& document, const std::string& patch) {
  return json::parse(document).patch(json::parse(patch)).dump();
}

std::string apply_by_identity(Value root, const std::vector<Edit>& edits) {
  Marks marks;
  for (const Edit& edit : edits) {
    const json value = literal_json(edit.value);
    switch (edit.op) {
      case Edit::Op::kReplace:
        marks.replaced[edit.target] = value;
        break;
      case Edit::Op::kRemove:
        marks.removed[edit.target] = true;
        // The entry that counts goes with those that it overrides.
        for (const Node& other : Value(edit.target->parent).children()) {
          const bool counts = Value(edit.target->parent)[edit.target->key].node() == edit.target;
          if (counts && other.key == edit.target->key && edit.target->parent->kind == Kind::kMap)
            marks.removed[&other] = true;
        }
        break;
      case Edit::Op::kInsert:
        marks.inserted[edit.target].emplace_back(edit.index, value);
        break;
      case Edit::Op::kSet: {
        const Value there = Value(edit.target)[edit.keys[0]];
        if (there) {
          marks.replaced[there.node()] = nested(edit.keys, 1, value);
        } else {
          marks.added[edit.target].emplace_back(edit.keys[0], nested(edit.keys, 1, value));
        }
      }
    }
  }
  return build(*root.node(), marks).dump();
}

namespace {

bool within(const Node* node, const std::vector<Edit>& edits) {
  for (; node; node = node->parent) {
    if (node->alias || node->merged) return true;  // may be written out anew
    // As may be a map in brackets that entries are merged into.
    const auto siblings = Value(node->parent).children();
    if (std::any_of(siblings.begin(), siblings.end(),
                    [](const Node& n) { return n.merged && n.parent->style == Style::kFlow; }))
      return true;
    for (const Edit& edit : edits) {
      // What counts goes with what it overrides.
      const bool overridden = edit.op == Edit::Op::kRemove && edit.target->parent == node->parent &&
                              !node->key.empty() && edit.target->key == node->key;
      const bool rewritten = edit.op == Edit::Op::kReplace && edit.target == node;
      const bool set = edit.op == Edit::Op::kSet && edit.target == node->parent && edit.keys[0] == node->key;
      if (rewritten || overridden || set || (edit.op == Edit::Op::kRemove && edit.target == node)) return true;
    }
  }
  return false;
}

// Bytes of values and keys that no edit names must be in no replaced range.
std::string find_damage(const Node& node, const std::vector<Edit>& edits, const std::vector<TextEdit>& texts,
                        std::string_view source) {
  if (node.copied || node.alias) return {};
  if (node.count == 0 && !within(&node, edits) && node.kind != Kind::kMap && node.kind != Kind::kSeq) {
    const auto hit = [&](uint32_t begin, uint32_t end) {
      return begin < end &&
             std::any_of(texts.begin(), texts.end(), [&](const TextEdit& t) { return t.begin < end && begin < t.end; });
    };
    if (hit(node.begin, node.end) || hit(node.key_begin, node.key_end)) {
      return "bytes were replaced that no edit names: " + std::string(source.substr(node.begin, node.end - node.begin));
    }
  }
  for (const Node& child : Value(&node).children()) {
    if (std::string damage = find_damage(child, edits, texts, source); !damage.empty()) return damage;
  }
  return {};
}

// Comments of generated manifests are "# c<number>.".
std::string find_lost_comment(std::string_view before, std::string_view after) {
  for (size_t at = before.find("# c"); at != std::string_view::npos; at = before.find("# c", at + 1)) {
    const size_t end = before.find('.', at);
    if (end == std::string_view::npos || end > at + 8 || end == at + 3) continue;
    const std::string_view comment = before.substr(at, end - at + 1);
    if (comment.find_first_not_of("0123456789", 3) != comment.size() - 1) continue;
    if (after.find(comment) == std::string_view::npos) return "a comment was lost: " + std::string(comment);
  }
  return {};
}

std::string print(const Edit& edit, Value root) {
  static const char* const kNames[] = {"set", "insert", "replace", "remove"};
  std::string out = kNames[static_cast<int>(edit.op)];
  out += " " + Value(edit.target).pointer(root);
  for (const std::string& key : edit.keys) out += " " + key;
  if (edit.op == Edit::Op::kInsert) out += " @" + std::to_string(edit.index);
  if (edit.op != Edit::Op::kRemove) {
    out += " = ";
    append_json(edit.value, out);
  }
  return out + "\n";
}

// The objects of a document as the doors see them: items of a List each alone.
std::vector<Value> roots_of(const Document& document) {
  const Value items = document.root()["items"];
  if (document.root()["kind"].str() != "List" || !items.is_seq() || items.size() == 0) return {document.root()};
  std::vector<Value> out;
  for (const Node& item : items.children()) out.emplace_back(&item);
  return out;
}

}  // namespace

Outcome check_edits(Random& random, const std::string& text) {
  Outcome outcome;
  const auto source = std::make_shared<const Source>("case.yaml", text);
  const ReadResult before = read(source);
  std::vector<ObjectEdits> all;
  std::string listing;
  const auto fail = [&](const std::string& what) {
    outcome.failure = what + "\n--- edits\n" + listing + "--- text\n" + text;
    return outcome;
  };
  bool removes = false, clean = true;
  std::vector<Edit> every;
  std::vector<std::vector<Edit>> of_document(before.documents.size());
  for (size_t d = 0; d < before.documents.size(); ++d) {
    const Document& document = before.documents[d];
    for (const Value root : roots_of(document)) {
      const EditSet set = make_edits(random, root);
      for (const Edit& edit : set.edits) listing += print(edit, document.root());
      outcome.edits += set.edits.size();
      removes |= set.removes;
      clean &= set.clean;
      all.push_back({&document, root, set.edits});
      every.insert(every.end(), set.edits.begin(), set.edits.end());
      of_document[d].insert(of_document[d].end(), set.edits.begin(), set.edits.end());

      const std::string old = to_json(root);
      const std::string wanted = canonical(to_json(apply(source, root, set.edits).root()));
      const std::string patch = to_json_patch(root, set.edits);
      try {
        if (apply_patch(old, patch) != wanted) return fail("the JSON patch gives another object: " + patch);
        if (apply_patch_nlohmann(old, patch) != wanted) return fail("nlohmann applies the patch otherwise: " + patch);
      } catch (const std::exception& error) {
        return fail(std::string("the JSON patch cannot be applied: ") + error.what() + "\n" + patch);
      }
      if (set.clean && apply_by_identity(root, set.edits) != wanted)
        return fail("apply() differs from one edit after the other");
      if (set.edits.empty() && patch != "[]") return fail("no edits, but a patch: " + patch);
    }
  }
  const TextResult result = to_text_edits(source, all);
  if (!result.error.empty()) {
    outcome.refused = true;
    outcome.refusal = result.error;
    if (!result.edits.empty()) return fail("an error and edits");
    if (result.error.find("merge key") == std::string::npos)
      outcome.refusal += "\n--- edits\n" + listing + "--- text\n" + text;
    return outcome;
  }
  uint32_t last = 0;
  for (const TextEdit& edit : result.edits) {
    if (edit.begin < last || edit.end < edit.begin || edit.end > text.size())
      return fail("text edits overlap or are out of order");
    last = edit.end;
  }
  const std::string changed = apply_text(text, result.edits);
  if (every.empty() && changed != text) return fail("no edits, but another text");
  const ReadResult after = read(std::make_shared<const Source>("case.yaml", changed));
  if (after.errors.size() != before.errors.size()) {
    return fail("the changed text is not readable: " + (after.errors.empty() ? "" : after.errors[0].message) + "\n" +
                changed);
  }
  if (after.documents.size() != before.documents.size()) return fail("another number of documents:\n" + changed);
  for (size_t d = 0; d < before.documents.size(); ++d) {
    const Document& document = before.documents[d];
    const Document wanted = apply(source, document.root(), of_document[d]);
    if (canonical(to_json(wanted.root())) != canonical(to_json(after.documents[d].root()))) {
      return fail("the changed text is another object:\n" + changed);
    }
    if (std::string damage = find_damage(*document.root().node(), of_document[d], result.edits, text);
        !damage.empty()) {
      return fail(damage + "\n" + changed);
    }
  }
  if (!removes) {
    if (std::string lost = find_lost_comment(text, changed); !lost.empty()) return fail(lost + "\n" + changed);
  }
  return outcome;
}

Outcome check_case(uint64_t seed) {
  Random random(seed);
  const Manifest manifest = make_manifest(random);
  const ReadResult read_back = read(std::make_shared<const Source>("case.yaml", manifest.text));
  if (!read_back.errors.empty() || read_back.documents.size() != manifest.documents) {
    Outcome outcome;
    outcome.failure = "the generator writes what cannot be read:\n" + manifest.text;
    return outcome;
  }
  return check_edits(random, manifest.text);
}

}  // namespace edit_test
