#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/output/findings.h"
#include "cli/verbs/policy_source.h"
#include "cli/verbs/run_engine.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

bool write_file(const std::string& file, const std::string& text, Console& console) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool written = fd >= 0 && write_all(fd, text);
  if (fd >= 0 && ::close(fd) != 0) written = false;
  if (!written) console.error("cannot write " + file + ": " + std::strerror(errno));
  return written;
}

// Text goes to stdout as well when every -o names a file.
std::vector<OutputTarget> targets(const LintOptions& options) {
  std::vector<OutputTarget> out = options.outputs;
  for (const OutputTarget& target : out) {
    if (target.file.empty()) return out;
  }
  out.push_back({"text", ""});
  return out;
}

int exit_code(const LintOptions& options, const EngineRun& run) {
  if (run.summary.deny > 0) return kDenied;
  if (!run.inputs.problems.empty()) return kCouldNotRun;
  if (options.fail_on_warn && run.summary.warn > 0) return kNotAccepted;
  if (options.fail_on_unknown && run.summary.unknown > 0) return kNotAccepted;
  return kClean;
}

}  // namespace

int lint(const LintOptions& options, Console& console) {
  auto* const run = run_engine(options.input, options.policy, {}, console);
  if (!run) return kCouldNotRun;
  const FindingsReport report{run->evaluation.verdict, run->summary, run->inputs.problems,
                              options.policy.file.empty() ? policy_told(run->policy) : "", left_out_text(*run)};
  Locator locator;
  bool written = true;
  for (const OutputTarget& target : targets(options)) {
    const Paint paint = target.file.empty() ? console.out_paint() : Paint(false);
    const std::string text =
        target.format == "json" ? findings_json(report, locator) : findings_text(report, locator, paint);
    written = (target.file.empty() ? console.out(text) : write_file(target.file, text, console)) && written;
  }
  return written ? exit_code(options, *run) : kCouldNotRun;
}

}  // namespace brokergate::cli
