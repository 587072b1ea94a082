#include "cli/output/rules.h"

#include "cli/verbs/verbs.h"

namespace brokergate::cli {

int rules_list(const RulesOptions& options, Console& console) {
  const auto rules = all_rules();
  const std::string text = options.format == "json"       ? rules_list_json(rules)
                           : options.format == "markdown" ? rules_list_markdown(rules)
                                                          : rules_list_text(rules, console.out_paint());
  return console.out(text) ? kClean : kCouldNotRun;
}

int rules_explain(const RulesOptions& options, Console& console) {
  const Rule* rule = find_rule(options.id);
  if (!rule) {
    const std::string_view close = nearest(options.id, rule_ids());
    console.error(
        "no rule \"" + options.id + "\"" +
        (close.empty() ? "; brokergate rules list names them all" : "; did you mean " + std::string(close) + "?"));
    return kCouldNotRun;
  }
  const std::string text = options.format == "json"       ? rule_json(*rule)
                           : options.format == "markdown" ? rule_markdown(*rule)
                                                          : rule_text(*rule, console.out_paint());
  return console.out(text) ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli
