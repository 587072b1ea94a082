#include "rules/kafka/settings.h"

#include <algorithm>

#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/properties_text.h"
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
  for (const Key key : {Key::kAdvertised, Key::kListeners}) {
    const std::string_view name = cfg_variable(key);
    if (const EnvEntry* entry = start.env.find(name)) {
      Place place = env_place(object, *entry);
      place.what += ", which this image does not read as " + std::string(property_name(key));
      settings[key].shadowed.push_back(std::move(place));
    }
  }
}

bool bitnami_alias(Key key, std::string_view tag) {
  switch (key) {
    case Key::kAdvertised:
    case Key::kListeners:
    case Key::kProtocolMap:
    case Key::kInterBrokerName:
    case Key::kBrokerId:
      return true;
    case Key::kProcessRoles:
    case Key::kNodeId: {  // in the list of aliases since 3.5
      const auto version = kafka_version(ImageFamily::kBitnami, tag);
      return !version || *version >= KafkaVersion{3, 5};
    }
    default:
      return false;
  }
}

void bitnami_variables(const VariableReader& reader, const Object& object, std::string_view tag, Settings& settings) {
  for (size_t i = 0; i < kKeys; ++i) {
    const auto key = static_cast<Key>(i);
    Setting own = reader.read(kRows[i].cfg);
    if (bitnami_alias(key, tag)) {
      Setting alias = reader.read(kRows[i].plain);
      if (alias.set && alias.by != Setting::By::kUnreadable) {
        if (own.set && own.by != Setting::By::kUnreadable) alias.shadowed.push_back(place_of(object, own));
        own = std::move(alias);
      }
    }
    settings.of[i] = std::move(own);
  }
  for (const Key key : {Key::kAdvertised, Key::kListeners}) {
    Setting& setting = settings[key];
    if (setting.set || setting.by != Setting::By::kNothing) continue;
    setting.by = Setting::By::kUnreadable;
    setting.set = true;
    setting.exact = false;
    setting.value =
        unknown_atom(setting.variable_name() + " is not set, and the image's own default depends on its version");
    setting.place = "default of the image";
  }
}

std::string_view option_value(const std::vector<ArgvWord>& argv, size_t& at) {
  const std::string_view word = argv[at].text;
  if (word == "--override") return at + 1 < argv.size() ? std::string_view(argv[++at].text) : std::string_view{};
  if (word.starts_with("--override=")) return word.substr(11);
  return {};
}

// kafka-server-start.sh [-daemon] FILE [--override K=V]…
void file_and_overrides(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                        Settings& settings) {
  size_t at = 1;
  while (at < start.argv.size() && start.argv[at].text.starts_with("-")) ++at;
  const std::string file = at < start.argv.size() ? start.argv[at].text : std::string();
  const auto written = start.script ? start.shell.files.find(file) : start.shell.files.end();
  const bool document = start.script && written != start.shell.files.end();
  std::string missing;
  if (document) {
    read_properties_text(start, written->first, written->second, settings);
    if (has_unknown(written->second.text) && written->second.text.find('\n') == std::string::npos)
      missing = "the file " + display(file) + " cannot be read: " + unknown_reason(written->second.text);
  } else {
    missing =
        (file.empty() ? "the properties file" : describe_file(display(file), pod_spec, container)) + " is not read";
  }
  for (++at; at < start.argv.size(); ++at) {
    const size_t word = at;
    const std::string_view pair = option_value(start.argv, at);
    const size_t equals = pair.find('=');
    if (equals == pair.npos) continue;
    for (size_t i = 0; i < kKeys; ++i) {
      if (pair.substr(0, equals) != kRows[i].property) continue;
      Setting& setting = settings.of[i];
      if (setting.set) setting.shadowed.push_back(place_of(object, setting));
      const ArgvWord& from = start.argv[at];
      setting.by = Setting::By::kOverride;
      setting.set = true;
      setting.value = pair.substr(equals + 1);
      setting.node = from.node;
      setting.begin = from.begin;
      setting.end = from.end;
      setting.exact = false;
      setting.place = "--override in " + start.argv[word].place;
    }
  }
  if (!missing.empty()) {
    for (auto& setting : settings.of) {
      if (setting.set) continue;
      setting.by = Setting::By::kUnreadable;
      setting.set = true;
      setting.exact = false;
      setting.value = unknown_atom(missing);
      if (!start.argv.empty()) {
        const ArgvWord& from = start.argv[std::min(size_t{1}, start.argv.size() - 1)];
        setting.node = from.node;
        setting.place = "start in " + from.place;
      }
    }
  }
  if (!document || !missing.empty()) settings.unreadable = missing;
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
                     ImageFamily family, std::string_view tag) {
  Settings settings;
  const VariableReader reader(object, start, start.entry == Entry::kConfluentRun);
  const auto unknown = [&](std::string why) { unknown_everywhere(reader, why, settings); };
  Entry entry = start.entry;
  if (entry == Entry::kNone) {
    // A script of one's own before a known image's start: it most likely ends
    // there, but what it does to the variables cannot be seen.
    if (!start.script && !start.argv.empty() && !start.env.entries.empty()) settings.doubt = start.why;
    if (settings.doubt.empty()) {
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
  const std::string replaced = replaced_start_scripts(entry, container);
  if (!replaced.empty()) {
    unknown(replaced);
    return settings;
  }
  switch (entry) {
    case Entry::kConfluentRun:
    case Entry::kApacheRun:
      settings.mechanics = entry == Entry::kConfluentRun ? Mechanics::kConfluent : Mechanics::kApache;
      plain_variables(reader, object, start, settings);
      if (entry == Entry::kApacheRun) {
        const std::string file = mounted_at("/mnt/shared/config", pod_spec, container);
        const bool defaults = file.empty() && start.env.sources.empty() && !reader.any_property_variable();
        if (!file.empty() || defaults) {
          for (auto& setting : settings.of) {
            if (setting.set || setting.by != Setting::By::kNothing) continue;
            setting.by = Setting::By::kUnreadable;
            setting.set = true;
            setting.exact = false;
            setting.place = file.empty() ? "default of the image" : file;
            setting.value =
                unknown_atom(file.empty() ? "no KAFKA_ variable is set, so the image uses its own default file"
                                          : "it may be set in " + file + ", which is not read");
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
          setting.by = Setting::By::kUnreadable;
          setting.set = true;
          setting.exact = false;
          setting.value = unknown_atom(dead);
          setting.place = "mounted file";
        }
        note_dead_variables(object, start, settings);
        break;
      }
      bitnami_variables(reader, object, tag, settings);
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
      setting.by = Setting::By::kUnreadable;
      setting.set = true;
      setting.exact = false;
      setting.value = unknown_atom(settings.doubt);
    }
  }
  return settings;
}

Properties to_properties(const Object& object, const Settings& settings) {
  Properties out;
  for (size_t i = 0; i < kKeys; ++i) {
    const Setting& setting = settings.of[i];
    if (!setting.set && setting.shadowed.empty() && setting.by == Setting::By::kNothing) continue;
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
