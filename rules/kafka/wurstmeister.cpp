#include "rules/kafka/wurstmeister.h"

#include "rules/kafka/images.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

// What `eval` of the variable's text prints in a bash with the container's variables.
std::string output_of(const VariableReader& reader, const ProcessStart& start, std::string_view variable) {
  const Setting command = reader.read(variable);
  if (!command.set || command.value.empty()) return {};
  if (has_opaque(command.value)) return unknown_atom(std::string(variable) + " is not known");
  constexpr std::string_view kResult = "BROKERGATE_RESULT";
  const std::string text = std::string(kResult) + "=$(\n" + command.value + "\n)\n";
  const shell::Script script(text, shell::Dialect::kBash);
  shell::Environment environment = start.variables;
  reader.each_given([&](std::string_view name) {
    const Setting one = reader.read(name);
    if (one.set) environment.insert_or_assign(std::string(name), one.value);
  });
  const shell::Result result = script.run(environment, {}, [](const auto&) { return false; });
  const auto found = result.variables.find(kResult);
  if (!script.error().empty() || found == result.variables.end())
    return unknown_atom("what " + std::string(variable) + " prints");
  return found->second.value;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void replace_commands(const VariableReader& reader, const ProcessStart& start, Settings& settings) {
  for (const auto& [variable, mark] :
       {std::pair{"HOSTNAME_COMMAND", "_{HOSTNAME_COMMAND}"}, std::pair{"PORT_COMMAND", "_{PORT_COMMAND}"}}) {
    bool used = false;
    for (const Setting& setting : settings.of) used = used || setting.value.find(mark) != std::string::npos;
    if (!used) continue;
    const std::string output = output_of(reader, start, variable);
    // Without the command the mark stays, and Kafka refuses it.
    if (output.empty()) continue;
    for (Setting& setting : settings.of) replace_all(setting.value, mark, output);
  }
}

// A command gives the property; what the variable says is lost.
void from_command(const VariableReader& reader, const Object& object, const ProcessStart& start,
                  std::string_view variable, bool beats, Setting& setting) {
  if (variable.empty() || (!beats && setting.set && !setting.value.empty())) return;
  const std::string output = output_of(reader, start, variable);
  if (output.empty()) return;
  Setting command = reader.read(variable);
  if (setting.set) command.shadowed.push_back(place_of(object, setting));
  command.variable = setting.variable;
  command.by = Setting::By::kCommand;
  command.value = output;
  command.exact = false;
  setting = std::move(command);
}

}  // namespace

bool is_old_wurstmeister(std::string_view tag) { return tag.starts_with("0.") || tag.starts_with("1.0.0"); }

void wurstmeister_settings(const VariableReader& reader, const Object& object, const ProcessStart& start,
                           std::string_view tag, Settings& settings) {
  const StartScript& script = start_script(settings.mechanics);
  for (size_t i = 0; i < kKeys; ++i) settings.of[i] = reader.read(variable_of(script, static_cast<Key>(i)));
  take_other_case(reader, object, false, settings);
  from_command(reader, object, start, script.list_command, true, settings[Key::kListeners]);
  from_command(reader, object, start, "BROKER_ID_COMMAND", false, settings[Key::kBrokerId]);
  replace_commands(reader, start, settings);
  if (Setting& id = settings[Key::kBrokerId]; !id.set && id.by == Setting::By::kNothing) {
    id.by = Setting::By::kDerived;
    id.set = true;
    id.value = "-1";
    id.exact = false;
    id.place = "start-kafka.sh, which lets Kafka choose";
  }
  if (reader.read("CUSTOM_INIT_SCRIPT").set)
    settings.doubt = "CUSTOM_INIT_SCRIPT runs after server.properties is written and may change it";
  // advertised.host.name and its kin, which Kafka 3.0 removed, stand in for the list.
  for (const std::string_view old : {"KAFKA_ADVERTISED_HOST_NAME", "KAFKA_ADVERTISED_PORT", "KAFKA_HOST_NAME"}) {
    Setting& unset = settings[Key::kAdvertised];
    const Setting given = reader.read(old);
    if (unset.set || !given.set) continue;
    unset.set_unreadable(
        unknown_atom(std::string(old) + " gives the address in Kafka before 3.0, and is not read here"));
    unset.node = given.node;
    unset.place = given.place;
  }
  if (!is_old_wurstmeister(tag) || settings[Key::kProtocolMap].set) return;
  Setting& advertised = settings[Key::kAdvertised];
  if (advertised.set) advertised.shadowed.push_back(place_of(object, advertised));
  advertised.set_unreadable(unknown_atom(
      "start-kafka.sh of images up to 1.0.0 writes advertised.listeners itself unless a protocol map is set"));
  advertised.place = "start script of the image";
}

}  // namespace brokergate
