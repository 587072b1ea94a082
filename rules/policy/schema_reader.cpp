#include "rules/policy/schema_reader.h"

#include <algorithm>
#include <map>

namespace brokergate {
namespace {

constexpr size_t kMaxErrors = 100;

std::string shown(std::string_view text) {
  constexpr size_t kShown = 60;
  std::string out = "\"";
  for (const char c : text.substr(0, kShown)) out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  if (text.size() > kShown) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    out += "…";
  }
  return out + "\"";
}

std::string child(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : std::string(path) + "." + std::string(key);
}

}  // namespace

std::string describe(const PolicyNode& node) {
  switch (node.kind) {
    case PolicyNode::Kind::kNull:
      return "nothing";
    case PolicyNode::Kind::kSeq:
      return "a list";
    case PolicyNode::Kind::kMap:
      return "a map";
    case PolicyNode::Kind::kScalar:
      break;
  }
  switch (node.type) {
    case PolicyNode::Type::kBool:
      return "the boolean " + node.text;
    case PolicyNode::Type::kInt:
    case PolicyNode::Type::kFloat:
      return "the number " + node.text.substr(0, 60);
    case PolicyNode::Type::kString:
      break;
  }
  return shown(node.text);
}

std::string one_of(const std::vector<std::string_view>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

void SchemaReader::error(const PolicyNode* node, std::string message) {
  if (full_) return;
  if (errors_.size() == kMaxErrors) {
    full_ = true;
    message = "there are more errors; the first " + std::to_string(kMaxErrors) + " are shown";
  }
  errors_.push_back({node ? node->position : Position{1, 1}, std::move(message)});
}

void SchemaReader::wrong(const PolicyNode* node, std::string_view path, std::string_view wanted,
                         std::string_view hint) {
  std::string message = std::string(path) + ": found " + (node ? describe(*node) : "nothing") + ", wanted ";
  message += wanted;
  if (!hint.empty()) message += "; " + std::string(hint);
  error(node, std::move(message));
}

void SchemaReader::check_keys(const PolicyNode* map, std::string_view path,
                              const std::vector<std::string_view>* known) {
  const std::string where = path.empty() ? "" : " in " + std::string(path);
  std::map<std::string_view, const PolicyNode*> seen;
  for (const PolicyNode* key : map->keys) {
    if (!key->is_scalar()) {
      error(key, "a key" + where + " is " + describe(*key) + ", wanted a string");
      continue;
    }
    const auto [first, fresh] = seen.emplace(key->text, key);
    if (!fresh) {
      error(key, "key " + shown(key->text) + where + " is written twice; the first is in line " +
                     std::to_string(first->second->position.line));
      continue;
    }
    if (!known || std::find(known->begin(), known->end(), key->text) != known->end()) continue;
    std::string message = "unknown key " + shown(key->text) + where;
    if (key->text == "<<") {
      message += "; a policy knows no merge keys, write the entries out";
    } else if (const std::string_view near = nearest(key->text, *known); !near.empty()) {
      message += "; did you mean \"" + std::string(near) + "\"?";
    } else {
      message += "; known are " + one_of(*known);
    }
    error(key, std::move(message));
  }
}

const PolicyNode* SchemaReader::map(const PolicyNode* node, std::string_view path,
                                    const std::vector<std::string_view>& known) {
  if (!node || node->kind == PolicyNode::Kind::kNull) return nullptr;
  if (!node->is_map()) {
    wrong(node, path, "a map with " + one_of(known));
    return nullptr;
  }
  check_keys(node, path, &known);
  return node;
}

std::vector<std::pair<std::string, std::string>> SchemaReader::labels(const PolicyNode* node, std::string_view path) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!node || node->kind == PolicyNode::Kind::kNull) return out;
  if (!node->is_map()) {
    wrong(node, path, "a map of labels");
    return out;
  }
  check_keys(node, path, nullptr);
  for (size_t i = 0; i < node->keys.size(); ++i) {
    if (!node->keys[i]->is_scalar()) continue;
    if (node->keys[i]->text.empty()) {
      error(node->keys[i], std::string(path) + " has an empty key");
      continue;
    }
    if (auto value = string(node->items[i], child(path, node->keys[i]->text))) {
      out.emplace_back(node->keys[i]->text, std::move(*value));
    }
  }
  return out;
}

const PolicyNode* SchemaReader::list(const PolicyNode* node, std::string_view path) {
  if (!node || node->kind == PolicyNode::Kind::kNull) return nullptr;
  if (node->is_seq()) return node;
  wrong(node, path, "a list", node->is_scalar() ? "write [" + node->text.substr(0, 60) + "]" : "");
  return nullptr;
}

std::vector<std::string> SchemaReader::strings(const PolicyNode* node, std::string_view path) {
  std::vector<std::string> out;
  const PolicyNode* items = list(node, path);
  for (size_t i = 0; items && i < items->items.size(); ++i) {
    const std::string at = std::string(path) + "[" + std::to_string(i) + "]";
    auto text = string(items->items[i], at);
    if (text && text->empty()) {
      wrong(items->items[i], at, "a name");
    } else if (text) {
      out.push_back(std::move(*text));
    }
  }
  return out;
}

std::optional<std::string> SchemaReader::string(const PolicyNode* node, std::string_view path) {
  if (!node) return std::nullopt;
  if (node->is_string()) return node->text;
  wrong(node, path, "a string", node->is_scalar() ? "write \"" + node->text.substr(0, 60) + "\" in quotes" : "");
  return std::nullopt;
}

std::optional<bool> SchemaReader::boolean(const PolicyNode* node, std::string_view path) {
  if (!node) return std::nullopt;
  if (node->is_scalar() && node->type == PolicyNode::Type::kBool) {
    const char first = node->text.front();
    return first == 't' || first == 'T' || first == 'y' || first == 'Y' ||
           ((first == 'o' || first == 'O') && node->text.size() == 2);
  }
  const bool meant = node->is_string() && (node->text == "true" || node->text == "false");
  wrong(node, path, "true or false", meant ? "write it without quotes" : "");
  return std::nullopt;
}

std::optional<size_t> SchemaReader::choice(const PolicyNode* node, std::string_view path,
                                           const std::vector<std::string_view>& words) {
  if (!node) return std::nullopt;
  // `off` is a boolean to YAML and a severity to us, so the text counts, not the type.
  if (node->is_scalar()) {
    const auto found = std::find(words.begin(), words.end(), node->text);
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
  }
  const std::string_view near = node->is_scalar() ? nearest(node->text, words) : std::string_view{};
  wrong(node, path, one_of(words), near.empty() ? "" : "did you mean \"" + std::string(near) + "\"?");
  return std::nullopt;
}

const PolicyNode* SchemaReader::get(const PolicyNode* map, std::string_view key) {
  if (!map) return nullptr;
  for (size_t i = 0; i < map->keys.size(); ++i) {
    if (map->keys[i]->is_scalar() && map->keys[i]->text == key) return map->items[i];
  }
  return nullptr;
}

std::vector<PolicyError> SchemaReader::take() {
  std::stable_sort(errors_.begin(), errors_.end(), [](const PolicyError& a, const PolicyError& b) {
    return a.position.line != b.position.line ? a.position.line < b.position.line
                                              : a.position.column < b.position.column;
  });
  return std::move(errors_);
}

}  // namespace brokergate
