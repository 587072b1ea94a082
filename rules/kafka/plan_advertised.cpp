// advertised.listeners: changed in place, written anew, or added.
#include <algorithm>

#include "rules/kafka/plan_refusals.h"
#include "rules/kafka/planner.h"

namespace brokergate {

std::string Planner::refused_neighbour(const Setting& setting) const {
  for (const auto& entry : cut_listeners(setting.value)) {
    if (entry.name == name_) continue;
    if (entry.unknown && settings_.mechanics == Mechanics::kFile && !setting.object && setting.by == Setting::By::kFile)
      return "advertised.listeners in " + setting.place + ", cannot be known: " + unknown_reason(entry.text) +
             "; let that container write all of it, or give the brokers --override advertised.listeners=… yourself";
    if (entry.unknown) return "listener " + display(entry.text) + " cannot be known: " + unknown_reason(entry.text);
    const auto parsed = parse_listeners(display(entry.text));
    if (parsed) continue;
    std::string why = "Kafka refuses " + setting.place + ": " + parsed.error();
    if (setting.by == Setting::By::kConfigMap && entry.text.find('$') != entry.text.npos)
      return why + "; nothing is expanded in what a ConfigMap gives: write the variable in env";
    if (const auto open = entry.text.find("$("); open != entry.text.npos)
      why += "; $(VAR) is only replaced when VAR is declared earlier in env";
    if (const auto open = entry.text.find("${"); open != entry.text.npos && setting.by == Setting::By::kEnv)
      why += "; no shell reads env: write $(VAR), which the kubelet replaces, for ${VAR}";
    return why;
  }
  return {};
}

std::string Planner::plan_advertised() {
  if (!advertised().set || advertised().value.empty() || advertised().by == Setting::By::kUnreadable)
    return add_advertised();
  if (auto why = refused_neighbour(advertised()); !why.empty()) return why;
  if (auto why = advertised_twice(set_, advertised(), wanted_, host_); !why.empty()) return why;
  if (!in_place(advertised())) return restate_advertised();
  ListText text(advertised());
  if (!text.error().empty()) return text.error();
  const auto index = text.find(name_);
  const bool host_right =
      index && right([](const Listener& l, const std::string& host, int64_t) { return l.host == host; });
  const bool port_right =
      index && right([](const Listener& l, const std::string&, int64_t port) { return l.port == port; });
  if (host_right && port_right) return {};
  if (!text.shell() && advertised().by != Setting::By::kArgument) env_index_ = env_index(advertised());
  PodVariable pod;
  if (!index || !host_right || !fixed_port())
    if (auto why = choose_pod(text.shell(), !host_right, !port_right, pod); !why.empty()) return why;
  if (!index) {
    text.append(entry_text(pod));
  } else {
    if (!host_right && !text.set_host(*index, host_, pod)) return not_spelled_out(advertised());
    if (!port_right && !text.set_port(*index, wanted_.port_base, wanted_.port_slope, pod))
      return not_spelled_out(advertised());
  }
  draft_.change(advertised().node, text.changes());
  return {};
}

std::string Planner::spell_others(const Setting& setting, const PodVariable& pod, std::string& value) {
  for (const auto& entry : cut_listeners(setting.value)) {
    if (entry.name == name_) continue;
    std::string why;
    const auto text = restater_.spelled(entry.text, pod, why);
    if (!text) return setting.place + " decides, and " + why + "; change it there";
    value += *text + ",";
  }
  return {};
}

std::string Planner::spell_bound(const PodVariable& pod, std::string& value) {
  const auto parsed = parse_listeners(display(listeners().value));
  if (!parsed) return "Kafka refuses " + listeners().place + ": " + parsed.error();
  const auto controllers = controller_names(settings_);
  for (const auto& entry : cut_listeners(listeners().value)) {
    if (entry.name == name_) continue;
    if (std::find(controllers.begin(), controllers.end(), entry.name) != controllers.end()) continue;
    std::string text(entry.text);
    if (const size_t host = text.find("://0.0.0.0:"); host != std::string::npos) text.erase(host + 3, 7);
    std::string why;
    const auto spelled = restater_.spelled(text, pod, why);
    if (!spelled) return listeners().place + " decides, and " + why + "; change it there";
    value += *spelled + ",";
  }
  return value.empty() ? "no listener is left for the brokers among themselves" : std::string();
}

std::string Planner::restate_advertised() {
  if (right([](const Listener& l, const std::string& host, int64_t port) { return l.host == host && l.port == port; }))
    return {};
  const auto where = restater_.where(advertised());
  if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
  PodVariable pod;
  if (auto why = choose_pod_for(where, pod); !why.empty()) return why;
  std::string value;
  if (where == Restater::Where::kExport && !ListText::names(advertised(), name_) &&
      advertised().value.find_first_of(" \t\r\n") == std::string::npos) {
    restater_.write(Key::kAdvertised, where, restater_.present(advertised()) + "," + entry_text(pod));
    return {};
  }
  if (auto why = spell_others(advertised(), pod, value); !why.empty()) return why;
  restater_.write(Key::kAdvertised, where, value + entry_text(pod));
  return {};
}

// By its variable, where one sets it.
std::string Planner::called(Key key) const {
  const std::string variable = settings_[key].variable_name();
  return variable.empty() ? std::string(property_name(key)) : variable;
}

std::string Planner::add_to_default() {
  const auto where = restater_.where(advertised());
  if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
  PodVariable pod;
  if (auto why = choose_pod_for(where, pod); !why.empty()) return why;
  restater_.write(Key::kAdvertised, where, std::string(default_listeners(settings_)) + "," + entry_text(pod));
  return {};
}

std::string Planner::add_advertised() {
  if (kafka_decides()) return add_to_default();
  if (!listeners().set || listeners().value.empty() || has_unknown(listeners().value))
    return "neither " + called(Key::kAdvertised) + " nor " + called(Key::kListeners) +
           " is set, so nothing says how the brokers reach one another; set " + called(Key::kListeners) + " first";
  if (!process_.env.sources.empty())
    return "what envFrom sets is not known; set " + advertised().variable_name() + " in env first";
  std::string value;
  if (settings_.mechanics == Mechanics::kFile || advertised().by == Setting::By::kConfigMap) {
    const auto where = restater_.where(advertised());
    if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
    PodVariable pod;
    if (auto why = choose_pod_for(where, pod); !why.empty()) return why;
    if (auto why = spell_bound(pod, value); !why.empty()) return why;
    restater_.write(Key::kAdvertised, where, value + entry_text(pod));
    return {};
  }
  const bool empty_entry = advertised().by == Setting::By::kEnv && advertised().exact;
  env_index_ = empty_entry ? env_index(advertised()) : set_.container["env"].size();
  PodVariable pod;
  if (auto why = choose_pod(false, true, true, pod); !why.empty()) return why;
  if (auto why = spell_bound(pod, value); !why.empty()) return why;
  if (empty_entry) {
    draft_.change(advertised().node, 0, 0, value + entry_text(pod));
    return {};
  }
  draft_.add_env(env_index_, same_prefix(advertised().variable_name()), value + entry_text(pod));
  return {};
}

}  // namespace brokergate
