// listeners: the port that each broker binds for the wanted listener.
#include "rules/kafka/planner.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {

std::string Planner::plan_listeners() {
  if (!listeners().set || listeners().by == Setting::By::kDerived) return plan_derived_listeners();
  if (listeners().by == Setting::By::kUnreadable)
    return "listeners cannot be known: " + unknown_reason(listeners().value) + "; set " + listeners().variable_name();
  if (bind_right()) return {};
  if (!in_place(listeners())) return restate_listeners();
  ListText text(listeners());
  if (!text.error().empty()) return text.error();
  if (auto why = port_taken(listeners()); !why.empty()) return why;
  PodVariable pod = own_pod();
  if (!fixed_bind()) {
    if (!text.shell()) return listeners().place + " cannot compute a port per broker" + std::string(kShellAdvice);
    const auto found = pods_.in_shell();
    if (!found) return pods_.why_not_in_shell();
    pod = *found;
  }
  const int64_t base = wanted_.bind_base.value_or(wanted_.port_base);
  const int slope = wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope;
  if (const auto index = text.find(name_)) {
    if (!text.set_port(*index, base, slope, pod)) return not_spelled_out(listeners());
  } else {
    text.append(wanted_.name + "://" + bind_host() + ":" + render_port(base, slope, pod));
  }
  draft_.change(listeners().node, text.changes());
  return {};
}

std::string Planner::restate_listeners() {
  if (auto why = port_taken(listeners()); !why.empty()) return why;
  const auto where = restater_.where(listeners());
  if (where == Restater::Where::kNowhere) return restater_.why_nowhere(listeners());
  PodVariable pod = own_pod();
  const bool shell = Restater::in_shell(where);
  if (!fixed_bind() && !shell)
    return listeners().place + " cannot compute a port per broker" + std::string(kShellAdvice);
  if (set_.is_pod) {
    pod.shell = shell;
  } else if (shell) {
    const auto found = pods_.in_shell();
    if (!found) return pods_.why_not_in_shell();
    pod = *found;
  } else if (listeners().by == Setting::By::kCommand) {
    env_index_ = set_.container["env"].size();
    pod = pod_in_env(env_index_);
  } else if (const auto found = pods_.before(static_cast<size_t>(-1))) {
    pod = *found;
  }
  std::string value;
  if (auto why = spell_others(listeners(), pod, value); !why.empty()) return why;
  restater_.write(Key::kListeners, where, value + wanted_.name + "://" + bind_host() + ":" + bind_port(pod));
  return {};
}

std::string Planner::bind_port(const PodVariable& pod) const {
  return render_port(wanted_.bind_base.value_or(wanted_.port_base),
                     wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope, pod);
}

bool Planner::bind_right() const {
  for (size_t i = 0; i < ordinals_.size(); ++i) {
    const auto parsed = parse_listeners(display((*brokers_[i])[Key::kListeners].value));
    const Listener* mine = parsed ? find_listener(*parsed, name_) : nullptr;
    if (!mine || mine->port != wanted_bind(wanted_, ordinals_[i])) return false;
  }
  return true;
}

std::string Planner::port_taken(const Setting& setting) const {
  for (const auto& entry : cut_listeners(setting.value)) {
    if (entry.name == name_) continue;
    const auto parsed = parse_listeners(display(entry.text));
    if (!parsed) return "Kafka refuses " + setting.place + ": " + parsed.error();
    for (const Listener& listener : *parsed)
      if (listener.port == wanted_bind(wanted_, set_.first_ordinal))
        return "port " + std::to_string(listener.port) + " is bound by listener " + listener.name +
               "; choose another listener.port in the policy";
  }
  return {};
}

std::string Planner::bind_host() const {
  const auto parsed = parse_listeners(display(listeners().value));
  if (!parsed) return "0.0.0.0";
  for (const Listener& listener : *parsed)
    if (listener.host.empty()) return "";
  return "0.0.0.0";
}

std::string Planner::plan_derived_listeners() {
  bool derived_right = start_script(settings_.mechanics).derives_listeners;
  for (const int64_t ordinal : ordinals_)
    derived_right = derived_right && wanted_bind(wanted_, ordinal) == wanted_port(wanted_, ordinal);
  if (kafka_decides()) return restate_default();
  if (auto why = port_taken(listeners().set ? listeners() : advertised()); !why.empty()) return why;
  if (derived_right) return {};
  if (!in_place(advertised())) return restate_derived();
  const ListText text(advertised());
  std::string value;
  bool computed = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.name(i) == name_) continue;
    const std::string port = text.port_text(i);
    if (port.empty() || text.name(i).empty()) return not_spelled_out(advertised());
    computed = computed || port.find('$') != std::string::npos;
    value += text.name(i) + "://0.0.0.0:" + port + ",";
  }
  if (fixed_bind() && !(text.shell() && computed)) {
    const size_t at = text.shell() ? set_.container["env"].size() : env_index(advertised()) + 1;
    draft_.add_env(at, listeners().variable, value + wanted_.name + "://0.0.0.0:" + bind_port(own_pod()));
    return {};
  }
  if (!text.shell()) return "env cannot compute a port per broker" + std::string(kShellAdvice);
  const auto pod = pods_.in_shell();
  if (!pod) return pods_.why_not_in_shell();
  value += wanted_.name + "://0.0.0.0:" + bind_port(*pod);
  draft_.change(advertised().node, advertised().statement, advertised().statement,
                "export " + listeners().variable_name() + "=" + value + " && ");
  return {};
}

std::string Planner::restate_default() {
  const auto where = restater_.where(listeners());
  if (where == Restater::Where::kNowhere) return restater_.why_nowhere(listeners());
  const auto standard = parse_listeners(default_listeners(settings_));
  if (standard && standard->front().port == wanted_bind(wanted_, set_.first_ordinal))
    return "port " + std::to_string(standard->front().port) +
           " is the one that Kafka binds where listeners is not set; choose another listener.port in the policy";
  if (!fixed_bind()) return "listeners is not set and cannot compute a port per broker" + std::string(kShellAdvice);
  restater_.write(Key::kListeners, where,
                  std::string(default_listeners(settings_)) + "," + wanted_.name + "://:" + bind_port(own_pod()));
  return {};
}

std::string Planner::restate_derived() {
  const auto where = restater_.where(listeners());
  if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
  const auto parsed = parse_listeners(display(advertised().set ? advertised().value : std::string()));
  std::string value;
  for (const Listener& listener : parsed ? *parsed : std::vector<Listener>())
    if (listener.name != name_) value += listener.name + "://0.0.0.0:" + std::to_string(listener.port) + ",";
  if (!fixed_bind()) return "listeners is not set and cannot compute a port per broker" + std::string(kShellAdvice);
  restater_.write(Key::kListeners, where, value + wanted_.name + "://0.0.0.0:" + bind_port(own_pod()));
  return {};
}

}  // namespace brokergate
