#include "webhook/user_class.h"

#include <algorithm>

namespace brokergate::webhook {
namespace {

bool in_group(Value groups, std::string_view group) {
  if (!groups.is_seq()) return false;
  const auto all = groups.children();
  return std::any_of(all.begin(), all.end(), [&](const Node& next) { return Value(&next).str() == group; });
}

}  // namespace

std::string_view user_class(Value user_info) {
  const std::string_view name = user_info["username"].str();
  const Value groups = user_info["groups"];
  if (in_group(groups, "system:masters")) return "admin";
  if (name.starts_with("system:node:") || in_group(groups, "system:nodes")) return "node";
  if (name.starts_with("system:serviceaccount:") || in_group(groups, "system:serviceaccounts")) return "serviceaccount";
  if (name == "system:anonymous" || in_group(groups, "system:unauthenticated")) return "anonymous";
  if (name.starts_with("system:")) return "system";
  return name.empty() ? "unknown" : "user";
}

}  // namespace brokergate::webhook
