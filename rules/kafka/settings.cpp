#include "rules/kafka/settings.h"

#include <algorithm>

#include "rules/kafka/bitnami.h"
#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/overrides.h"
#include "rules/kafka/variables.h"

namespace brokergate {
namespace {

struct KeyRow {
  std::string_view property, plain, cfg;
};
constexpr std::array<KeyRow, kKeys> kRows = {{
    {"advertised.listeners", "KAFKA_ADVERTISED_LISTENERS", "KAFKA_CFG_ADVERTISED_LISTENERS"},
    {"listeners", "KAFKA_LISTENERS", "KAFKA_CFG_LISTENERS"},
    {"listener.security.protocol.map", "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
     "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP"},
    {"inter.broker.listener.name", "KAFKA_INTER_BROKER_LISTENER_NAME", "KAFKA_CFG_INTER_BROKER_LISTENER_NAME"},
    {"security.inter.broker.protocol", "KAFKA_SECURITY_INTER_BROKER_PROTOCOL",
     "KAFKA_CFG_SECURITY_INTER_BROKER_PROTOCOL"},
    {"process.roles", "KAFKA_PROCESS_ROLES", "KAFKA_CFG_PROCESS_ROLES"},
    {"controller.listener.names", "KAFKA_CONTROLLER_LISTENER_NAMES", "KAFKA_CFG_CONTROLLER_LISTENER_NAMES"},
    {"broker.id", "KAFKA_BROKER_ID", "KAFKA_CFG_BROKER_ID"},
    {"node.id", "KAFKA_NODE_ID", "KAFKA_CFG_NODE_ID"},
    {"control.plane.listener.name", "KAFKA_CONTROL_PLANE_LISTENER_NAME", "KAFKA_CFG_CONTROL_PLANE_LISTENER_NAME"},
    {"controller.quorum.voters", "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_CFG_CONTROLLER_QUORUM_VOTERS"},
    {"controller.quorum.bootstrap.servers", "KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS",
     "KAFKA_CFG_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS"},
    {"broker.id.generation.enable", "KAFKA_BROKER_ID_GENERATION_ENABLE", "KAFKA_CFG_BROKER_ID_GENERATION_ENABLE"},
    {"reserved.broker.max.id", "KAFKA_RESERVED_BROKER_MAX_ID", "KAFKA_CFG_RESERVED_BROKER_MAX_ID"},
    {"zookeeper.metadata.migration.enable", "KAFKA_ZOOKEEPER_METADATA_MIGRATION_ENABLE",
     "KAFKA_CFG_ZOOKEEPER_METADATA_MIGRATION_ENABLE"},
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
  for (size_t i = 0; i < kKeys; ++i) settings.of[i] = reader.read(kRows[i].plain);
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
  for (const Key key : {Key::kAdvertised, Key::kListeners, Key::kProtocolMap}) {
    for (const std::string_view name : {plain_variable(key), cfg_variable(key)}) {
      if (const EnvEntry* entry = start.env.find(name)) settings[key].shadowed.push_back(env_place(object, *entry));
    }
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
    const bool doubtful = !start.script && !start.argv.empty() && !start.env.entries.empty();
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
      if (entry == Entry::kApacheRun) {
        const std::string file = mounted_at("/mnt/shared/config", pod_spec, container);
        const bool defaults = file.empty() && start.env.sources.empty() && !reader.any_property_variable();
        if (!file.empty() || defaults) {
          for (auto& setting : settings.of) {
            if (setting.set || setting.by != Setting::By::kNothing) continue;
            setting.set_unreadable(
                unknown_atom(file.empty() ? "no KAFKA_ variable is set, so the image uses its own default file"
                                          : "it may be set in " + file + ", which is not read"));
            setting.place = file.empty() ? "default of the image" : file;
          }
          if (defaults) settings.unreadable = "no KAFKA_ variable is set, so the image uses its own default file";
        }
      }
      derive_from_advertised(settings);
      break;
    case Entry::kBitnamiRun: {
      settings.mechanics = Mechanics::kBitnami;
      std::string dead = dead_bitnami_environment(pod_spec, container);
      if (!dead.empty()) {
        settings.mechanics = Mechanics::kFile;
        settings.unreadable = dead;
        for (auto& setting : settings.of) {
          setting.set_unreadable(unknown_atom(dead));
          setting.place = "mounted file";
        }
        note_dead_variables(object, start, settings);
        break;
      }
      bitnami_settings(reader, object, start, pod_spec, container, tag, settings);
      break;
    }
    case Entry::kServerStart:
      settings.mechanics = Mechanics::kFile;
      file_and_overrides(object, start, pod_spec, container, settings);
      note_dead_variables(object, start, settings);
      break;
    case Entry::kBitnamiRunOnly:
      unknown("run.sh starts the broker without the image's set-up, so that KAFKA_CFG_* variables are not read");
      break;
    case Entry::kWurstmeister:
      unknown("start-kafka.sh makes the properties, and what it does is not read here");
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
