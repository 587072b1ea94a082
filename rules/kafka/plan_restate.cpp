#include "rules/kafka/plan_restate.h"

#include <algorithm>
#include <array>

#include "rules/kafka/facts.h"
#include "rules/kafka/images.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

constexpr std::string_view kBitnamiRun = "/opt/bitnami/scripts/kafka/run.sh";

struct RuntimeRow {
  std::string_view atom, field, variable;
};
constexpr std::array kRuntime = {
    RuntimeRow{"podIP", "status.podIP", "BROKER_POD_IP"},
    RuntimeRow{"hostIP", "status.hostIP", "BROKER_HOST_IP"},
    RuntimeRow{"nodeName", "spec.nodeName", "BROKER_NODE_NAME"},
    RuntimeRow{"namespace", "metadata.namespace", "BROKER_POD_NAMESPACE"},
};

// `latest` is newer than every version.
bool run_takes_arguments(const BrokerSet& set) {
  const auto version = kafka_version(set.family, set.image_tag);
  const KafkaVersion since = start_script(Mechanics::kBitnami, set.image_tag).overrides_since;
  return version ? *version >= since : set.image_tag == "latest" || set.image_tag.empty();
}

// How many entries of `env` it takes until each $(NAME) in `value` is declared; one more than there are when one is
// not.
size_t declared_by(Value env, std::string_view value) {
  size_t needed = 0;
  for (size_t at = value.find("$("); at != std::string_view::npos; at = value.find("$(", at + 2)) {
    const std::string_view name = value.substr(at + 2, value.find(')', at) - at - 2);
    size_t count = 1;
    for (const Node& node : env.children()) {
      if (Value(&node)["name"].str() == name) break;
      ++count;
    }
    needed = std::max(needed, count);
  }
  return needed;
}

}  // namespace

Restater::Restater(const BrokerSet& set, const Settings& settings, const ProcessStart& process, Draft& draft)
    : set_(set),
      settings_(settings),
      process_(process),
      draft_(draft),
      pod_(set.pod_name(set.first_ordinal)),
      not_script_(why_not_script()) {}

// A ConfigMap's script is changed when that changes these brokers and nothing else.
std::string Restater::why_not_script() const {
  const Object* map = process_.script_object;
  if (!map) return {};
  if (set_.is_pod) return "one pod is changed here, and the others run the same script";
  if (map->root["immutable"].as_bool().value_or(false)) return describe(*map) + " is immutable";
  if (map->metadata()["ownerReferences"].size() > 0)
    return describe(*map) + " has an owner, which would undo the change";
  const Object* other = set_.facts->maps ? set_.facts->maps->other_user(*map, *set_.object) : nullptr;
  return other ? describe(*other) + " uses " + describe(*map) + " as well" : std::string();
}

// The alias is read after whatever a script exports as KAFKA_CFG_X.
bool Restater::beaten_by_alias(const Setting& setting) const {
  return settings_.mechanics == Mechanics::kBitnami && setting.by == Setting::By::kShell && setting.object &&
         setting.variable.starts_with("KAFKA_CFG_");
}

bool Restater::in_place(const Setting& setting) const {
  if (!setting.exact || !setting.node) return false;
  if (!setting.object) return true;
  return setting.object == process_.script_object && setting.node == process_.script && not_script_.empty() &&
         !beaten_by_alias(setting);
}

Restater::Where Restater::overrides() const {
  if (process_.entry == Entry::kBitnamiRun) {
    if (!run_takes_arguments(set_)) return Where::kNowhere;
    if (process_.argv.empty()) return Where::kArguments;
  } else if (process_.entry != Entry::kServerStart || process_.argv.size() < 2) {
    return Where::kNowhere;
  }
  if (!process_.script_read) return Where::kArguments;
  if (!not_script_.empty() || !process_.script) return Where::kNowhere;
  const ArgvWord& last = process_.argv.back();
  return last.end > last.begin ? Where::kScript : Where::kNowhere;
}

// The start is a command of the script, with words of its own.
bool Restater::can_export() const {
  return process_.script_read && not_script_.empty() && process_.script && settings_.mechanics != Mechanics::kFile &&
         process_.shell.command.end > process_.shell.command.begin;
}

Restater::Where Restater::where(const Setting& setting) const {
  using By = Setting::By;
  switch (settings_.mechanics) {
    case Mechanics::kUnknown:
      return Where::kNowhere;
    case Mechanics::kFile:
      return overrides();
    case Mechanics::kBitnami:
      if (beaten_by_alias(setting)) return Where::kEnv;
      break;
    case Mechanics::kApache:
      if (setting.by == By::kFile) return Where::kEnv;
      break;
    default:
      break;
  }
  if (setting.by == By::kCommand && command_entry(setting)) return Where::kEnv;
  if (setting.set && can_export() && (setting.by == By::kShell || setting.by == By::kConfigMap)) return Where::kExport;
  const bool from_map = setting.by == By::kConfigMap && !process_.script_read;
  return from_map || setting.by == By::kNothing || setting.by == By::kDerived || setting.by == By::kDefault
             ? Where::kEnv
             : Where::kNowhere;
}

// The env entry whose text is the command; a ConfigMap's cannot be taken away from here.
Value Restater::command_entry(const Setting& setting) const {
  const Value env = set_.container["env"];
  for (const Node& node : env.children())
    if (setting.node && Value(&node)["value"] == setting.node) return Value(&node);
  return {};
}

