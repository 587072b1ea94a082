#include "rules/kafka/variables.h"

#include <algorithm>
#include <array>

#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

// Setting by argument word NAME=VALUE; the last one counts.
void take_argument(const ArgvWord& word, std::string_view name, Setting& setting) {
  if (word.text.size() <= name.size() || word.text[name.size()] != '=' || !word.text.starts_with(name)) return;
  setting.by = Setting::By::kArgument;
  setting.set = true;
  setting.value = word.text.substr(name.size() + 1);
  setting.node = word.node;
  setting.object = word.object;
  const std::string_view raw = word.node.scalar();
  setting.exact = word.plain && raw.size() > name.size() && raw.starts_with(name) && raw[name.size()] == '=';
  setting.begin = setting.exact ? static_cast<uint32_t>(name.size() + 1) : word.begin;
  setting.end = setting.exact ? static_cast<uint32_t>(raw.size()) : word.end;
  setting.place = "argument " + std::string(name) + " in " + word.place;
}

}  // namespace

Place env_place(const Object& object, const EnvEntry& entry) {
  const std::string name(entry.name);
  if (!entry.config_map) return {&object, entry.value_node ? entry.value_node : entry.entry, 0, 0, "env " + name};
  return {entry.config_map, entry.value_node, 0, 0, name + " of ConfigMap " + std::string(entry.config_map->name)};
}

Place place_of(const Object& object, const Setting& setting) {
  return {setting.object ? setting.object : &object, setting.node, setting.begin, setting.end, setting.place};
}

Setting VariableReader::read(std::string_view name) const {
  Setting setting;
  setting.variable = name;
  from_env(name, setting);
  if (start_.script_read && start_.parsed) {
    if (!start_.before.empty()) from_env_words(start_.before, name, setting);
    from_shell(name, setting);
  }
  if (!setting.set && start_.script_read && !start_.shell.unread.empty()) {
    setting.set_unreadable(unread());
    setting.node = start_.script;
    setting.object = start_.script_object;
    setting.place = "script in " + start_.script_place;
  }
  if (!start_.prefix.empty()) from_env_words(start_.prefix, name, setting);
  if (run_arguments_)
    for (size_t i = 1; i < start_.argv.size(); ++i) from_word(start_.argv[i], name, setting);
  return setting;
}

bool VariableReader::gives_any(std::string_view prefix) const {
  if (!start_.env.sources.empty() || !start_.shell.unread.empty() || (run_arguments_ && start_.argv.size() > 1))
    return true;
  if (start_.parsed && !start_.parsed->names_all) return true;
  bool any = start_.parsed && start_.parsed->text.find(prefix) != std::string::npos;
  if (!any) each_given([&](std::string_view name) { any = any || name.starts_with(prefix); });
  return any;
}

bool VariableReader::any_property_variable() const {
  const auto counts = [](std::string_view name) {
    constexpr std::array<std::string_view, 11> kNoProperty = {
        "KAFKA_VERSION",       "KAFKA_HEAP_OPTS",           "KAFKA_LOG4J_OPTS",           "KAFKA_OPTS",
        "KAFKA_JMX_OPTS",      "KAFKA_JMX_HOSTNAME",        "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS",
        "KAFKA_LOG4J_LOGGERS", "KAFKA_LOG4J_ROOT_LOGLEVEL", "KAFKA_TOOLS_LOG4J_LOGLEVEL"};
    return name.starts_with("KAFKA_") && std::find(kNoProperty.begin(), kNoProperty.end(), name) == kNoProperty.end();
  };
  for (const auto& entry : start_.env.entries)
    if (counts(entry.name)) return true;
  if (start_.script_read)
    for (const auto& [name, variable] : start_.shell.variables)
      if (variable.exported && counts(name)) return true;
  return false;
}

void VariableReader::from_env(std::string_view name, Setting& setting) const {
  for (const auto& entry : start_.env.entries) {
    if (entry.name != name) continue;
    if (setting.set) setting.shadowed.push_back(place_of(object_, setting));
    const Place place = env_place(object_, entry);
    setting.by = entry.config_map ? Setting::By::kConfigMap : Setting::By::kEnv;
    setting.set = true;
    setting.value = entry.value;
    setting.object = entry.config_map;
    setting.node = place.node;
    setting.place = place.what;
    setting.exact = static_cast<bool>(entry.value_node);
  }
  if (setting.set) return;
  if (const EnvSource* source = start_.env.possible_source(name)) {
    setting.set_unreadable(unknown_atom(std::string(name) + " may come from " + source->what));
    setting.node = source->node;
    setting.place = source->what;
  }
}

