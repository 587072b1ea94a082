// Options that several verbs have.
#include <CLI/CLI.hpp>

#include <algorithm>

#include "cli/verbs/command_line.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

const std::vector<std::string> kFormats = {"text", "json", "policyreport", "openreports"};

OutputTarget parse_target(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos) return {text, ""};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::string check_target(const std::string& text) {
  const OutputTarget target = parse_target(text);
  if (std::find(kFormats.begin(), kFormats.end(), target.format) == kFormats.end()) {
    return "unknown format " + target.format + " (text, json, policyreport and openreports are known)";
  }
  return text.ends_with('=') ? "no file after " + text : "";
}

}  // namespace

void add_targets(CLI::App* verb, std::vector<std::string>& targets) {
  verb->add_option("-o,--output", targets,
                   "text, json, policyreport or openreports; FORMAT=FILE writes a file; may be repeated")
      ->type_name("FORMAT[=FILE]")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_target, "", "output"));
}

bool take_targets(const std::vector<std::string>& targets, std::vector<OutputTarget>& out, Console& console) {
  size_t to_stdout = 0;
  for (const std::string& text : targets) {
    out.push_back(parse_target(text));
    to_stdout += out.back().file.empty() ? 1 : 0;
  }
  if (to_stdout > 1) console.error("two -o formats for stdout; send one to a file with -o FORMAT=FILE");
  return to_stdout <= 1;
}

void add_policy(CLI::App* verb, PolicyOptions& options) {
  verb->add_option("--policy", options.file,
                   "policy file (else $BROKERGATE_POLICY, else .brokergate.yaml upwards from the input)")
      ->type_name("FILE");
  verb->add_option("--domain", options.domain, "subdomain of the brokers' external names; overrides the policy's")
      ->type_name("DOMAIN");
}

void add_view(CLI::App* verb, InputOptions& options) {
  CLI::Option* view =
      verb->add_option("--view", options.view, "judge beside what a cluster held: a file of audit --record")
          ->type_name("FILE");
  verb->add_option("--namespace", options.ns, "with --view: of objects that name none (default: default)")
      ->type_name("NAME")
      ->needs(view);
}

}  // namespace brokergate::cli
