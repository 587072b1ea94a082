#include "edit_generator.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "edit_composer.h"
#include "edit_printer.h"

namespace edit_test {

uint64_t Random::next() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_ * 0x2545F4914F6CDD1Du >> 11;
}

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
