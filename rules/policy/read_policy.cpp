#include <algorithm>
#include <charconv>

#include "brokergate/policy.h"
#include "rules/policy/policy_tree.h"
#include "rules/policy/schema_reader.h"
#include "rules/policy/spec_reader.h"

namespace brokergate {
namespace {

constexpr std::string_view kApiVersion = "brokergate.io/v1alpha1";
constexpr std::string_view kKind = "ExternalAccessPolicy";

using Result = tl::expected<Policy, std::vector<PolicyError>>;

Result read_root(const PolicyNode* root, const std::vector<std::string_view>& known_rules) {
  SchemaReader reader;
  Policy policy = Policy::defaults();
  if (!root->is_map()) {
    reader.wrong(root, "the policy", "a map with apiVersion, kind, metadata and spec");
    return tl::unexpected(reader.take());
  }
  reader.map(root, "", {"apiVersion", "kind", "metadata", "spec"});
  const auto must_be = [&](std::string_view key, std::string_view wanted) {
    const PolicyNode* node = SchemaReader::get(root, key);
    if (!node) {
      reader.error(root, std::string(key) + " is missing, wanted " + std::string(wanted));
    } else if (!node->is_string() || node->text != wanted) {
      reader.wrong(node, key, wanted);
    }
  };
  must_be("apiVersion", kApiVersion);
  must_be("kind", kKind);
  const PolicyNode* metadata =
      reader.map(SchemaReader::get(root, "metadata"), "metadata", {"name", "namespace", "labels", "annotations"});
  if (auto name = reader.string(SchemaReader::get(metadata, "name"), "metadata.name")) {
    if (const std::string wrong = check_domain(*name); !wrong.empty()) {
      reader.error(SchemaReader::get(metadata, "name"), "metadata.name " + wrong);
    }
    policy.name = std::move(*name);
  }
  reader.string(SchemaReader::get(metadata, "namespace"), "metadata.namespace");
  reader.labels(SchemaReader::get(metadata, "labels"), "metadata.labels");
  reader.labels(SchemaReader::get(metadata, "annotations"), "metadata.annotations");
  read_spec(reader, SchemaReader::get(root, "spec"), known_rules, policy);
  std::vector<PolicyError> errors = reader.take();
  if (!errors.empty()) return tl::unexpected(std::move(errors));
  return policy;
}

// Where a line of a block scalar stands in the file that holds it: its text
// begins on the line after the indicator, indented by as much as its first line.
void shift(std::vector<PolicyError>& errors, const Source& source, const PolicyNode* scalar) {
  const std::string_view header = source.line(scalar->position.line);
  const size_t at = std::min<size_t>(scalar->position.column - 1, header.size());
  const bool literal = header.substr(at).starts_with("|");
  uint32_t first = scalar->position.line + 1;
  size_t indent = 0;
  for (uint32_t line = first; literal && line < first + 1000; ++line) {
    const std::string_view text = source.line(line);
    indent = text.find_first_not_of(' ');
    if (indent != std::string_view::npos && text[indent] != '\r') break;
    indent = 0;
  }
  for (PolicyError& error : errors) {
    if (!literal || error.position.line == 0) {
      error.message += " (in the ConfigMap's text, line " + std::to_string(error.position.line) + ")";
      error.position = scalar->position;
    } else {
      error.position.line += first - 1;
      error.position.column += static_cast<uint32_t>(indent);
    }
  }
}

Result read_config_map(const Source& source, const PolicyNode* root, const std::vector<std::string_view>& known_rules) {
  const PolicyNode* data = SchemaReader::get(root, "data");
  if (!data || !data->is_map() || data->items.size() != 1 || !data->items[0]->is_string()) {
    return tl::unexpected(std::vector<PolicyError>{
        {data ? data->position : root->position,
         "a ConfigMap as policy has exactly one key in data, whose text is the policy; found " +
             (data && data->is_map() ? std::to_string(data->items.size()) + " keys" : std::string("none"))}});
  }
  const Source inner(source.name(), data->items[0]->text);
  auto tree = read_policy_tree(inner);
  Result result = tree ? read_root(tree->root, known_rules) : tl::unexpected(std::vector<PolicyError>{tree.error()});
  if (!result) shift(result.error(), source, data->items[0]);
  return result;
}

}  // namespace

Result read_policy(const Source& source, const std::vector<std::string_view>& known_rules) {
  auto tree = read_policy_tree(source);
  if (!tree) return tl::unexpected(std::vector<PolicyError>{tree.error()});
  const PolicyNode* kind = tree->root->is_map() ? SchemaReader::get(tree->root, "kind") : nullptr;
  if (kind && kind->is_string() && kind->text == "ConfigMap") return read_config_map(source, tree->root, known_rules);
  return read_root(tree->root, known_rules);
}

}  // namespace brokergate