std::string Restater::why_nowhere(const Setting& setting) const {
  if (settings_.mechanics == Mechanics::kFile) {
    if (process_.entry == Entry::kBitnamiRun)
      return setting.place + " decides, and run.sh of this image takes no --override; change it there";
    if (process_.script_object)
      return process_.script_place + " starts kafka-server-start.sh; add --override " + std::string(setting.variable) +
             " there by hand" + (not_script_.empty() ? "" : " (" + not_script_ + ")");
  }
  if (setting.by == Setting::By::kCommand)
    return setting.place + " decides: its output is the value; set the variable itself and remove the command";
  if (!setting.object && (setting.by == Setting::By::kShell || setting.by == Setting::By::kArgument))
    return setting.place + " is written in a way that cannot be changed in place";
  return setting.place + " decides and cannot be beaten from the StatefulSet; change it there" +
         (setting.object && setting.object == process_.script_object && !not_script_.empty() ? " (" + not_script_ + ")"
                                                                                             : "");
}

std::optional<std::string> Restater::runtime_variable(std::string_view atom, bool shell) {
  const auto wrapped = [&](std::string_view name) {
    return shell ? "${" + std::string(name) + "}" : "$(" + std::string(name) + ")";
  };
  for (const RuntimeRow& row : kRuntime) {
    if (row.atom != atom) continue;
    for (const EnvEntry& entry : process_.env.entries)
      if (entry.entry["valueFrom"]["fieldRef"]["fieldPath"].str() == row.field &&
          process_.env.find(entry.name) == &entry)
        return wrapped(entry.name);
    if (process_.env.find(row.variable)) return std::nullopt;
    bool known = false;
    for (const auto& [name, field] : added_) known = known || name == row.variable;
    if (!known) added_.emplace_back(row.variable, row.field);
    return wrapped(row.variable);
  }
  return std::nullopt;
}

std::optional<std::string> Restater::spelled(std::string_view value, const PodVariable& pod, std::string& why) {
  std::string out;
  for (size_t at = 0; at < value.size();) {
    if (value[at] == '\x01') {
      const size_t close = std::min(value.find('\x02', at), value.size() - 1);
      const std::string_view atom = value.substr(at + 1, close - at - 1);
      const auto variable = runtime_variable(atom, pod.shell);
      if (!variable) {
        why = "its part " + display(value.substr(at, close + 1 - at)) + " cannot be written in the StatefulSet";
        return std::nullopt;
      }
      out += *variable;
      at = close + 1;
      continue;
    }
    // The name of the pod, not the beginning of a longer one.
    const size_t end = at + pod_.size();
    const bool ends = end >= value.size() || !(value[end] >= '0' && value[end] <= '9');
    if (!pod.name.empty() && value.substr(at, pod_.size()) == pod_ && ends) {
      out += pod.shell ? "${" + pod.name + "}" : "$(" + pod.name + ")";
      at = end;
      continue;
    }
    if (value[at] == '$' || value[at] == '"' || value[at] == '`' || value[at] == '\\') {
      why = "it holds a character that a shell or the kubelet would read";
      return std::nullopt;
    }
    out += value[at++];
  }
  return out;
}

std::string_view Restater::variable_for(Key key) const {
  const Setting& setting = settings_[key];
  if (settings_.mechanics == Mechanics::kBitnami && setting.by == Setting::By::kShell) return plain_variable(key);
  return setting.variable.empty() ? variable_of(start_script(settings_.mechanics, set_.image_tag), key)
                                  : setting.variable;
}

void Restater::write(Key key, Where where, const std::string& value) {
  if (where == Where::kArguments || where == Where::kScript) {
    overrides_.push_back(std::string(property_name(key)) + "=" + value);
    return;
  }
  const std::string_view name = variable_for(key);
  if (where == Where::kExport) {
    exports_ += "export " + std::string(name) + "=\"" + value + "\" && ";
    return;
  }
  const Value env = set_.container["env"];
  // A command's output beats the variable: one of the two has to go, and what expands in
  // the variable has to be declared before it. Where it is, the variable keeps its place: a source that brings
  // the command again then ends as what runs, in the same order, and no pod is started anew.
  const bool command = settings_[key].by == Setting::By::kCommand;
  if (command) draft_.remove_env(command_entry(settings_[key]));
  const size_t needed = command ? declared_by(env, value) : 0;
  size_t before = 0;
  bool kept = false;
  for (const Node& node : env.children()) {
    const Value entry(&node);
    const bool declared = before++ >= needed;
    if (entry["name"].str() != name) continue;
    if (kept || !declared) {
      draft_.remove_env(entry);
      continue;
    }
    if (!command || entry["value"].str() != value) draft_.replace_env(entry, name, value);
    if (!command) return;
    kept = true;
  }
  if (kept) return;
  draft_.add_env(env.size(), name, value);
}

void Restater::finish() {
  for (const auto& [name, field] : added_) draft_.add_field_env(0, name, field);
  uint32_t at = 0;
  if (!exports_.empty() && process_.expanded.source_offset(process_.shell.command.begin, false, &at))
    draft_.change(process_.script, at, at, exports_);
  if (overrides_.empty()) return;
  if (overrides() == Where::kScript) {
    std::string text;
    for (const std::string& pair : overrides_)
      text += pair.find('$') == std::string::npos ? " --override " + pair : " --override \"" + pair + "\"";
    draft_.change(process_.script, process_.argv.back().end, process_.argv.back().end, text);
    return;
  }
  std::vector<std::string> words;
  if (process_.entry == Entry::kBitnamiRun && process_.argv.empty()) words.emplace_back(kBitnamiRun);
  // One word each: two edits that insert the same word are one to those who apply them.
  for (const std::string& pair : overrides_) words.push_back("--override=" + pair);
  draft_.add_arguments(words);
}

}  // namespace brokergate
