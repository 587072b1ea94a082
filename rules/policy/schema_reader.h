// Reads typed values out of a policy tree and collects what is wrong, all of it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/policy/policy_tree.h"

namespace brokergate {

class SchemaReader {
 public:
  // Says `message` about the value at `node`.
  void error(const PolicyNode* node, std::string message);
  // "spec.mode: found "x", wanted …"
  void wrong(const PolicyNode* node, std::string_view path, std::string_view wanted, std::string_view hint = {});

  // The value as a map whose keys are all known; null when absent, empty or no map (which is reported).
  const PolicyNode* map(const PolicyNode* node, std::string_view path, const std::vector<std::string_view>& known);
  // A map of free keys to strings, as labels are.
  std::vector<std::pair<std::string, std::string>> labels(const PolicyNode* node, std::string_view path);
  // A list; a single null counts as absent.
  const PolicyNode* list(const PolicyNode* node, std::string_view path);
  std::vector<std::string> strings(const PolicyNode* node, std::string_view path);
  std::optional<std::string> string(const PolicyNode* node, std::string_view path);
  std::optional<bool> boolean(const PolicyNode* node, std::string_view path);
  // The index of the word among `words`.
  std::optional<size_t> choice(const PolicyNode* node, std::string_view path,
                               const std::vector<std::string_view>& words);

  // Value of a key in a map that map() accepted; null when absent.
  static const PolicyNode* get(const PolicyNode* map, std::string_view key);

  std::vector<PolicyError> take();

 private:
  void check_keys(const PolicyNode* map, std::string_view path, const std::vector<std::string_view>* known);

  std::vector<PolicyError> errors_;
  bool full_ = false;
};

// What a value is, for messages: the number 5, the string "x", a list, nothing.
std::string describe(const PolicyNode& node);
// "a, b or c"
std::string one_of(const std::vector<std::string_view>& words);

}  // namespace brokergate
