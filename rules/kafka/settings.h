// From a started process to Kafka's properties: what each image family's start
// script makes of environment variables, arguments and files, and which of
// several places decides.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/process.h"

namespace brokergate {

enum class Key : uint8_t {
  kAdvertised,
  kListeners,
  kProtocolMap,
  kInterBrokerName,
  kInterBrokerProtocol,
  kProcessRoles,
  kControllerNames,
  kBrokerId,
  kNodeId,
  // Only Kafka's checks at start-up need these.
  kControlPlane,
  kVoters,
  kBootstrap,
  kIdGeneration,
  kReservedId,
  kMigration,
};
inline constexpr size_t kKeys = 15;
std::string_view property_name(Key key);    // advertised.listeners
std::string_view plain_variable(Key key);   // KAFKA_ADVERTISED_LISTENERS
std::string_view cfg_variable(Key key);     // KAFKA_CFG_ADVERTISED_LISTENERS
std::string_view server_variable(Key key);  // SERVER_advertised_listeners

// Lists of entries that are compared with one another.
constexpr bool is_list(Key key) {
  return key == Key::kAdvertised || key == Key::kListeners || key == Key::kProtocolMap || key == Key::kProcessRoles ||
         key == Key::kControllerNames || key == Key::kVoters || key == Key::kBootstrap;
}
// No broker has as many, and 100,000 would take minutes. Empty entries do not count: Kafka drops them.
inline constexpr size_t kMostEntries = 256;

// Who turns settings into properties.
enum class Mechanics : uint8_t {
  kUnknown,
  kConfluent,     // KAFKA_X_Y; listeners derived from advertised.listeners when unset
  kApache,        // the same, over the file in /mnt/shared/config
  kBitnami,       // KAFKA_CFG_X_Y, beaten by some plain KAFKA_X_Y
  kWurstmeister,  // KAFKA_X_Y, with commands whose output is put in
  kMedinvention,  // the same, and a command for listeners
  kEngapa,        // SERVER_x_y
  kFile,          // a properties file and --override arguments
};

// One property with everything that planning needs.
struct Setting {
  enum class By : uint8_t {
    kNothing,     // set nowhere
    kEnv,         // an env entry of the container
    kConfigMap,   // a variable that a ConfigMap of the input gives (envFrom, configMapKeyRef)
    kShell,       // an assignment in command or args
    kArgument,    // NAME=VALUE argument of the start script, or of env(1)
    kOverride,    // --override of kafka-server-start
    kDocument,    // a file that the script writes with a here-document
    kFile,        // a properties file of a ConfigMap, or one made of it
    kDefault,     // what the image sets when nothing else does
    kCommand,     // a command that the image runs
    kDerived,     // made by the image out of another property
    kUnreadable,  // somewhere outside the manifest
  };
  By by = By::kNothing;
  bool set = false;
  std::string value;               // may hold atoms; meaningful when set
  std::string_view variable;       // static; decides, or would decide: KAFKA_CFG_LISTENERS
  const Object* object = nullptr;  // where node stands; null: in the set's own object
  Value node;                      // as Place
  uint32_t begin = 0, end = 0;
  std::string place;       // as Place::what
  bool exact = true;       // value is what stands at node[begin, end) and nothing else
  bool in_shell = false;   // node is shell text: ${NAME} expands there, $(NAME) does not
  size_t too_many = 0;     // entries of a list that has more than are read; else 0
  uint32_t statement = 0;  // kShell: where the assignment's command begins in node's text
  std::vector<Place> shadowed;

  std::string variable_name() const { return std::string(variable); }
  // Something outside the manifest decides; `atom` says what, see opaque.h. Place and node stay.
  void set_unreadable(std::string atom) {
    by = By::kUnreadable;
    set = true;
    exact = false;
    value = std::move(atom);
  }
};

struct Settings {
  Mechanics mechanics = Mechanics::kUnknown;
  std::string unreadable;  // kUnknown, or why the environment is not read after all
  std::string doubt;       // readable, but something outside the manifest may still change it
  // host.name, port, advertised.host.name or advertised.port is or may be set: where no listeners
  // are, Kafka before 3.0 makes them of these (KIP-724 removed them).
  bool old_address = false;
  std::array<Setting, kKeys> of;

  const Setting& operator[](Key key) const { return of[static_cast<size_t>(key)]; }
  Setting& operator[](Key key) { return of[static_cast<size_t>(key)]; }
};

constexpr bool is_old_address(std::string_view key) {
  return key == "host.name" || key == "port" || key == "advertised.host.name" || key == "advertised.port";
}

// `pod_spec` and `container` for the mounts that change what the image reads. `doubt`:
// why nothing of it is certain, or empty.
Settings settings_of(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                     ImageFamily family, std::string_view tag, const std::string& doubt = {});

// `cub listeners` and the Apache image's sed: every host becomes 0.0.0.0.
std::string derive_listeners(std::string_view advertised);

// The public view.
Properties to_properties(const Object& object, const Settings& settings);

}  // namespace brokergate
