// Environment variables of a started process, wherever they were set.
#pragma once

#include <string>
#include <string_view>

#include "rules/kafka/settings.h"

namespace brokergate {

Place env_place(const Object& object, const EnvEntry& entry);
Place place_of(const Object& object, const Setting& setting);

class VariableReader {
 public:
  // `run_arguments`: NAME=VALUE arguments of the start script count as well.
  VariableReader(const Object& object, const ProcessStart& start, bool run_arguments)
      : object_(object), start_(start), run_arguments_(run_arguments) {}

  Setting read(std::string_view name) const;
  // Calls `see` with the name of every variable that the manifest gives; some twice.
  template <class See>
  void each_given(See see) const {
    for (const auto& entry : start_.env.entries) see(entry.name);
    if (start_.script_read) {
      for (const auto& [name, variable] : start_.shell.variables)
        if (variable.exported) see(std::string_view(name));
    }
    for (const auto* words : {&start_.before, &start_.prefix})
      for (const auto& word : words->assigned) see(std::string_view(word.text).substr(0, word.text.find('=')));
  }
  // May any variable with such a name be given, by whatever place?
  bool gives_any(std::string_view prefix) const;
  // Is there any variable that the Apache image makes a property of?
  bool any_property_variable() const;

 private:
  void from_env(std::string_view name, Setting& setting) const;
  void from_shell(std::string_view name, Setting& setting) const;
  void from_env_words(const EnvWords& words, std::string_view name, Setting& setting) const;
  void from_word(const ArgvWord& word, std::string_view name, Setting& setting) const;
  void describe_word(const shell::Variable& variable, std::string_view what, Setting& setting) const;
  std::string unread() const;

  const Object& object_;
  const ProcessStart& start_;
  bool run_arguments_;
};

// The images' scripts change names to lower case: KAFKA_advertised_listeners sets
// the same property. Beside the usual name nobody knows which one counts.
void take_other_case(const VariableReader& reader, const Object& object, bool cfg, Settings& settings);

}  // namespace brokergate
