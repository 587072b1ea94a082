// Writing a setting anew where it beats the place that decides now, for places
// that cannot be changed within the StatefulSet: a ConfigMap's variable is beaten by
// an env entry, a properties file by --override, bitnami's KAFKA_CFG_X by KAFKA_X; a
// command that prints the value gives way to the value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/plan_draft.h"
#include "rules/kafka/plan_pod.h"
#include "rules/kafka/settings.h"

namespace brokergate {

class Restater {
 public:
  // All must outlive it.
  Restater(const BrokerSet& set, const Settings& settings, const ProcessStart& process, Draft& draft);

  enum class Where : uint8_t {
    kNowhere,    // it can only be changed where it stands
    kEnv,        // an env entry
    kArguments,  // --override words of command or args
    kScript,     // the same in the script of the command
    kExport,     // an export in that script, right before the start
  };
  // The setting's own text can be changed where it stands: in the set's object, or in the
  // script of a ConfigMap that may be changed.
  bool in_place(const Setting& setting) const;
  // Where a setting is written that cannot be changed in place, or that is not set.
  Where where(const Setting& setting) const;
  // Why there is no such place, and what a person must do.
  std::string why_nowhere(const Setting& setting) const;

  // A value as it was derived for the first broker, with the pod's name and run-time
  // parts as expansions; nullopt with `why`.
  std::optional<std::string> spelled(std::string_view value, const PodVariable& pod, std::string& why);
  // Only when `where` is kExport: the present value as the script has it, for a list that
  // is only added to.
  std::string present(const Setting& setting) const { return "${" + std::string(setting.variable) + "}"; }
  static bool in_shell(Where where) { return where == Where::kScript || where == Where::kExport; }
  void write(Key key, Where where, const std::string& value);
  // Puts what was written into the draft.
  void finish();

 private:
  // Why the script that starts the broker is left alone; empty when it may be changed.
  std::string why_not_script() const;
  bool beaten_by_alias(const Setting& setting) const;
  Where overrides() const;
  bool can_export() const;
  Value command_entry(const Setting& setting) const;
  std::string_view variable_for(Key key) const;
  std::optional<std::string> runtime_variable(std::string_view atom, bool shell);

  const BrokerSet& set_;
  const Settings& settings_;
  const ProcessStart& process_;
  Draft& draft_;
  const std::string pod_;
  const std::string not_script_;                            // why_not_script()
  std::vector<std::pair<std::string, std::string>> added_;  // env entries for run-time parts
  std::vector<std::string> overrides_;                      // KEY=VALUE
  std::string exports_;
};

}  // namespace brokergate
