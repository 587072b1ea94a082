#include "rules/kafka/forms/form.h"

#include <array>

namespace brokergate {

std::span<const Form* const> all_forms() {
  static const auto kForms = std::to_array<const Form*>({
      &operator_owned_form(),
      &controller_only_form(),
      &shell_export_form(),
      &commands_form(),
      &config_map_form(),
      &override_form(),
      &bitnami_file_form(),
      &properties_file_form(),
      &env_var_form(),
      &env_literal_form(),
      &unknown_form(),
  });
  return kForms;
}

}  // namespace brokergate
