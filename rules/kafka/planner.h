// The plan of one broker set: what is written for advertised.listeners, listeners and the
// protocol map, each in a file of its own. Every step returns why it cannot be, or nothing.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/csv.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/plan_draft.h"
#include "rules/kafka/plan_pod.h"
#include "rules/kafka/plan_proof.h"
#include "rules/kafka/plan_restate.h"
#include "rules/kafka/plan_text.h"

namespace brokergate {

inline constexpr std::string_view kShellAdvice =
    "; let the container's command export the variable, or, with load balancers, name a fixed listener.port in the "
    "policy";

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

  Plan plan();

 private:
  const Setting& advertised() const { return settings_[Key::kAdvertised]; }
  const Setting& listeners() const { return settings_[Key::kListeners]; }
  bool fixed_port() const { return wanted_.port_slope == 0 || set_.is_pod; }
  bool fixed_bind() const { return set_.is_pod || (wanted_.bind_base ? wanted_.bind_slope : wanted_.port_slope) == 0; }
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
  bool in_place(const Setting& setting) const { return restater_.in_place(setting); }

  // Reasons that do not depend on where a setting is written.
  std::string unfit() const;

  // An element that Kafka refuses and that is not ours to replace.
  std::string refused_neighbour(const Setting& setting) const;

  std::string plan_advertised();

  // The whole list is written anew where it beats the present one.
  std::string restate_advertised();

  // The entries of the setting beside the wanted one, each followed by a comma, into `value`.
  std::string spell_others(const Setting& setting, const PodVariable& pod, std::string& value);

  // What Kafka advertises while advertised.listeners is not set: listeners, without the
  // wanted entry and those of controllers, each followed by a comma.
  std::string spell_bound(const PodVariable& pod, std::string& value);

  std::string choose_pod_for(Restater::Where where, PodVariable& pod);

  // Where the setting's variable stands in env, or will be added.
  size_t env_place(const Setting& setting) const;

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

  std::string not_spelled_out(const Setting& setting) const;

  std::string choose_pod(bool shell, bool for_host, bool for_port, PodVariable& pod);

  // The variable of the pod's name that env has before that entry; declared when there is none.
  PodVariable pod_in_env(size_t before);

  // The ordinal by the label that pods have since Kubernetes 1.28.
  std::string choose_index(PodVariable& pod);

  // advertised.listeners is set nowhere: Kafka takes listeners for it, so its
  // entries are written out, with the host left to Kafka as it is now.
  std::string add_advertised();

  std::string called(Key key) const;

  // No setting says how the brokers listen, and what Kafka does then is known.
  bool kafka_decides() const {
    return name_ != "PLAINTEXT" && std::all_of(brokers_.begin(), brokers_.end(),
                                               [](const auto& one) { return !default_listeners(*one).empty(); });
  }
  std::string add_to_default();

  // KAFKA_CFG_X or KAFKA_X, as the set's other variables are named.
  std::string same_prefix(const std::string& variable) const;

  std::string plan_listeners();

  std::string restate_listeners();

  std::string bind_port(const PodVariable& pod) const;

  bool bind_right() const;

  std::string port_taken(const Setting& setting) const;

  // Hosts as the others are written: empty, or the wildcard.
  std::string bind_host() const;

  // The image derives listeners from advertised.listeners: right as long as every
  // port that is advertised is the one to bind.
  std::string plan_derived_listeners();

  // Neither is set: what Kafka binds then, and the wanted one.
  std::string restate_default();

  // listeners is set nowhere, and what it follows from is written anew.
  std::string restate_derived();

  std::string plan_protocols();

  // Place of a setting's entry in env.
  size_t env_index(const Setting& setting) const;

  const BrokerSet& set_;
  const WantedListener& wanted_;
  const HostTemplate& host_;
  const Settings& settings_;
  const ProcessStart& process_;
  const std::string name_;
  PodVariables pods_;
  Draft draft_;
  size_t env_index_ = 0;
  std::optional<PodVariable> added_pod_;
  size_t added_pod_at_ = 0;
  const std::vector<int64_t> ordinals_;
  Restater restater_;
  std::vector<std::shared_ptr<const Settings>> brokers_;  // of each of ordinals_
};

}  // namespace brokergate
