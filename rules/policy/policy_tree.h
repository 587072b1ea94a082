// A policy file as a tree with positions, and nothing more: no typing, no rules.
//
// yaml-cpp parses; this file keeps its traps away from the rest: an alias shares
// the node it names (a bomb costs nothing) and may not lie within it (a cycle is
// an error), depth, size and counts are bounded, quoted scalars stay strings,
// and marks become 1-based positions that lie inside the file.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/policy.h"
#include "brokergate/source.h"

namespace brokergate {

struct PolicyNode {
  enum class Kind { kNull, kScalar, kSeq, kMap };
  enum class Type { kString, kBool, kInt, kFloat };  // of a scalar, as YAML 1.1 and kubectl type it

  Kind kind = Kind::kNull;
  Type type = Type::kString;
  std::string text;
  Position position;
  std::vector<const PolicyNode*> keys;   // of a map, beside `items`
  std::vector<const PolicyNode*> items;  // of a sequence, or the values of a map

  bool is_map() const { return kind == Kind::kMap; }
  bool is_seq() const { return kind == Kind::kSeq; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_string() const { return is_scalar() && type == Type::kString; }
};

struct PolicyTree {
  std::deque<PolicyNode> nodes;  // addresses stay
  const PolicyNode* root = nullptr;
};

// Reads exactly one document. Thread-safe; never throws.
tl::expected<PolicyTree, PolicyError> read_policy_tree(const Source& source);

}  // namespace brokergate
