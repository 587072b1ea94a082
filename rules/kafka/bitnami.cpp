#include "rules/kafka/bitnami.h"

#include <algorithm>

#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/overrides.h"
#include "rules/kafka/properties_text.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

void variables(const VariableReader& reader, const Object& object, const StartScript& script, Settings& settings) {
  for (size_t i = 0; i < kKeys; ++i) {
    const auto key = static_cast<Key>(i);
    Setting own = reader.read(variable_of(script, key));
    if (std::find(script.aliases.begin(), script.aliases.end(), key) != script.aliases.end()) {
      Setting alias = reader.read(plain_variable(key));
      if (alias.set && alias.by != Setting::By::kUnreadable) {
        if (own.set && own.by != Setting::By::kUnreadable) alias.shadowed.push_back(place_of(object, own));
        own = std::move(alias);
      }
    }
    settings.of[i] = std::move(own);
  }
}

// kafka-env.sh gives its own to what is unset or empty.
void default_of_image(const StartScript& script, std::string_view tag, Settings& settings) {
  for (const Key key : {Key::kAdvertised, Key::kListeners}) {
    Setting& setting = settings[key];
    const bool empty = setting.set && setting.value.empty() && setting.by != Setting::By::kUnreadable;
    if (!empty && (setting.set || setting.by != Setting::By::kNothing)) continue;
    if (bitnami_build(tag) == BitnamiBuild::kUnknown) {
      if (empty) continue;
      setting.set_unreadable(
          unknown_atom(setting.variable_name() + " is not set, and the image's own default depends on its version"));
      setting.place = "default of the image";
      continue;
    }
    const std::string_view value = key == Key::kAdvertised ? script.default_advertised : script.default_listeners;
    if (value.empty()) continue;
    setting.by = Setting::By::kDefault;
    setting.set = true;
    setting.exact = false;
    setting.value = value;
    setting.place = "default of the image, " + setting.variable_name() + " is not set";
  }
}

// Nothing runs it: the _COMMAND that setup.sh knows are those of ids.
void command_variables(const ProcessStart& start, const Object& object, Settings& settings) {
  for (const Key key : {Key::kAdvertised, Key::kListeners}) {
    const EnvEntry* entry = start.env.find(settings[key].variable_name() + "_COMMAND");
    if (!entry) continue;
    Place place = env_place(object, *entry);
    place.what += " (the image runs no such command)";
    settings[key].shadowed.push_back(std::move(place));
  }
}

// Where the script writes into a file that a volume brings, what is not set stands there.
void over_written_file(const StartScript& script, Value container, Settings& settings) {
  if (script.written_file.empty() || !may_be_mounted(container, script.written_file)) return;
  for (auto& setting : settings.of) {
    if (setting.set) continue;
    setting.set_unreadable(unknown_atom("it may be set in " + std::string(script.written_file) +
                                        ", which a volume brings and the image writes into"));
    setting.place = "mounted file";
  }
}

// kafka-env.sh: NAME_FILE names a file, and what is in it beats NAME.
void from_files(const VariableReader& reader, const Object& object, Settings& settings) {
  constexpr std::string_view kSuffix = "_FILE";
  reader.each_given([&](std::string_view name) {
    if (!name.starts_with("KAFKA_") || !name.ends_with(kSuffix)) return;
    const std::string_view plain = name.substr(0, name.size() - kSuffix.size());
    for (size_t i = 0; i < kKeys; ++i) {
      const auto key = static_cast<Key>(i);
      if (plain != cfg_variable(key) && plain != plain_variable(key)) continue;
      Setting file = reader.read(name);
      if (!file.set || file.value.empty()) continue;
      Setting& setting = settings.of[i];
      if (setting.set) file.shadowed.push_back(place_of(object, setting));
      file.variable = setting.variable;
      file.shadowed.insert(file.shadowed.end(), setting.shadowed.begin(), setting.shadowed.end());
      file.set_unreadable(unknown_atom(std::string(name) + " makes the image take it from file " + display(file.value) +
                                       ", which is not read"));
      setting = std::move(file);
    }
  });
}

