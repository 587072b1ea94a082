// What lint, mutate and inspect have in common: policy, inputs, one evaluation of all of them.
#pragma once

#include <memory>
#include <string>

#include "brokergate/engine.h"
#include "cli/verbs/input.h"
#include "cli/verbs/policy_source.h"

namespace brokergate::cli {

// Findings and model point into `inputs` and `policy`, so it neither moves nor copies.
struct EngineRun {
  Policy policy;
  Inputs inputs;
  Evaluation evaluation;
  Summary summary;  // the verdict's, with all objects that were read

  EngineRun() = default;
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;
};

// Null when the policy cannot be used or there is no input: told on stderr.
// Problems of single inputs are told as well, and stay in `inputs.problems`.
// The console keeps the run.
EngineRun* run_engine(InputOptions input, const PolicyOptions& policy, const LoadOptions& how, Console& console);

// "the policy's match leaves out 3 objects"; empty when something was judged, or nothing is left out.
std::string left_out_text(const EngineRun& run);

// No path means stdin, unless that is a terminal: then nothing is read and false is returned.
bool default_to_stdin(InputOptions& input, Console& console);
// Tells problems and strangers on stderr.
void tell_problems(const Inputs& inputs, Console& console);

}  // namespace brokergate::cli
