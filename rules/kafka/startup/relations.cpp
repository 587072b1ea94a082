#include <algorithm>

#include "rules/kafka/csv.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kListeners = "listeners";
constexpr std::string_view kAdvertised = "advertised.listeners";

std::string options(const NameList& names) {
  return "The valid options based on currently configured listeners are " + join(names.all(), ",");
}

// The property that tells what is advertised.
std::string_view told_by(const Broker& broker) { return broker.advertises.value_or(true) ? kAdvertised : kListeners; }

// False when nothing is advertised at all.
bool check_some_are_told(Broker& broker, const std::vector<Listener>& told) {
  if (!told.empty()) return true;
  if (broker.era.kraft < Era::Kraft::kStrict) return true;
  broker.refuse(told_by(broker),
                std::string("There must be at least one ") +
                    (broker.era.kraft >= Era::Kraft::kShared ? "broker " : "") + "advertised listener." +
                    (broker.roles->broker ? " Perhaps all listeners appear in controller.listener.names?" : ""));
  return false;
}

void check_inter_broker(Broker& broker, const std::vector<Listener>& told, const std::optional<std::string>& name) {
  const auto names = names_of(told);
  if (!name || names.has(*name)) return;
  const std::string_view property = broker.is_set("inter.broker.listener.name")       ? "inter.broker.listener.name"
                                    : broker.is_set("security.inter.broker.protocol") ? "security.inter.broker.protocol"
                                                                                      : told_by(broker);
  broker.refuse(property, "inter.broker.listener.name must be a listener name defined in advertised.listeners. " +
                              options(names));
}

void check_subset(Broker& broker, const std::vector<Listener>& told) {
  if (!broker.listeners) return;
  const auto names = names_of(told);
  const auto bound = names_of(*broker.listeners);
  for (const Listener& listener : told) {
    if (bound.has(listener.name)) continue;
    broker.refuse(kAdvertised, to_string(listener),
                  "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. "
                  "Found " +
                      join(names.all(), ",") + ". The valid options based on the current configuration are " +
                      join(bound.all(), ","));
    return;
  }
}

void check_routable(Broker& broker, const std::vector<Listener>& listeners, std::string_view property) {
  for (const Listener& listener : listeners) {
    if (listener.host != "0.0.0.0") continue;
    broker.refuse(property, to_string(listener),
                  "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address.");
    return;
  }
}

// Names are looked up one by one among the listeners that controllers have; a blank one fails there.
void check_blank_controllers(Broker& broker) {
  if (broker.era.kraft < Era::Kraft::kShared || !broker.controllers || !broker.listeners) return;
  const auto of_controller = [&](const Listener& listener) { return broker.is_controller(listener.name); };
  const auto any = [&](const std::vector<Listener>& from) {
    return std::any_of(from.begin(), from.end(), of_controller);
  };
  if (!any(*broker.listeners) && !(broker.advertised && any(*broker.advertised))) return;
  for (const std::string& name : broker.controllers->all())
    if (csv::is_blank(name))
      broker.refuse("controller.listener.names", "The provided listener name is null or empty string");
}

// The first controller name is told with the voter's address when it has none of its own.
void check_voters_routable(Broker& broker) {
  if (!broker.era.voters_are_told || broker.unroutable_voter.empty()) return;
  if (!broker.controllers || broker.controllers->empty() || !broker.listeners || !broker.advertises) return;
  if (*broker.advertises && !broker.advertised) return;
  const std::string name = csv::upper_case(broker.controllers->all().front());
  if (!broker.is_controller(name)) return;
  if (*broker.advertises && find_listener(*broker.advertised, name)) return;
  const Listener* own = find_listener(*broker.listeners, name);
  if (own && (own->host.empty() || own->host == "0.0.0.0"))
    broker.refuse("controller.quorum.voters", broker.unroutable_voter, "Host string (0.0.0.0) is not routeable");
}

// 2.8 and 3.0: the very endpoint of a controller must not be advertised.
void check_early_controllers(Broker& broker) {
  const auto kraft = broker.era.kraft;
  if (kraft != Era::Kraft::kEarly && kraft != Era::Kraft::kPreview) return;
  if (!broker.controllers || !broker.listeners || !broker.advertised) return;
  for (const Listener& listener : *broker.advertised) {
    if (!broker.is_controller(listener.name)) continue;
    if (std::find(broker.listeners->begin(), broker.listeners->end(), listener) == broker.listeners->end()) continue;
    broker.refuse(kAdvertised, to_string(listener),
                  "advertised.listeners cannot contain any of controller.listener.names");
    return;
  }
}

void check_control_plane(Broker& broker, const std::optional<std::vector<Listener>>& told,
                         const std::optional<std::string>& inter_broker) {
  constexpr std::string_view kPlane = "control.plane.listener.name";
  std::optional<bool> there;
  const auto name = control_plane_name(broker, there);
  if (!name) return;
  if (told && !names_of(*told).has(*name)) {
    broker.refuse(kPlane, "control.plane.listener.name must be a listener name defined in advertised.listeners. " +
                              options(names_of(*told)));
  } else if (inter_broker && *inter_broker == *name) {
    broker.refuse(kPlane,
                  "control.plane.listener.name, when defined, should have a different value from the inter broker "
                  "listener name. Currently they both have the value ListenerName(" +
                      *name + ")");
  }
}

}  // namespace

void check_relations(Broker& broker) {
  const auto told = broker.told();
  std::optional<std::string> inter_broker;
  const bool brokers =
      broker.roles && (broker.roles->broker || (!broker.roles->kraft() && broker.era.kraft != Era::Kraft::kOnly));
  if (brokers && told && !check_some_are_told(broker, *told)) return;
  inter_broker = inter_broker_name(broker);
  if (brokers && told) {
    check_inter_broker(broker, *told, inter_broker);
    check_subset(broker, *told);
  }
  if (told) check_routable(broker, *told, told_by(broker));
  if (broker.era.kraft >= Era::Kraft::kShared && broker.advertised) {
    // The controllers' entries as well; of listeners 0.0.0.0 is none since 3.9.1.
    check_routable(broker, *broker.advertised, kAdvertised);
  }
  check_blank_controllers(broker);
  check_voters_routable(broker);
  check_early_controllers(broker);
  if (broker.roles && (!broker.roles->kraft() || broker.era.kraft < Era::Kraft::kStrict))
    check_control_plane(broker, told, inter_broker);
}

}  // namespace brokergate::startup
