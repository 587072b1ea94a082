// How listeners reach the process, one file per form. A form says whether a set
// has it and how to change it, or why it cannot be changed. Forms have no state:
// one constant object each, listed in form.cpp in the order in which they are asked.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/facts.h"

namespace brokergate {

class Form {
 public:
  Form() = default;
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  virtual ~Form() = default;

  virtual std::string_view id() const = 0;
  // `reason`: what a person should know about it; required of unknown-form.
  virtual bool matches(const BrokerFacts& facts, std::string& reason) const = 0;
  // Edits that are still to be proved, or a refusal (see plan_external_listener).
  virtual Plan plan(const BrokerSet& set, const WantedListener& wanted) const = 0;
};

// The last one (unknown-form) matches everything.
std::span<const Form* const> all_forms();

// One per file.
const Form& operator_owned_form();
const Form& controller_only_form();
const Form& shell_export_form();
const Form& env_var_form();
const Form& env_literal_form();
const Form& config_map_form();
const Form& commands_form();
const Form& override_form();
const Form& bitnami_file_form();
const Form& properties_file_form();
const Form& unknown_form();

// Of an unknown-form: what would have to be true for it to be read, or a change that
// takes effect whatever is not known. `wanted`: null when nothing is.
std::string unknown_remedy(const BrokerSet& set, const WantedListener* wanted);

}  // namespace brokergate
