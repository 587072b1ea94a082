// What the rules say about themselves: the only documentation of rules there is.
#pragma once

#include <span>
#include <string>

#include "brokergate/rule.h"
#include "cli/output/paint.h"

namespace brokergate::cli {

std::string rules_list_text(std::span<const Rule> rules, const Paint& paint);
std::string rules_list_json(std::span<const Rule> rules);
std::string rules_list_markdown(std::span<const Rule> rules);
std::string rule_text(const Rule& rule, const Paint& paint);
std::string rule_json(const Rule& rule);
std::string rule_markdown(const Rule& rule);

}  // namespace brokergate::cli
