#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include "brokergate/document.h"
#include "rules/document/number.h"
#include "rules/document/scalar.h"

namespace brokergate {

std::string_view Value::scalar() const {
  switch (kind()) {
    case Kind::kNull:
    case Kind::kSeq:
    case Kind::kMap:
      return {};
    default:
      return node_->text;
  }
}

std::optional<int64_t> Value::as_int() const {
  if (kind() != Kind::kInt) return std::nullopt;
  const auto value = document::parse_integer(node_->text);
  if (!value) return std::nullopt;
  if (value->negative) return static_cast<int64_t>(~value->magnitude + 1);
  if (value->magnitude > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
  return static_cast<int64_t>(value->magnitude);
}

std::optional<bool> Value::as_bool() const {
  if (kind() != Kind::kBool) return std::nullopt;
  return document::bool_value(node_->text);
}

Value Value::operator[](std::string_view key) const {
  if (!is_map()) return {};
  for (uint32_t i = node_->count; i-- > 0;) {
    if (node_->children[i].key == key) return Value(&node_->children[i]);
  }
  return {};
}

Value Value::at(size_t index) const {
  const auto nodes = children();
  return index < nodes.size() ? Value(&nodes[index]) : Value();
}

std::span<const Node> Value::children() const {
  if (!node_ || node_->count == 0) return {};
  return {node_->children, node_->count};
}

std::vector<std::string> Value::path(Value root) const {
  std::vector<std::string> tokens;
  for (const Node* node = node_; node && node != root.node() && node->parent; node = node->parent) {
    tokens.push_back(node->parent->kind == Kind::kMap ? std::string(node->key) : std::to_string(node->index));
  }
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

std::string Value::pointer(Value root) const {
  std::string out;
  for (const std::string& token : path(root)) {
    out += '/';
    for (char c : token) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
  }
  return out;
}

Value find(Value root, std::span<const std::string> path) {
  Value value = root;
  for (const std::string& token : path) {
    if (value.is_map()) {
      value = value[token];
    } else {
      size_t index = 0;
      const char* end = token.data() + token.size();
      const auto [stop, error] = std::from_chars(token.data(), end, index);
      // RFC 6901: digits without leading zeros.
      if (token.empty() || error != std::errc{} || stop != end || (token.size() > 1 && token[0] == '0')) return {};
      value = value.at(index);
    }
  }
  return value;
}

}  // namespace brokergate
