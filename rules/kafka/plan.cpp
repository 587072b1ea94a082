#include "rules/kafka/plan.h"
#include "rules/kafka/csv.h"

#include <algorithm>
#include <array>

#include "rules/kafka/facts.h"
#include "rules/kafka/forms/form.h"
#include "rules/kafka/images.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/plan_draft.h"
#include "rules/kafka/plan_pod.h"
#include "rules/kafka/plan_ports.h"
#include "rules/kafka/plan_proof.h"
#include "rules/kafka/plan_refusals.h"
#include "rules/kafka/plan_restate.h"
#include "rules/kafka/plan_text.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

constexpr std::string_view kShellAdvice =
    "; name a fixed listener.port in the policy, or let the container's command export the variable";

class Planner {
 public:
  Planner(const BrokerSet& set, const WantedListener& wanted, const HostTemplate& host)
      : set_(set),
        wanted_(wanted),
        host_(host),
        settings_(set.facts->settings),
        process_(set.facts->process),
        name_(csv::upper_case(wanted.name)),
        pods_(set, set.facts->process),
        draft_(set.container, "every broker advertises its own address for listener " + name_),
        ordinals_(ordinals_of(set).list),
        restater_(set, settings_, process_, draft_) {
    brokers_.reserve(ordinals_.size());
    for (const int64_t ordinal : ordinals_) brokers_.push_back(settings_for(set, ordinal));
  }

  Plan plan() {
    Plan plan;
    plan.at = advertised().node && !advertised().object ? advertised().node : set_.container;
    std::string refusal = unfit();
    if (refusal.empty()) refusal = plan_advertised();
    if (refusal.empty()) refusal = plan_listeners();
    if (refusal.empty()) refusal = plan_protocols();
    if (refusal.empty()) refusal = plan_container_ports(set_, wanted_, settings_, draft_);
    if (!refusal.empty()) {
      plan.refusal = std::move(refusal);
      return plan;
    }
    restater_.finish();
    plan.edits = std::move(draft_).finish();
    return plan;
  }

 private:
  const Setting& advertised() const { return settings_[Key::kAdvertised]; }
  const Setting& listeners() const { return settings_[Key::kListeners]; }
  bool fixed_port() const { return wanted_.port_slope == 0 || set_.is_pod; }
  bool fixed_bind() const {
    return set_.is_pod || (wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope) == 0;
  }
  // Of a single pod everything is known.
  PodVariable own_pod() const {
    PodVariable pod;
    if (!set_.is_pod) return pod;
    pod.pod = set_.pod_name(set_.first_ordinal);
    pod.number = set_.first_ordinal;
    return pod;
  }
  std::string entry_text(const PodVariable& pod) const {
    return wanted_.name + "://" + render_host(host_, pod) + ":" +
           render_port(wanted_.port_base, wanted_.port_slope, pod);
  }

  // The setting's own text can be changed where it stands.
  static bool in_place(const Setting& setting) { return setting.exact && setting.node && !setting.object; }

  // Reasons that do not depend on where a setting is written.
  std::string unfit() const {
    if (!settings_.unreadable.empty()) return "not changed: " + settings_.unreadable;
    if (!settings_.doubt.empty())
      return "not changed: " + settings_.doubt + ", and it may set advertised.listeners again; set the address there";
    if (inter_broker_name(settings_) == name_)
      return "listener " + name_ + " is the one the brokers use among themselves; name another one in the policy";
    const auto controllers = controller_names(settings_);
    if (std::find(controllers.begin(), controllers.end(), name_) != controllers.end())
      return "listener " + name_ + " is a controller listener; name another one in the policy";
    if (auto why = image_refuses_name(settings_, process_, wanted_); !why.empty()) return why;
    if (advertised().by == Setting::By::kDocument)
      return advertised().place + " decides; change its line advertised.listeners to end in " + wanted_.name + "://" +
             host_.of("<pod>", 0) + ":" + std::to_string(wanted_port(wanted_, 0)) + " by hand";
    if (advertised().by == Setting::By::kShell && !advertised().set)
      return advertised().place + ": " + set_.form_reason + "; export it there first";
    for (const Key key : {Key::kListeners, Key::kProtocolMap, Key::kInterBrokerName}) {
      const Setting& setting = settings_[key];
      if (setting.set && has_unknown(setting.value) && setting.by != Setting::By::kDerived)
        return std::string(property_name(key)) + " cannot be known: " + unknown_reason(setting.value) +
               "; set it in the manifest";
    }
    return {};
  }

