#include "cli/verbs/policy_source.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "brokergate/rule.h"
#include "cli/output/problem.h"
#include "cli/verbs/read_file.h"

namespace brokergate::cli {
namespace {

namespace fs = std::filesystem;
constexpr size_t kLargestPolicy = size_t{1} << 20;

// The nearest .brokergate.yaml in the input's directory or above; empty when none.
std::string found_upwards(const std::string& input) {
  std::error_code failure;
  fs::path folder = fs::absolute(input == "-" ? "." : input, failure).lexically_normal();
  if (failure) return {};
  if (!fs::is_directory(folder, failure)) folder = folder.parent_path();
  while (true) {
    const fs::path candidate = folder / ".brokergate.yaml";
    if (fs::is_regular_file(candidate, failure)) return candidate.string();
    if (!folder.has_relative_path()) return {};
    folder = folder.parent_path();
  }
}

std::string error_line(const std::string& message, const Paint& paint) {
  return "brokergate: " + paint.bad("error:") + " " + message + "\n";
}

// The error when two inputs have different ones.
tl::expected<std::string, std::string> discover(const std::vector<std::string>& inputs) {
  std::string file;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string here = found_upwards(inputs[i]);
    if (i == 0) {
      file = std::move(here);
    } else if (here != file) {
      return tl::unexpected("the inputs have different policies: " + (file.empty() ? inputs[0] + " has none" : file) +
                            ", " + (here.empty() ? inputs[i] + " has none" : here) + "; choose one with --policy");
    }
  }
  return file;
}

tl::expected<Policy, std::string> read_policy_file(const std::string& file, int in, const Paint& paint) {
  Locator locator;
  auto text = file == "-" ? read_descriptor(in, kLargestPolicy) : read_file(file, kLargestPolicy);
  if (!text) {
    return tl::unexpected(problem_text({file, nullptr, {}, "cannot read the policy: " + text.error()}, locator, paint));
  }
  const auto source = std::make_shared<const Source>(file, std::move(*text));
  auto policy = read_policy(*source, rule_ids());
  if (policy) return std::move(*policy);
  std::string wrong;
  for (const PolicyError& error : policy.error()) {
    wrong += problem_text({file, source, error.position, error.message}, locator, paint);
  }
  return tl::unexpected(std::move(wrong));
}

}  // namespace

std::string policy_told(const Policy& policy) {
  std::string out = policy.source.empty() ? "no policy file" : "policy " + policy.source;
  out += policy.provider_named ? ": provider " + policy.provider->id
                               : ": provider by annotations, else " + policy.provider->id;
  out += policy.domain.empty() ? ", no domain" : ", domain " + policy.domain;
  if (policy.mode != Mode::kEnforce) out += policy.mode == Mode::kWarn ? ", mode warn" : ", mode observe";
  return out;
}

tl::expected<std::string, std::string> policy_file(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                                   const Paint& paint) {
  if (!options.file.empty()) return options.file;
  const char* named = std::getenv("BROKERGATE_POLICY");
  if (named && *named) return std::string(named);
  auto found = discover(inputs);
  if (!found) return tl::unexpected(error_line(found.error(), paint));
  return found;
}

tl::expected<Policy, std::string> choose_policy(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                                int in, const Paint& paint) {
  const auto file = policy_file(options, inputs, paint);
  if (!file) return tl::unexpected(file.error());
  auto policy = file->empty() ? Policy::defaults() : read_policy_file(*file, in, paint);
  if (!policy) return policy;
  policy->source = *file;
  if (!options.domain.empty()) {
    if (const std::string wrong = check_domain(options.domain); !wrong.empty()) {
      return tl::unexpected(error_line("--domain " + options.domain + ": " + wrong, paint));
    }
    policy->domain = options.domain;
  }
  return policy;
}

std::optional<Policy> load_policy(const PolicyOptions& options, const std::vector<std::string>& inputs,
                                  Console& console) {
  auto policy = choose_policy(options, inputs, console.in(), console.err_paint());
  if (policy) return std::move(*policy);
  console.err(policy.error());
  return std::nullopt;
}

}  // namespace brokergate::cli
