// The findings of one run in the formats that were asked for, and the exit code.
#pragma once

#include "cli/verbs/run_engine.h"

namespace brokergate::cli {

// As lint does it; kCouldNotRun when something cannot be written.
int report_run(const LintOptions& options, const EngineRun& run, Console& console);

}  // namespace brokergate::cli