  // An element that Kafka refuses and that is not ours to replace.
  std::string refused_neighbour(const Setting& setting) const {
    for (const auto& entry : cut_listeners(setting.value)) {
      if (entry.name == name_) continue;
      if (entry.unknown) return "listener " + display(entry.text) + " cannot be known: " + unknown_reason(entry.text);
      const auto parsed = parse_listeners(display(entry.text));
      if (parsed) continue;
      std::string why = "Kafka refuses " + setting.place + ": " + parsed.error();
      if (const auto open = entry.text.find("$("); open != entry.text.npos)
        why += "; $(VAR) is only replaced when VAR is declared earlier in env";
      if (const auto open = entry.text.find("${"); open != entry.text.npos && setting.by == Setting::By::kEnv)
        why += "; no shell reads env: write $(VAR), which the kubelet replaces, for ${VAR}";
      return why;
    }
    return {};
  }

  std::string plan_advertised() {
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

  // The whole list is written anew where it beats the present one.
  std::string restate_advertised() {
    if (right(
            [](const Listener& l, const std::string& host, int64_t port) { return l.host == host && l.port == port; }))
      return {};
    const auto where = restater_.where(advertised());
    if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
    PodVariable pod;
    if (auto why = choose_pod_for(where, pod); !why.empty()) return why;
    std::string value;
    if (where == Restater::Where::kExport && !ListText::names(advertised(), name_)) {
      restater_.write(Key::kAdvertised, where, restater_.present(advertised()) + "," + entry_text(pod));
      return {};
    }
    for (const auto& entry : cut_listeners(advertised().value)) {
      if (entry.name == name_) continue;
      std::string why;
      const auto text = restater_.spelled(entry.text, pod, why);
      if (!text) return advertised().place + " decides, and " + why + "; change it there";
      value += *text + ",";
    }
    restater_.write(Key::kAdvertised, where, value + entry_text(pod));
    return {};
  }

  std::string choose_pod_for(Restater::Where where, PodVariable& pod) {
    const bool shell = Restater::in_shell(where);
    if (!shell) env_index_ = where == Restater::Where::kEnv ? env_place(advertised()) : static_cast<size_t>(-1);
    return choose_pod(shell, true, true, pod);
  }

  // Where the setting's variable stands in env, or will be added.
  size_t env_place(const Setting& setting) const {
    const Value env = set_.container["env"];
    for (const Node& node : env.children())
      if (Value(&node)["name"].str() == setting.variable) return node.index;
    return env.size();
  }

  // Is the wanted entry right for every broker as it stands?
  template <typename Test>
  bool right(Test test) const {
    for (size_t i = 0; i < ordinals_.size(); ++i) {
      const int64_t ordinal = ordinals_[i];
      const Setting& setting = (*brokers_[i])[Key::kAdvertised];
      bool ok = false;
      for (const auto& entry : cut_listeners(setting.value)) {
        if (entry.name != name_ || entry.unknown) continue;
        const auto parsed = parse_listeners(display(entry.text));
        ok = parsed && parsed->size() == 1 &&
             test(parsed->front(), host_.of(set_.pod_name(ordinal), ordinal), wanted_port(wanted_, ordinal));
      }
      if (!ok) return false;
    }
    return true;
  }

  std::string not_spelled_out(const Setting& setting) const {
    return setting.place + " does not spell out host and port of " + name_ + "; change where they come from";
  }

  std::string choose_pod(bool shell, bool for_host, bool for_port, PodVariable& pod) {
    if (set_.is_pod) {
      pod = own_pod();
      pod.shell = shell;
      return {};
    }
    if (shell) {
      const auto found = pods_.in_shell();
      if (!found) return pods_.why_not_in_shell();
      pod = *found;
      return {};
    }
    if (for_port && !fixed_port())
      return "$(VAR) cannot compute port " + std::to_string(wanted_.port_base) + "+ordinal" + std::string(kShellAdvice);
    if (for_host && host_.needs_ordinal() && wanted_.pod_index) return choose_index(pod);
    if (for_host && host_.needs_ordinal())
      return "$(VAR) cannot cut the ordinal out of the pod's name; use {pod} in the policy's hostname" +
             std::string(", let the container's command export the variable, or say in the policy that "
                         "kubernetesVersion is 1.28 or later");
    if (!for_host) return {};
    const bool argument = advertised().by == Setting::By::kArgument;
    auto found = pods_.before(argument ? static_cast<size_t>(-1) : env_index_);
    if (!found) {
      found = PodVariable{pods_.free_name(), false};
      draft_.add_field_env(env_index_, found->name, "metadata.name");
    }
    pod = *found;
    return {};
  }

  // The ordinal by the label that pods have since Kubernetes 1.28.
  std::string choose_index(PodVariable& pod) {
    const bool argument = advertised().by == Setting::By::kArgument;
    const size_t before = argument ? static_cast<size_t>(-1) : env_index_;
    if (const auto declared = pods_.index_before(before)) {
      pod.ordinal = *declared;
    } else {
      pod.ordinal = pods_.free_index_name();
      draft_.add_field_env(env_index_, pod.ordinal, "metadata.labels['apps.kubernetes.io/pod-index']");
    }
    if (const auto name = pods_.before(before)) pod.name = name->name;
    if (!pod.name.empty() || !host_.needs_pod()) return {};
    pod.name = pods_.free_name();
    draft_.add_field_env(env_index_, pod.name, "metadata.name");
    return {};
  }

  // advertised.listeners is set nowhere: Kafka takes listeners for it, so its
  // entries are written out, with the host left to Kafka as it is now.
  std::string add_advertised() {
    if (!listeners().set || listeners().value.empty() || has_unknown(listeners().value))
      return "neither " + advertised().variable_name() + " nor " + listeners().variable_name() +
             " is set, so nothing says how the brokers reach one another; set " + listeners().variable_name() +
             " first";
    if (!process_.env.sources.empty())
      return "what envFrom sets is not known; set " + advertised().variable_name() + " in env first";
    const auto parsed = parse_listeners(display(listeners().value));
    if (!parsed) return "Kafka refuses " + listeners().place + ": " + parsed.error();
    const auto controllers = controller_names(settings_);
    std::string value;
    for (const Listener& listener : *parsed) {
      if (listener.name == name_) continue;
      if (std::find(controllers.begin(), controllers.end(), listener.name) != controllers.end()) continue;
      Listener shown = listener;
      if (shown.host == "0.0.0.0") shown.host.clear();
      value += to_string(shown) + ",";
    }
    if (value.empty()) return "no listener is left for the brokers among themselves";
    if (settings_.mechanics == Mechanics::kFile || advertised().by == Setting::By::kConfigMap) {
      const auto where = restater_.where(advertised());
      if (where == Restater::Where::kNowhere) return restater_.why_nowhere(advertised());
      PodVariable pod;
      if (auto why = choose_pod_for(where, pod); !why.empty()) return why;
      restater_.write(Key::kAdvertised, where, value + entry_text(pod));
      return {};
    }
    const bool empty_entry = advertised().by == Setting::By::kEnv && advertised().exact;
    env_index_ = empty_entry ? env_index(advertised()) : set_.container["env"].size();
    PodVariable pod;
    if (auto why = choose_pod(false, true, true, pod); !why.empty()) return why;
    if (empty_entry) {
      draft_.change(advertised().node, 0, 0, value + entry_text(pod));
      return {};
    }
    draft_.add_env(env_index_, same_prefix(advertised().variable_name()), value + entry_text(pod));
    return {};
  }

  // KAFKA_CFG_X or KAFKA_X, as the set's other variables are named.
  std::string same_prefix(const std::string& variable) const {
    const bool plain = settings_.mechanics == Mechanics::kBitnami && listeners().set &&
                       listeners().variable.starts_with("KAFKA_L") && variable.starts_with("KAFKA_CFG_");
    return plain ? "KAFKA_" + variable.substr(10) : variable;
  }

  std::string plan_listeners() {
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

  std::string restate_listeners() {
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
    } else if (const auto found = pods_.before(static_cast<size_t>(-1))) {
      pod = *found;
    }
    std::string value;
    for (const auto& entry : cut_listeners(listeners().value)) {
      if (entry.name == name_) continue;
      std::string why;
      const auto text = restater_.spelled(entry.text, pod, why);
      if (!text) return listeners().place + " decides, and " + why + "; change it there";
      value += *text + ",";
    }
    restater_.write(Key::kListeners, where, value + wanted_.name + "://" + bind_host() + ":" + bind_port(pod));
    return {};
  }

  std::string bind_port(const PodVariable& pod) const {
    return render_port(wanted_.bind_base.value_or(wanted_.port_base),
                       wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope, pod);
  }

  bool bind_right() const {
    for (size_t i = 0; i < ordinals_.size(); ++i) {
      const auto parsed = parse_listeners(display((*brokers_[i])[Key::kListeners].value));
      const Listener* mine = parsed ? find_listener(*parsed, name_) : nullptr;
      if (!mine || mine->port != wanted_bind(wanted_, ordinals_[i])) return false;
    }
    return true;
  }

  std::string port_taken(const Setting& setting) const {
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

  // Hosts as the others are written: empty, or the wildcard.
  std::string bind_host() const {
    const auto parsed = parse_listeners(display(listeners().value));
    if (!parsed) return "0.0.0.0";
    for (const Listener& listener : *parsed)
      if (listener.host.empty()) return "";
    return "0.0.0.0";
  }

  // The image derives listeners from advertised.listeners: right as long as every
  // port that is advertised is the one to bind.
  std::string plan_derived_listeners() {
    bool derived_right = start_script(settings_.mechanics).derives_listeners;
    for (const int64_t ordinal : ordinals_)
      derived_right = derived_right && wanted_bind(wanted_, ordinal) == wanted_port(wanted_, ordinal);
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
    const int64_t base = wanted_.bind_base.value_or(wanted_.port_base);
    if (fixed_bind() && !(text.shell() && computed)) {
      const size_t at = text.shell() ? set_.container["env"].size() : env_index(advertised()) + 1;
      draft_.add_env(at, listeners().variable, value + wanted_.name + "://0.0.0.0:" + bind_port(own_pod()));
      return {};
    }
    if (!text.shell()) return "env cannot compute a port per broker" + std::string(kShellAdvice);
    const auto pod = pods_.in_shell();
    if (!pod) return pods_.why_not_in_shell();
    value += wanted_.name +
             "://0.0.0.0:" + render_port(base, wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope, *pod);
    draft_.change(advertised().node, advertised().statement, advertised().statement,
                  "export " + listeners().variable_name() + "=" + value + " && ");
    return {};
  }

  // listeners is set nowhere, and what it follows from is written anew.
  std::string restate_derived() {
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

  std::string plan_protocols() {
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

  // Place of a setting's entry in env.
  size_t env_index(const Setting& setting) const {
    const Value env = set_.container["env"];
    for (const Node& node : env.children())
      if (Value(&node)["value"] == setting.node) return node.index;
    return env.size();
  }

  const BrokerSet& set_;
  const WantedListener& wanted_;
  const HostTemplate& host_;
  const Settings& settings_;
  const ProcessStart& process_;
  const std::string name_;
  PodVariables pods_;
  Draft draft_;
  size_t env_index_ = 0;
  const std::vector<int64_t> ordinals_;
  Restater restater_;
  std::vector<std::shared_ptr<const Settings>> brokers_;  // of each of ordinals_
};

}  // namespace

Plan plan_change(const BrokerSet& set, const WantedListener& wanted) {
  return Planner(set, wanted, HostTemplate(wanted.host_template, set.name)).plan();
}

Plan plan_external_listener(const BrokerSet& set, const WantedListener& wanted) {
  const HostTemplate host(wanted.host_template, set.name);
  Plan plan;
  plan.at = set.container;
  plan.refusal = unfit_wish(wanted, host);
  if (!plan.refusal.empty()) return plan;
  const Ordinals ordinals = ordinals_of(set);
  for (const int64_t ordinal : {ordinals.list.front(), ordinals.list.back()}) {
    const int64_t port = wanted_port(wanted, ordinal), bind = wanted_bind(wanted, ordinal);
    if (port >= 1 && port <= 65535 && bind >= 1 && bind <= 65535) continue;
    plan.refusal = "port " + std::to_string(port >= 1 && port <= 65535 ? bind : port) + " of " + set.pod_name(ordinal) +
                   " is no TCP port";
    return plan;
  }
  plan = set.form->plan(set, wanted);
  if (!plan.refusal.empty() || plan.edits.empty()) return plan;
  if (auto fault = disprove(set, wanted, host, plan.edits, ordinals); !fault.empty()) {
    plan.edits.clear();
    plan.refusal = "not proved: " + fault;
    return plan;
  }
  if (!ordinals.left_out.empty())
    for (auto& edit : plan.edits) edit.reason += " (" + ordinals.left_out + ")";
  return plan;
}

}  // namespace brokergate
