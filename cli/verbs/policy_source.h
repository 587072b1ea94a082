// Which policy applies, and reading it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/policy.h"
#include "cli/output/paint.h"
#include "cli/verbs/console.h"
#include "cli/verbs/options.h"

namespace brokergate::cli {

// In this order: --policy; the file named by BROKERGATE_POLICY; the nearest
// .brokergate.yaml upwards from the inputs (from the working directory for
// stdin); the ready-made policy. --domain then overrides the domain. nullopt
// when the policy cannot be used: all that is wrong with it has been told.
std::optional<Policy> load_policy(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                  Console& console);

// The file that load_policy() would read; empty: none. The error is ready to be shown.
tl::expected<std::string, std::string> policy_file(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                                   const Paint& paint);

// load_policy() without a console: the error is all that is wrong, ready to be shown.
tl::expected<Policy, std::string> choose_policy(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                                int in, const Paint& paint);

// In a few words: file, provider, domain, mode.
std::string policy_told(const Policy& policy);

}  // namespace brokergate::cli
