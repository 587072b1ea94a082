#include "rules/kafka/settings.h"

#include <algorithm>

#include "rules/kafka/apache.h"
#include "rules/kafka/bitnami.h"
#include "rules/kafka/csv.h"
#include "rules/kafka/engapa.h"
#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/overrides.h"
#include "rules/kafka/variables.h"
#include "rules/kafka/wurstmeister.h"

namespace brokergate {
namespace {

struct KeyRow {
  std::string_view property, plain, cfg, server;
};
constexpr std::array<KeyRow, kKeys> kRows = {{
    {"advertised.listeners", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CFG_ADVERTISED_LISTENERS",
     "SERVER_advertised_listeners"},
    {"listeners", "KAFKA_LISTENERS", "KAFKA_CFG_LISTENERS", "SERVER_listeners"},
    {"listener.security.protocol.map", "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
     "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP", "SERVER_listener_security_protocol_map"},
    {"inter.broker.listener.name", "KAFKA_INTER_BROKER_LISTENER_NAME", "KAFKA_CFG_INTER_BROKER_LISTENER_NAME",
     "SERVER_inter_broker_listener_name"},
    {"security.inter.broker.protocol", "KAFKA_SECURITY_INTER_BROKER_PROTOCOL",
     "KAFKA_CFG_SECURITY_INTER_BROKER_PROTOCOL", "SERVER_security_inter_broker_protocol"},
    {"process.roles", "KAFKA_PROCESS_ROLES", "KAFKA_CFG_PROCESS_ROLES", "SERVER_process_roles"},
    {"controller.listener.names", "KAFKA_CONTROLLER_LISTENER_NAMES", "KAFKA_CFG_CONTROLLER_LISTENER_NAMES",
     "SERVER_controller_listener_names"},
    {"broker.id", "KAFKA_BROKER_ID", "KAFKA_CFG_BROKER_ID", "SERVER_broker_id"},
    {"node.id", "KAFKA_NODE_ID", "KAFKA_CFG_NODE_ID", "SERVER_node_id"},
    {"control.plane.listener.name", "KAFKA_CONTROL_PLANE_LISTENER_NAME", "KAFKA_CFG_CONTROL_PLANE_LISTENER_NAME",
     "SERVER_control_plane_listener_name"},
    {"controller.quorum.voters", "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS",
     "SERVER_controller_quorum_voters"},
    {"controller.quorum.bootstrap.servers", "KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS",
     "KAFKA_CFG_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS", "SERVER_controller_quorum_bootstrap_servers"},
    {"broker.id.generation.enable", "KAFKA_BROKER_ID_GENERATION_ENABLE", "KAFKA_CFG_BROKER_ID_GENERATION_ENABLE",
     "SERVER_broker_id_generation_enable"},
    {"reserved.broker.max.id", "KAFKA_RESERVED_BROKER_MAX_ID", "KAFKA_CFG_RESERVED_BROKER_MAX_ID",
     "SERVER_reserved_broker_max_id"},
    {"zookeeper.metadata.migration.enable", "KAFKA_ZOOKEEPER_METADATA_MIGRATION_ENABLE",
     "KAFKA_CFG_ZOOKEEPER_METADATA_MIGRATION_ENABLE", "SERVER_zookeeper_metadata_migration_enable"},
}};

void derive_from_advertised(Settings& settings) {
  const Setting& advertised = settings[Key::kAdvertised];
  Setting& listeners = settings[Key::kListeners];
  if ((listeners.set && !listeners.value.empty()) || listeners.by == Setting::By::kUnreadable) return;
  if (!advertised.set || advertised.value.empty() || settings[Key::kProcessRoles].value == "controller") return;
  listeners.by = Setting::By::kDerived;
  listeners.set = true;
  listeners.value = has_unknown(advertised.value) ? advertised.value : derive_listeners(advertised.value);
  listeners.node = advertised.node;
  listeners.begin = advertised.begin;
  listeners.end = advertised.end;
  listeners.place = "derived by the image from KAFKA_ADVERTISED_LISTENERS";
  listeners.exact = false;
}

void plain_variables(const VariableReader& reader, const Object& object, const ProcessStart& start,
                     Settings& settings) {
  const bool kraft_or_old = reader.gives_any("KAFKA_CONTROL") || reader.gives_any("KAFKA_BROKER_ID_") ||
                            reader.gives_any("KAFKA_RESERVED_") || reader.gives_any("KAFKA_ZOOKEEPER_METADATA_");
  for (size_t i = 0; i < kKeys; ++i) {
    if (i < static_cast<size_t>(Key::kControlPlane) || kraft_or_old) {
      settings.of[i] = reader.read(kRows[i].plain);
    } else {
      settings.of[i].variable = kRows[i].plain;
    }
  }
  take_other_case(reader, object, false, settings);
  for (const Key key : {Key::kAdvertised, Key::kListeners}) {
    const std::string_view name = cfg_variable(key);
    if (const EnvEntry* entry = start.env.find(name)) {
      Place place = env_place(object, *entry);
      place.what += ", which this image does not read as " + std::string(property_name(key));
      settings[key].shadowed.push_back(std::move(place));
    }
  }
}

// The start script takes NAME=VALUE arguments.
void doubt_arguments(const ProcessStart& start, Settings& settings) {
  for (size_t i = 1; i < start.argv.size() && settings.doubt.empty(); ++i) {
    const std::string_view word = start.argv[i].text;
    if (has_unknown(word.substr(0, word.find('='))))
      settings.doubt =
          "an argument in " + start.argv[i].place + " may set it, and cannot be known: " + unknown_reason(word);
  }
}

// Variables that nothing reads: the places a person may think decide.
void note_dead_variables(const Object& object, const ProcessStart& start, Settings& settings) {
  for (const Key key :
       {Key::kAdvertised, Key::kListeners, Key::kProtocolMap, Key::kNodeId, Key::kBrokerId, Key::kProcessRoles}) {
    for (const std::string_view name : {plain_variable(key), cfg_variable(key)}) {
      if (const EnvEntry* entry = start.env.find(name)) settings[key].shadowed.push_back(env_place(object, *entry));
    }
  }
}

// What such a list holds is not known, but that it is too long is.
void refuse_long_lists(Settings& settings) {
  for (size_t i = 0; i < kKeys; ++i) {
    Setting& setting = settings.of[i];
    const Key key = static_cast<Key>(i);
    // Each entry takes a character and a comma: what is shorter has no more than are read.
    if (!setting.set || !is_list(key) || setting.value.size() < 2 * kMostEntries) continue;
    // Reasons are text of ours.
    const size_t entries = csv::entries(display(setting.value));
    if (entries <= kMostEntries) continue;
    setting.too_many = entries;
    setting.set_unreadable(unknown_atom(std::string(property_name(key)) + " has " + std::to_string(entries) +
                                        " entries, and no more than " + std::to_string(kMostEntries) + " are read"));
  }
}

// Nothing is known, but the variables may well be read: they are shown as the
// source, without their value.
void unknown_everywhere(const VariableReader& reader, const std::string& why, Settings& settings) {
  settings.unreadable = why;
  for (size_t i = 0; i < kKeys; ++i) {
    Setting setting = reader.read(kRows[i].plain);
    if (!setting.set) setting = reader.read(kRows[i].cfg);
    if (!setting.set && i > static_cast<size_t>(Key::kListeners)) continue;
    setting.set = true;
    setting.exact = false;
    setting.value = unknown_atom(why);
    if (setting.by == Setting::By::kNothing) setting.by = Setting::By::kUnreadable;
    settings.of[i] = std::move(setting);
  }
}

}  // namespace

std::string derive_listeners(std::string_view advertised) {
  std::string out;
  size_t at = 0;
  while (at < advertised.size()) {
    const size_t scheme = advertised.find("://", at);
    const size_t colon = scheme == advertised.npos ? scheme : advertised.find(':', scheme + 3);
    if (colon == advertised.npos) break;
    out.append(advertised.substr(at, scheme + 3 - at));
    out.append("0.0.0.0");
    at = colon;
    // The colon just found may begin the next "://" only past itself.
    out.push_back(':');
    ++at;
  }
  out.append(advertised.substr(std::min(at, advertised.size())));
  return out;
}

std::string_view property_name(Key key) { return kRows[static_cast<size_t>(key)].property; }
std::string_view plain_variable(Key key) { return kRows[static_cast<size_t>(key)].plain; }
std::string_view cfg_variable(Key key) { return kRows[static_cast<size_t>(key)].cfg; }
std::string_view server_variable(Key key) { return kRows[static_cast<size_t>(key)].server; }

Settings settings_of(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                     ImageFamily family, std::string_view tag, const std::string& doubt) {
  Settings settings;
  settings.doubt = doubt;
  const VariableReader reader(object, start, start.entry == Entry::kConfluentRun);
  const auto unknown = [&](const std::string& why) { unknown_everywhere(reader, why, settings); };
  Entry entry = start.entry;
  if (entry == Entry::kNone) {
    // A script of one's own before a known image's start: it most likely ends
    // there, but what it does to the variables cannot be seen.
    const bool doubtful = !start.script_read && !start.argv.empty() && !start.env.entries.empty();
    if (doubtful && doubt.empty()) settings.doubt = start.why;
    if (!doubtful || settings.doubt.empty()) {
      unknown(start.why);
      return settings;
    }
    entry = family == ImageFamily::kConfluent ? Entry::kConfluentRun
            : family == ImageFamily::kApache  ? Entry::kApacheRun
            : family == ImageFamily::kBitnami ? Entry::kBitnamiRun
                                              : Entry::kNone;
  }
  if (!start.certain) {
    unknown(start.why.empty() ? "the broker is only started on a condition that cannot be decided" : start.why);
    return settings;
  }
  if (!start.files.fails.empty()) {
    unknown(start.files.fails);
    return settings;
  }
  const std::string_view program = start.argv.empty() ? std::string_view{} : std::string_view(start.argv[0].text);
  const std::string replaced = replaced_start_scripts(entry, program, container);
  if (!replaced.empty()) {
    unknown(replaced);
    return settings;
  }
  switch (entry) {
    case Entry::kConfluentRun:
    case Entry::kApacheRun:
      settings.mechanics = entry == Entry::kConfluentRun ? Mechanics::kConfluent : Mechanics::kApache;
      if (entry == Entry::kConfluentRun) doubt_arguments(start, settings);
      plain_variables(reader, object, start, settings);
      derive_from_advertised(settings);
      if (entry == Entry::kApacheRun) apache_file(reader, object, start, pod_spec, container, settings);
      break;
    case Entry::kBitnamiRun: {
      settings.mechanics = Mechanics::kBitnami;
      if (bitnami_file(object, start, pod_spec, container, tag, settings)) {
        note_dead_variables(object, start, settings);
        break;
      }
      bitnami_settings(reader, object, start, pod_spec, container, tag, settings);
      break;
    }
    case Entry::kServerStart:
      settings.mechanics = Mechanics::kFile;
      file_and_overrides(object, start, pod_spec, container, family, settings);
      note_dead_variables(object, start, settings);
      break;
    case Entry::kBitnamiRunOnly:
      unknown("run.sh starts the broker without the image's set-up, so that KAFKA_CFG_* variables are not read");
      break;
    case Entry::kWurstmeister:
      if (family != ImageFamily::kWurstmeister && family != ImageFamily::kMedinvention) {
        unknown("start-kafka.sh makes the properties, and what it does is not read here");
        break;
      }
      settings.mechanics = family == ImageFamily::kMedinvention ? Mechanics::kMedinvention : Mechanics::kWurstmeister;
      wurstmeister_settings(reader, object, start, tag, settings);
      break;
    case Entry::kEngapa:
      settings.mechanics = Mechanics::kEngapa;
      engapa_settings(reader, object, start, settings);
      break;
    case Entry::kStrimzi:
      unknown("the Strimzi operator generates the configuration");
      break;
    case Entry::kRedpanda:
      unknown("Redpanda reads redpanda.yaml and rpk options, which are not read here");
      break;
    case Entry::kOtherBroker:
      unknown("the broker is started without its image's configuration script");
      break;
    case Entry::kNone:
    case Entry::kNotBroker:
      unknown(start.why);
      break;
  }
  // Nothing that is not set here can be said to be unset: the script may set it.
  if (!settings.doubt.empty()) {
    for (const Key key : {Key::kAdvertised, Key::kListeners}) {
      Setting& setting = settings[key];
      if (setting.set) continue;
      setting.set_unreadable(unknown_atom(settings.doubt));
    }
  }
  refuse_long_lists(settings);
  return settings;
}

Properties to_properties(const Object& object, const Settings& settings) {
  Properties out;
  for (size_t i = 0; i < kKeys; ++i) {
    const Setting& setting = settings.of[i];
    if (!setting.set && setting.shadowed.empty() && setting.by == Setting::By::kNothing) continue;
    // Of those that only the start needs nothing is said where nothing is known.
    if (i > static_cast<size_t>(Key::kNodeId) && (!setting.set || has_unknown(setting.value))) continue;
    Property property;
    if (setting.set) {
      if (!settings.doubt.empty()) {
        property.unknown = settings.doubt;
      } else if (has_unknown(setting.value)) {
        property.unknown = unknown_reason(setting.value);
      } else {
        property.value = display(setting.value);
      }
    }
    property.source = place_of(object, setting);
    property.shadowed = setting.shadowed;
    out.emplace(kRows[i].property, std::move(property));
  }
  return out;
}

}  // namespace brokergate
