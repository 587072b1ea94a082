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
  // Is there any variable that the Apache image makes a property of?
  bool any_property_variable() const;

 private:
  void from_env(std::string_view name, Setting& setting) const;
  void from_shell(std::string_view name, Setting& setting) const;
  void from_word(const ArgvWord& word, std::string_view name, Setting& setting) const;
  void describe_word(const shell::Variable& variable, std::string_view what, Setting& setting) const;
  std::string sourced() const;

  const Object& object_;
  const ProcessStart& start_;
  bool run_arguments_;
};

}  // namespace brokergate