// run.sh hands KAFKA_EXTRA_FLAGS to kafka-server-start.sh.
void extra_flags(const VariableReader& reader, Settings& settings) {
  constexpr std::string_view kName = "KAFKA_EXTRA_FLAGS";
  bool given = false;
  reader.each_given([&](std::string_view name) { given = given || name == kName; });
  if (!given) return;
  const Setting flags = reader.read(kName);
  if (!flags.set) return;
  if (has_unknown(flags.value)) {
    settings.doubt =
        std::string(kName) + " may hold an --override, and cannot be known: " + unknown_reason(flags.value);
    return;
  }
  for (size_t i = 0; i < kKeys; ++i) {
    const std::string_view property = property_name(static_cast<Key>(i));
    if (flags.value.find("--o") == std::string::npos || flags.value.find(property) == std::string::npos) continue;
    settings.doubt = std::string(kName) + " overrides " + std::string(property) + ", which is not read there";
    return;
  }
}

// kafka-env.sh lets another folder be looked into for a server.properties.
void mounted_elsewhere(const VariableReader& reader, Value container, Settings& settings) {
  constexpr std::string_view kName = "KAFKA_MOUNTED_CONF_DIR";
  const Setting folder = reader.read(kName);
  if (!folder.set || (!has_unknown(folder.value) && !may_be_mounted(container, folder.value))) return;
  settings.doubt = std::string(kName) + " makes the image look for server.properties in " + display(folder.value) +
                   ", which a volume brings and is not read there";
}

// entrypoint.sh … run.sh ARGUMENTS: run.sh hands its arguments to kafka-server-start.sh.
void arguments_of_run(const Object& object, const ProcessStart& start, Settings& settings) {
  if (start.argv.size() < 2) return;
  std::vector<std::string> rest;
  rest.reserve(start.argv.size() - 1);
  for (size_t i = 1; i < start.argv.size(); ++i) rest.push_back(start.argv[i].text);
  const size_t run = 1 + wrapper_words(rest);
  if (run < start.argv.size() && base_name(start.argv[run].text) == "run.sh") {
    take_overrides(object, start, run + 1, settings);
  } else if (settings.doubt.empty()) {
    settings.doubt = display(start.argv[1].text) + " runs between the image's set-up and the broker and may change it";
  }
}

}  // namespace

void bitnami_settings(const VariableReader& reader, const Object& object, const ProcessStart& start, Value pod_spec,
                      Value container, std::string_view tag, Settings& settings) {
  const StartScript& script = start_script(Mechanics::kBitnami, tag);
  variables(reader, object, script, settings);
  from_files(reader, object, settings);
  take_other_case(reader, object, true, settings);
  default_of_image(script, tag, settings);
  command_variables(start, object, settings);
  over_written_file(script, container, settings);
  if (settings.doubt.empty()) extra_flags(reader, settings);
  arguments_of_run(object, start, settings);
  if (settings.doubt.empty()) mounted_elsewhere(reader, container, settings);
  if (settings.doubt.empty()) {
    const std::string scripts = mounted_at("/docker-entrypoint-initdb.d", pod_spec, container);
    if (!scripts.empty())
      settings.doubt = scripts + ": its scripts run after server.properties is written and may change it";
  }
}

bool bitnami_file(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                  std::string_view tag, Settings& settings) {
  const StartScript& script = start_script(Mechanics::kBitnami, tag);
  const std::string dead = dead_bitnami_environment(script, pod_spec, container);
  if (dead.empty()) return false;
  std::string unread = dead;
  bool empty_folder = false;
  for (const std::string_view path : script.beating_files) {
    if (const shell::File* file = start.files.find(path)) {
      settings.mechanics = Mechanics::kFile;
      unread = read_properties_text(start, path, *file, settings);
      if (!unread.empty()) unread = "the file " + std::string(path) + " cannot be read: " + unread;
      break;
    }
    const auto folder = start.files.system.folders.find(path.substr(0, path.rfind('/')));
    empty_folder = empty_folder || (folder != start.files.system.folders.end() && folder->second.complete);
  }
  // All that is mounted there is known, and it is no server.properties.
  if (settings.mechanics != Mechanics::kFile && empty_folder) return false;
  settings.mechanics = Mechanics::kFile;
  arguments_of_run(object, start, settings);
  if (unread.empty()) return true;
  settings.unreadable = unread;
  for (auto& setting : settings.of) {
    if (setting.set && setting.by == Setting::By::kOverride) continue;
    setting.set_unreadable(unknown_atom(unread));
    setting.place = "mounted file";
  }
  return true;
}

}  // namespace brokergate
