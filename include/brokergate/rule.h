// A rule: metadata and one pure function. One file each under rules/checks/.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "brokergate/policy.h"
#include "brokergate/verdict.h"

namespace brokergate {

struct RuleInfo {
  std::string_view id;            // kebab-case, stable for ever
  Severity severity;              // unless the policy says otherwise
  std::string_view title;         // one line
  std::string_view why;           // what goes wrong in the cluster, with the source
  std::string_view remediation;   // the concrete change
  std::string_view docs;          // URL of the field's own documentation
  std::string_view example;       // YAML, may be empty
  bool example_is_wrong = false;  // it shows what the rule finds, not what it wants
};

struct Facts;  // rules/facts.h: what several rules need, derived once per evaluation
class Before;  // rules/before.h: what an object was

// Everything a rule may look at. Nothing in it can be changed.
struct Context {
  const Bundle& bundle;
  const Model& model;
  const Policy& policy;
  const Admission* admission = nullptr;  // null outside an admission request
  const Facts& facts;                    // what the policy selects; rules judge these sets and Services only
  const NodeIndex* nodes = nullptr;      // null: nothing is known of nodes
  std::string_view doubt = {};           // why what the cluster view tells may be stale; empty: it is not
  bool all_peers = true;                 // false: ClusterView::complete is
  const Before* before = nullptr;        // null: nobody tells of any object
  // Where the bundle is what a deletion leaves behind: what was said with the object that goes away; else null.
  const std::vector<Finding>* told_before = nullptr;
};

// Collects the findings of one rule. Severity is the rule's own (or the
// policy's) unless `weaken` gives the reason for a warning instead of a denial.
class Report {
 public:
  Report(const RuleInfo& info, Severity severity, std::vector<Finding>& out)
      : info_(info), severity_(severity), out_(out) {}
  Finding& add(const Object& object, Value at, std::string message);
  // The finding added last; only after add().
  Finding& last() { return out_.back(); }
  // A denial that this door cannot be sure of: becomes a warning that says why.
  static void weaken(Finding& finding, std::string reason);
  // The same down to a hint.
  static void to_info(Finding& finding, std::string reason);

 private:
  const RuleInfo& info_;
  Severity severity_;
  std::vector<Finding>& out_;
};

struct Rule {
  RuleInfo info;
  void (*check)(const Context&, Report&);
};

// All rules, sorted by id (rules/registry.cpp).
std::span<const Rule> all_rules();
const Rule* find_rule(std::string_view id);
std::vector<std::string_view> rule_ids();

}  // namespace brokergate
