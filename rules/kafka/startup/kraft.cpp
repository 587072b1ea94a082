#include <algorithm>

#include "rules/kafka/csv.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

using Kraft = Era::Kraft;

constexpr std::string_view kVoters = "controller.quorum.voters";
constexpr std::string_view kNames = "controller.listener.names";
constexpr std::string_view kListeners = "listeners";
constexpr std::string_view kAdvertised = "advertised.listeners";

std::string voter_set(const std::vector<int32_t>& ids) {
  std::vector<std::string> out;
  for (const int32_t id : ids) out.push_back(std::to_string(id));
  return "controller.quorum.voters=Set(" + join(out, ", ") + ")";
}

void check_voters(Broker& broker) {
  if (!broker.voters || !broker.voters->empty()) return;
  if (broker.era.kraft < Kraft::kShared) {
    broker.refuse(kVoters, "If using process.roles, controller.quorum.voters must contain a parseable set of voters.");
  } else if (broker.bootstrap && !*broker.bootstrap) {
    broker.refuse(kVoters,
                  "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of "
                  "bootstrap controllers or controller.quorum.voters must contain a parseable set of controllers.");
  }
}

void check_control_plane(Broker& broker) {
  std::optional<bool> there;
  const auto name = control_plane_name(broker, there);
  if (!name) return;
  broker.refuse("control.plane.listener.name",
                std::string("control.plane.listener.name is not supported in KRaft mode.") +
                    (broker.era.plane_hint ? " KRaft uses controller.listener.names instead." : ""));
}

void check_node_is_voter(Broker& broker, bool wanted) {
  if (!broker.voters || !broker.node_id || *broker.node_id < 0) return;
  const std::string id = std::to_string(*broker.node_id);
  const bool is = std::find(broker.voters->begin(), broker.voters->end(), *broker.node_id) != broker.voters->end();
  if (is == wanted || (wanted && broker.voters->empty() && broker.era.kraft != Kraft::kPreview)) return;
  const std::string role = wanted                                ? "contains the 'controller' role"
                           : broker.era.kraft == Kraft::kPreview ? "does not contain the 'controller' role"
                                                                 : "contains just the 'broker' role";
  broker.refuse(kVoters, "If process.roles " + role + ", the node id " + id + " must " + (wanted ? "" : "not ") +
                             "be included in the set of voters " + voter_set(*broker.voters));
}

std::vector<Listener> controller_listeners(const Broker& broker) {
  std::vector<Listener> out = *broker.listeners;
  std::erase_if(out, [&](const Listener& listener) { return !broker.is_controller(listener.name); });
  return out;
}

// effectiveAdvertisedControllerListeners: how many there are.
size_t told_controllers(const Broker& broker) {
  NameList theirs;
  const auto collect = [&](const std::vector<Listener>& listeners) {
    for (const Listener& listener : listeners)
      if (broker.is_controller(listener.name)) theirs.add(listener.name);
  };
  if (*broker.advertises) collect(*broker.advertised);
  collect(*broker.listeners);
  const auto& names = broker.controllers->all();
  return static_cast<size_t>(std::count_if(
      names.begin(), names.end(), [&](const std::string& written) { return theirs.has(csv::upper_case(written)); }));
}

// The names whose listeners belong to controllers are to be found in listeners.
void check_controllers_listen(Broker& broker) {
  if (!broker.controllers || !broker.listeners) return;
  const auto names = names_of(*broker.listeners);
  if (controller_listeners(broker).empty()) {
    broker.refuse(
        kNames,
        "controller.listener.names must contain at least one value appearing in the 'listeners' configuration "
        "when running the KRaft controller role");
    return;
  }
  for (const std::string& name : broker.controllers->all()) {
    if (names.has(name)) continue;
    broker.refuse(kNames, name,
                  "controller.listener.names must only contain values appearing in the 'listeners' configuration when "
                  "running the KRaft controller role");
    return;
  }
}

void check_controllers_untold(Broker& broker) {
  if (broker.era.kraft >= Kraft::kShared || !broker.controllers || !broker.advertised) return;
  for (const Listener& listener : *broker.advertised) {
    if (!broker.is_controller(listener.name)) continue;
    broker.refuse(kAdvertised, to_string(listener),
                  "The advertised.listeners config must not contain KRaft controller listeners from "
                  "controller.listener.names when process.roles contains the broker role because Kafka clients that "
                  "send requests via advertised listeners do not send requests to KRaft controllers -- they only send "
                  "requests to KRaft brokers.");
    return;
  }
}

