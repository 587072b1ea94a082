// listener.security.protocol.map: a map that is set replaces Kafka's identities.
#include <algorithm>

#include "rules/kafka/planner.h"

namespace brokergate {

std::string Planner::plan_protocols() {
  const Setting& map = settings_[Key::kProtocolMap];
  const ProtocolMap now = effective_protocols(settings_);
  const auto mapped = [&](std::string_view name) {
    return std::any_of(now.begin(), now.end(), [&](const auto& entry) { return entry.first == name; });
  };
  if (map.set && !map.value.empty()) {
    if (now.empty()) return "Kafka refuses " + map.place;
    // What is mapped stays: another protocol would take TLS or SASL from clients.
    if (mapped(name_)) return {};
    if (!in_place(map)) {
      const auto where = restater_.where(map);
      if (where == Restater::Where::kNowhere) return restater_.why_nowhere(map);
      restater_.write(Key::kProtocolMap, where, map.value + "," + wanted_.name + ":" + wanted_.protocol);
      return {};
    }
    ListText text(map);
    if (!text.error().empty()) return text.error();
    text.append(wanted_.name + ":" + wanted_.protocol);
    draft_.change(map.node, text.changes());
    return {};
  }
  if (mapped(name_)) return {};
  // A map replaces Kafka's identities: every name in use has to be in it.
  std::vector<std::string> names;
  const auto use = [&](const std::string& name) {
    if (!name.empty() && name != name_ && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  for (const Key key : {Key::kListeners, Key::kAdvertised})
    for (const auto& entry : cut_listeners(settings_[key].value)) use(entry.name);
  for (const auto& name : controller_names(settings_)) use(name);
  use(inter_broker_name(settings_));
  std::string value;
  for (const auto& name : names) {
    if (!mapped(name))
      return "No security protocol defined for listener " + name + "; set " + map.variable_name() + " first";
    for (const auto& [listener, protocol] : now)
      if (listener == name) value += name + ":" + protocol + ",";
  }
  if (const auto where = restater_.where(map);
      where == Restater::Where::kArguments || Restater::in_shell(where) || map.variable.empty()) {
    restater_.write(Key::kProtocolMap, where, value + wanted_.name + ":" + wanted_.protocol);
    return {};
  }
  const size_t at = advertised().by == Setting::By::kEnv ? env_index(advertised()) + 1 : set_.container["env"].size();
  draft_.add_env(at, map.variable, value + wanted_.name + ":" + wanted_.protocol);
  return {};
}

}  // namespace brokergate
