// Reading a policy from text, for the cases of this folder.
#pragma once

#include <string>
#include <vector>

#include "brokergate/policy.h"

inline const std::vector<std::string_view>& rule_ids_for_test() {
  static const std::vector<std::string_view> kIds = {"internal-load-balancer", "advertised-listener",
                                                     "alpha-annotation", "nodeport-preemptible"};
  return kIds;
}

inline auto read_text(const std::string& text) {
  return brokergate::read_policy(brokergate::Source("policy.yaml", text), rule_ids_for_test());
}

// A policy with this text below `spec:`, each line indented by two.
inline std::string with_spec(const std::string& spec) {
  return "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec:\n" + spec;
}

// "line:column message" of every error, one a line; empty when the policy was read.
inline std::string errors_of(const std::string& text) {
  const auto policy = read_text(text);
  std::string out;
  if (policy) return out;
  for (const auto& error : policy.error()) {
    out +=
        std::to_string(error.position.line) + ":" + std::to_string(error.position.column) + " " + error.message + "\n";
  }
  return out;
}
