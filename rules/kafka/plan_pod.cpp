#include "rules/kafka/plan_pod.h"

#include <algorithm>

namespace brokergate {
namespace {

constexpr std::string_view kNameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

bool shell_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of(kNameChars) == name.npos && !(name[0] >= '0' && name[0] <= '9');
}

}  // namespace

PodVariables::PodVariables(const BrokerSet& set, const ProcessStart& process)
    : process_(process), env_(set.container["env"]), pod_(identity_of(*set.object, set.first_ordinal).name) {
  for (const auto& entry : process.env.entries) {
    const std::string_view path = entry.entry["valueFrom"]["fieldRef"]["fieldPath"].str();
    if (entry.value_node || !shell_name(entry.name)) continue;
    if (path == "metadata.labels['apps.kubernetes.io/pod-index']" && process.env.find(entry.name) == &entry)
      indexes_.push_back({std::string(entry.name), entry.entry->index});
    if (path != "metadata.name" && path != "metadata.labels['statefulset.kubernetes.io/pod-name']") continue;
    // The broker's number, wrongly: whoever mends that would change the names as well.
    if (entry.name.ends_with("BROKER_ID") || entry.name.ends_with("NODE_ID")) continue;
    // A later entry of the same name hides this one.
    if (process.env.find(entry.name) != &entry) continue;
    declared_.push_back({std::string(entry.name), entry.entry->index});
  }
}

std::optional<PodVariable> PodVariables::before(size_t index) const {
  for (const auto& declared : declared_)
    if (declared.index < index) return PodVariable{declared.name, false};
  return std::nullopt;
}

size_t PodVariables::place_for(std::string_view name, size_t index) const {
  const std::string use = "$(" + std::string(name) + ")";
  for (const Node& entry : env_.children()) {
    if (entry.index >= index) break;
    if (Value(&entry)["value"].str().find(use) != std::string_view::npos) return entry.index;
  }
  return index;
}

std::optional<std::string> PodVariables::index_before(size_t index) const {
  for (const auto& declared : indexes_)
    if (declared.index < index) return declared.name;
  return std::nullopt;
}

std::string PodVariables::free_index_name() const {
  std::string name = "POD_INDEX";
  for (int i = 2; process_.env.find(name); ++i) name = "POD_INDEX_" + std::to_string(i);
  return name;
}

std::string PodVariables::free_name() const {
  for (const char* name : {"POD_NAME", "MY_POD_NAME", "BROKER_POD_NAME"})
    if (!process_.env.find(name)) return name;
  for (int i = 2;; ++i) {
    std::string name = "BROKER_POD_NAME_" + std::to_string(i);
    if (!process_.env.find(name)) return name;
  }
}

bool PodVariables::unchanged_in_shell(std::string_view name) const {
  if (name != "HOSTNAME" && process_.parsed && process_.parsed->names_all && !process_.parsed->names(name)) return true;
  const auto found = process_.shell.variables.find(name);
  return found != process_.shell.variables.end() && found->second.value == pod_ && found->second.word.end == 0 &&
         found->second.exact;
}

// $NAME and ${NAME…
std::unordered_set<std::string_view> PodVariables::used_in_script() const {
  std::unordered_set<std::string_view> out;
  const std::string_view script = process_.expanded.text;
  for (size_t at = script.find('$'); at != script.npos; at = script.find('$', at + 1)) {
    const size_t begin = at + (script.substr(at + 1, 1) == "{" ? 2 : 1);
    const size_t end = std::min(script.find_first_not_of(kNameChars, begin), script.size());
    if (end > begin) out.insert(script.substr(begin, end - begin));
  }
  return out;
}

std::optional<PodVariable> PodVariables::in_shell() const {
  std::vector<std::string> candidates;
  for (const auto& declared : declared_) candidates.push_back(declared.name);
  if (!process_.env.find("HOSTNAME")) candidates.emplace_back("HOSTNAME");
  std::optional<PodVariable> any;
  const auto used = used_in_script();
  for (const auto& name : candidates) {
    if (!unchanged_in_shell(name)) continue;
    if (used.contains(name)) return PodVariable{name, true};
    if (!any) any = PodVariable{name, true};
  }
  return any;
}

std::string PodVariables::why_not_in_shell() const {
  return "no variable of the script holds the pod's name; declare POD_NAME in env with fieldRef metadata.name";
}

}  // namespace brokergate