void check_broker_only(Broker& broker) {
  check_controllers_untold(broker);
  check_node_is_voter(broker, false);
  if (!broker.controllers) return;
  if (broker.controllers->empty()) {
    broker.refuse(
        kNames,
        "controller.listener.names must contain at least one value when running KRaft with just the broker role");
    return;
  }
  if (broker.listeners && !controller_listeners(broker).empty())
    broker.refuse(kNames,
                  "controller.listener.names must not contain a value appearing in the 'listeners' configuration when "
                  "running KRaft with just the broker role");
  for (const std::string& written : broker.controllers->all()) {
    if (!broker.era.blank_names && csv::is_blank(written)) {
      broker.refuse(kNames, "The provided listener name is null or empty string");
      return;
    }
    const std::string name = csv::upper_case(written);
    if (!broker.mapped || broker.mapped->has(name)) continue;
    broker.refuse(kNames, written,
                  "Controller listener with name " + name +
                      " defined in controller.listener.names not found in listener.security.protocol.map  (an explicit "
                      "security mapping for each controller listener is required if listener.security.protocol.map is "
                      "non-empty, or if there are security protocols other than PLAINTEXT in use)");
    return;
  }
}

// A controller alone has no other listeners than the controllers'.
void check_only_controllers_listen(Broker& broker) {
  const std::string words =
      " config must only contain KRaft controller listeners from controller.listener.names when "
      "process.roles=controller";
  if (broker.era.kraft >= Kraft::kShared) {
    if (!broker.advertises || (*broker.advertises && !broker.advertised) || !broker.listeners || !broker.controllers)
      return;
    if (told_controllers(broker) != broker.listeners->size()) broker.refuse(kListeners, "The listeners" + words);
    return;
  }
  if (!broker.advertises) return;
  if (*broker.advertises && broker.era.advertised_unset) {
    broker.refuse(kAdvertised, "The advertised.listeners config must be empty when process.roles=controller");
    return;
  }
  const auto told = broker.told();
  if (told && !told->empty())
    broker.refuse(*broker.advertises ? kAdvertised : kListeners,
                  std::string(*broker.advertises ? "The advertised.listeners" : "The listeners") + words);
}

void check_controller_only(Broker& broker) {
  check_only_controllers_listen(broker);
  if (broker.era.kraft == Kraft::kOnly && broker.controllers && broker.is_set("inter.broker.listener.name")) {
    const auto name = inter_broker_name(broker);
    if (name && broker.is_controller(*name))
      broker.refuse(kNames,
                    "controller.listener.names must not contain an explicitly set inter.broker.listener.name "
                    "configuration value when process.roles=controller'");
  }
  check_node_is_voter(broker, true);
  check_controllers_listen(broker);
}

void check_zookeeper(Broker& broker) {
  if (broker.era.kraft == Kraft::kOnly || !broker.controllers || broker.controllers->empty()) return;
  if (broker.is_set("zookeeper.metadata.migration.enable") || broker.is_unknown("zookeeper.metadata.migration.enable"))
    return;
  broker.refuse(kNames, "controller.listener.names must be empty when not running in KRaft mode: " +
                            java_list(broker.controllers->all()));
}

// 3.0, before the settings of the controllers were looked at.
void check_preview(Broker& broker) {
  if (!broker.roles->kraft()) return;
  check_voters(broker);
  check_node_is_voter(broker, broker.roles->controller);
  if (broker.roles->controller && broker.controllers && broker.listeners && controller_listeners(broker).empty())
    broker.refuse(kNames, "controller.listener.names cannot be empty if the server has the controller role");
}

}  // namespace

void check_roles(Broker& broker) {
  if (broker.era.kraft <= Kraft::kEarly || !broker.roles) return;
  if (broker.era.kraft == Kraft::kPreview) return check_preview(broker);
  const Roles roles = *broker.roles;
  if (!roles.kraft()) return check_zookeeper(broker);
  check_voters(broker);
  check_control_plane(broker);
  if (!roles.controller) {
    check_broker_only(broker);
  } else if (!roles.broker) {
    check_controller_only(broker);
  } else {
    check_controllers_untold(broker);
    check_node_is_voter(broker, true);
    check_controllers_listen(broker);
  }
}

}  // namespace brokergate::startup