void VariableReader::from_shell(std::string_view name, Setting& setting) const {
  const auto& shell = start_.shell;
  const auto found = shell.variables.find(name);
  // Not given to the script, and so passed on as it was.
  if (found == shell.variables.end() && start_.parsed->names_all && !start_.parsed->names(name)) return;
  const bool visible = found != shell.variables.end() && found->second.exported;
  if (visible && found->second.word.end == 0 && found->second.exact) {
    if (!shell.unread.empty()) setting.value = unread();  // it may be set anew
    return;                                               // inherited as it was
  }
  if (!visible && !setting.set) {
    if (found == shell.variables.end()) return;
    // Assigned but not exported: no program sees it, but an env entry of the
    // same name would be changed by that assignment.
    setting.by = Setting::By::kShell;
    describe_word(found->second, "assignment without export in ", setting);
    return;
  }
  if (setting.set) setting.shadowed.push_back(place_of(object_, setting));
  if (!visible) {
    setting.set = false;
    setting.by = Setting::By::kShell;
    setting.node = start_.script;
    setting.object = start_.script_object;
    setting.place = "unset in " + start_.script_place;
    setting.begin = setting.end = 0;
    setting.exact = false;
    setting.value.clear();
    return;
  }
  const auto& variable = found->second;
  setting.by = Setting::By::kShell;
  setting.set = true;
  setting.value = shell.unread.empty() ? variable.value : unread();
  describe_word(variable, "export in ", setting);
  for (const auto& assignment : shell.assignments) {
    if (assignment.name != name || assignment.word.begin == variable.word.begin) continue;
    Place place{start_.script_object ? start_.script_object : &object_, start_.script, 0, 0,
                "earlier assignment in " + start_.script_place};
    if (start_.expanded.source_offset(assignment.word.begin, false, &place.begin) &&
        start_.expanded.source_offset(assignment.word.end, true, &place.end))
      setting.shadowed.push_back(std::move(place));
  }
}

void VariableReader::describe_word(const shell::Variable& variable, std::string_view what, Setting& setting) const {
  setting.node = start_.script;
  setting.object = start_.script_object;
  setting.in_shell = true;
  setting.place = std::string(what) + start_.script_place;
  setting.exact = variable.exact && variable.word.end > variable.word.begin &&
                  start_.expanded.source_offset(variable.word.begin, false, &setting.begin) &&
                  start_.expanded.source_offset(variable.word.end, true, &setting.end) &&
                  start_.expanded.source_offset(variable.statement.begin, false, &setting.statement);
  if (!setting.exact) setting.begin = setting.end = 0;
}

void VariableReader::from_word(const ArgvWord& word, std::string_view name, Setting& setting) const {
  Setting argument;
  take_argument(word, name, argument);
  if (!argument.set) return;
  if (setting.set) setting.shadowed.push_back(place_of(object_, setting));
  argument.variable = setting.variable;
  argument.shadowed = std::move(setting.shadowed);
  setting = std::move(argument);
}

// env(1): what it takes away, then what it sets.
void VariableReader::from_env_words(const EnvWords& words, std::string_view name, Setting& setting) const {
  if (words.takes_away(name) && (setting.set || setting.by != Setting::By::kNothing)) {
    Setting gone;
    gone.variable = setting.variable;
    gone.shadowed = std::move(setting.shadowed);
    if (setting.set) gone.shadowed.push_back(place_of(object_, setting));
    gone.by = Setting::By::kShell;
    gone.node = words.node;
    gone.place = "env in " + words.place;
    gone.exact = false;
    setting = std::move(gone);
  }
  for (const auto& word : words.assigned) from_word(word, name, setting);
}

std::string VariableReader::unread() const { return unknown_atom(start_.shell.unread); }

void take_other_case(const VariableReader& reader, const Object& object, bool cfg, Settings& settings) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto same = [&](char a, char b) { return a == b || (lower(a) && a - 'a' + 'A' == b); };
  reader.each_given([&](std::string_view name) {
    if (!name.starts_with("KAFKA_") || std::none_of(name.begin(), name.end(), lower)) return;
    for (size_t i = 0; i < kKeys; ++i) {
      const auto key = static_cast<Key>(i);
      const std::string_view usual = cfg ? cfg_variable(key) : plain_variable(key);
      if (!std::equal(name.begin(), name.end(), usual.begin(), usual.end(), same)) continue;
      Setting other = reader.read(name);
      Setting& setting = settings.of[i];
      other.variable = setting.variable;
      if (!other.set || (other.node == setting.node && other.begin == setting.begin)) continue;
      if (setting.set) {
        other.value = unknown_atom(std::string(name) + " and another variable set the same property");
        other.exact = false;
        other.shadowed.push_back(place_of(object, setting));
      }
      setting = std::move(other);
    }
  });
}

}  // namespace brokergate
