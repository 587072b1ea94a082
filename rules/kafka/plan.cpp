#include "rules/kafka/plan.h"

#include <algorithm>
#include <iterator>

#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan_ports.h"
#include "rules/kafka/plan_refusals.h"
#include "rules/kafka/planner.h"

namespace brokergate {

Plan Planner::plan() {
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
  if (process_.script_object) {
    plan.config_map = process_.script_object;
    const auto own = std::stable_partition(plan.edits.begin(), plan.edits.end(),
                                           [&](const Edit& edit) { return edit.target != process_.script.node(); });
    plan.config_map_edits.assign(std::make_move_iterator(own), std::make_move_iterator(plan.edits.end()));
    plan.edits.erase(own, plan.edits.end());
  }
  return plan;
}

std::string Planner::unfit() const {
  if (!settings_.unreadable.empty()) return "not changed: " + settings_.unreadable;
  if (!settings_.doubt.empty())
    return "not changed: " + settings_.doubt + ", and it may set advertised.listeners again; set the address there";
  if (inter_broker_name(settings_) == name_)
    return "listener " + name_ + " is the one the brokers use among themselves; name another one in the policy";
  const auto controllers = controller_names(settings_);
  if (std::find(controllers.begin(), controllers.end(), name_) != controllers.end())
    return "listener " + name_ + " is a controller listener; name another one in the policy";
  if (auto why = image_refuses_name(settings_, process_, wanted_); !why.empty()) return why;
  if (auto why = protocol_unprepared(set_, settings_, process_, wanted_); !why.empty()) return why;
  if (advertised().by == Setting::By::kShell && !advertised().set)
    return advertised().place + ": " + set_.form_reason + "; export it there first";
  for (const Key key : {Key::kListeners, Key::kProtocolMap, Key::kInterBrokerName}) {
    const Setting& setting = settings_[key];
    if (!setting.set || !has_unknown(setting.value) || setting.by == Setting::By::kDerived) continue;
    // Kafka wants the brokers' own listener among those there are: a new one is another.
    const bool ours = ListText::names(listeners(), name_) || has_unknown(listeners().value);
    const auto as_wanted = [](const Listener& l, const std::string& host, int64_t port) {
      return l.host == host && l.port == port;
    };
    if (key == Key::kInterBrokerName && (!ours || right(as_wanted))) continue;
    const std::string property(property_name(key));
    return property + " cannot be known: " + unknown_reason(setting.value) +
           (settings_.mechanics == Mechanics::kFile ? "; state it: --override " + property + "=… beats the file"
                                                    : "; set it in the manifest");
  }
  return {};
}

size_t Planner::env_place(const Setting& setting) const {
  const Value env = set_.container["env"];
  for (const Node& node : env.children())
    if (Value(&node)["name"].str() == setting.variable) return node.index;
  return env.size();
}

size_t Planner::env_index(const Setting& setting) const {
  const Value env = set_.container["env"];
  for (const Node& node : env.children())
    if (Value(&node)["value"] == setting.node) return node.index;
  return env.size();
}

std::string Planner::not_spelled_out(const Setting& setting) const {
  return setting.place + " does not spell out host and port of " + name_ + "; change where they come from";
}

std::string Planner::choose_pod(bool shell, bool for_host, bool for_port, PodVariable& pod) {
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
           std::string(
               ", let the container's command export the variable, or say in the policy that "
               "kubernetesVersion is 1.28 or later");
  if (!for_host) return {};
  pod = pod_in_env(advertised().by == Setting::By::kArgument ? static_cast<size_t>(-1) : env_index_);
  return {};
}

PodVariable Planner::pod_in_env(size_t before) {
  if (const auto found = pods_.before(before)) return *found;
  if (added_pod_ && added_pod_at_ <= before) return *added_pod_;
  added_pod_ = PodVariable{pods_.free_name(), false};
  added_pod_at_ = pods_.place_for(added_pod_->name, env_index_);
  draft_.add_field_env(added_pod_at_, added_pod_->name, "metadata.name");
  return *added_pod_;
}

std::string Planner::choose_pod_for(Restater::Where where, PodVariable& pod) {
  const bool shell = Restater::in_shell(where);
  if (!shell) env_index_ = where == Restater::Where::kEnv ? env_place(advertised()) : static_cast<size_t>(-1);
  return choose_pod(shell, true, true, pod);
}

std::string Planner::choose_index(PodVariable& pod) {
  const bool argument = advertised().by == Setting::By::kArgument;
  const size_t before = argument ? static_cast<size_t>(-1) : env_index_;
  if (const auto declared = pods_.index_before(before)) {
    pod.ordinal = *declared;
  } else {
    pod.ordinal = pods_.free_index_name();
    draft_.add_field_env(pods_.place_for(pod.ordinal, env_index_), pod.ordinal,
                         "metadata.labels['apps.kubernetes.io/pod-index']");
  }
  if (const auto name = pods_.before(before)) pod.name = name->name;
  if (!pod.name.empty() || !host_.needs_pod()) return {};
  pod.name = pods_.free_name();
  draft_.add_field_env(pods_.place_for(pod.name, env_index_), pod.name, "metadata.name");
  return {};
}

std::string Planner::same_prefix(const std::string& variable) const {
  const bool plain = settings_.mechanics == Mechanics::kBitnami && listeners().set &&
                     listeners().variable.starts_with("KAFKA_L") && variable.starts_with("KAFKA_CFG_");
  return plain ? "KAFKA_" + variable.substr(10) : variable;
}

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
  if (!plan.refusal.empty() || plan.changes_nothing()) return plan;
  if (auto fault = disprove(set, wanted, host, plan, ordinals); !fault.empty()) {
    plan.edits.clear();
    plan.config_map_edits.clear();
    plan.refusal = "not proved: " + fault;
    return plan;
  }
  if (!ordinals.left_out.empty())
    for (auto* edits : {&plan.edits, &plan.config_map_edits})
      for (Edit& edit : *edits) edit.reason += " (" + ordinals.left_out + ")";
  return plan;
}

}  // namespace brokergate
