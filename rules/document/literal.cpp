#include "rules/document/literal.h"

#include <algorithm>

namespace brokergate {
namespace {

Literal* find_entry(LiteralMap& map, std::string_view key) {
  auto entry = std::find_if(map.rbegin(), map.rend(), [&](const auto& e) { return e.first == key; });
  return entry == map.rend() ? nullptr : &entry->second;
}

struct SameAsNode {
  Value value;
  bool operator()(std::monostate) const { return value.kind() == Kind::kNull; }
  bool operator()(bool v) const { return value.kind() == Kind::kBool && value.as_bool() == v; }
  bool operator()(int64_t v) const { return value.kind() == Kind::kInt && value.as_int() == v; }
  bool operator()(const std::string& v) const { return value.is_string() && value.str() == v; }
  bool operator()(const LiteralList& v) const {
    if (!value.is_seq() || value.size() != v.size()) return false;
    for (size_t i = 0; i < v.size(); ++i) {
      if (!same_value(v[i], value.at(i))) return false;
    }
    return true;
  }
  bool operator()(const LiteralMap& v) const {
    if (!value.is_map()) return false;
    size_t keys = 0;
    for (const Node& child : value.children()) keys += value[child.key].node() == &child ? 1 : 0;
    return keys == v.size() && std::all_of(v.begin(), v.end(), [&](const auto& entry) {
             Value child = value[entry.first];
             return child && same_value(entry.second, child);
           });
  }
};

struct Printer {
  std::string& out;
  void operator()(std::monostate) const { out += "null"; }
  void operator()(bool v) const { out += v ? "true" : "false"; }
  void operator()(int64_t v) const { out += std::to_string(v); }
  void operator()(const std::string& v) const { append_json_string(v, out); }
  void operator()(const LiteralList& v) const {
    out += '[';
    for (size_t i = 0; i < v.size(); ++i) {
      if (i > 0) out += ',';
      append_json(v[i], out);
    }
    out += ']';
  }
  void operator()(const LiteralMap& v) const {
    out += '{';
    for (size_t i = 0; i < v.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(v[i].first, out);
      out += ':';
      append_json(v[i].second, out);
    }
    out += '}';
  }
};

}  // namespace

void append_json(const Literal& literal, std::string& out) { std::visit(Printer{out}, literal.value); }

bool same_value(const Literal& literal, Value value) { return value && std::visit(SameAsNode{value}, literal.value); }

bool same_value(const Literal& a, const Literal& b) {
  std::string left, right;
  append_json(a, left);
  append_json(b, right);
  return left == right;
}

void merge_literal(Literal& into, Literal from) {
  auto* map = std::get_if<LiteralMap>(&into.value);
  auto* list = std::get_if<LiteralList>(&into.value);
  if (auto* other = std::get_if<LiteralMap>(&from.value); map && other) {
    for (auto& [key, value] : *other) merge_at(*map, std::span(&key, 1), std::move(value));
  } else if (auto* more = std::get_if<LiteralList>(&from.value); list && more) {
    for (Literal& item : *more) {
      auto same = [&](const Literal& have) { return same_value(have, item); };
      if (std::none_of(list->begin(), list->end(), same)) list->push_back(std::move(item));
    }
  } else if (!(map || list) || from.value.index() >= into.value.index()) {
    into = std::move(from);
  }
}

void merge_at(LiteralMap& map, std::span<const std::string> keys, Literal value) {
  for (; keys.size() > 1; keys = keys.first(keys.size() - 1)) {
    LiteralMap parent;
    parent.emplace_back(keys.back(), std::move(value));
    value = std::move(parent);
  }
  if (Literal* entry = find_entry(map, keys[0])) {
    merge_literal(*entry, std::move(value));
  } else {
    map.emplace_back(keys[0], std::move(value));
  }
}

}  // namespace brokergate
