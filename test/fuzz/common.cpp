#include "fuzz/common.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "brokergate/edit.h"
#include "brokergate/rule.h"
#include "cli/output/findings.h"
#include "cli/output/inspect.h"

namespace brokergate::fuzz {
namespace {

// libFuzzer may be told to close what the product writes to stderr.
const int g_told = ::dup(STDERR_FILENO);

Policy read(const std::string& spec) {
  const Source source("fuzz.yaml", "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec: " + spec);
  auto policy = read_policy(source, rule_ids());
  must(policy.has_value(), "the fuzzer's own policy is one", policy ? "" : policy.error().front().message);
  return *policy;
}

// Nothing that is shown may be broken by what was read.
void render(const Bundle& bundle, const Evaluation& evaluation, const Policy& policy) {
  cli::Locator locator;
  const std::vector<cli::Problem> problems;
  const cli::FindingsReport report{evaluation.verdict, evaluation.verdict.summary, problems, "", "", {}};
  must(nlohmann::json::accept(cli::findings_json(report, locator)), "lint -o json prints JSON");
  must(!cli::findings_text(report, locator, cli::Paint(false)).empty(), "lint prints something");
  // Slow, and all the same for most inputs.
  if (bundle.objects.empty() || bundle.objects[0].source()->text().size() % 8 != 0) return;
  const cli::InspectView view = cli::inspect_view(evaluation, policy);
  must(nlohmann::json::accept(cli::inspect_json(view, locator)), "inspect -o json prints JSON");
  must(!cli::inspect_text(view, locator, cli::Paint(false)).empty(), "inspect prints something");
  const auto again = std::make_shared<const Source>("inspect", cli::inspect_yaml(view, locator));
  must(brokergate::read(again).errors.empty(), "inspect -o yaml prints YAML", again->text());
  for (const Object& object : bundle.objects) {
    must(nlohmann::json::accept(to_json_patch(object.root, edits_for(evaluation.verdict, object))), "a patch is JSON");
  }
}

}  // namespace

void must(bool holds, std::string_view promise, std::string_view detail) {
  if (holds) return;
  ::dprintf(g_told, "broken promise: %.*s\n%.*s\n", static_cast<int>(promise.size()), promise.data(),
            static_cast<int>(detail.size()), detail.data());
  std::abort();
}

const Policy& policy(size_t which) {
  static const std::array<Policy, kPolicies> policies{
      read("{domain: kafka.example.com, internal: {provider: gke}}"),
      read("{domain: kafka.example.com, exposure: NodePort, listener: {port: \"31090+{ordinal}\", protocol: SSL}}"),
      read("{domain: kafka.example.com, inject: pod, kubernetesVersion: \"1.31\", listener: {port: 9094}}"),
      Policy::defaults()};
  return policies[which % kPolicies];
}

Bundle bundle_of(const SourcePtr& source) {
  Bundle bundle;
  brokergate::read(source, {}, [&](Document&& document) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document))))
      if (concerns_engine(object.kind)) bundle.objects.push_back(std::move(object));
  });
  return bundle;
}

std::optional<std::string> mutated(const std::string& text, const Policy& policy) {
  const auto source = std::make_shared<const Source>("fuzz.yaml", text);
  const Bundle bundle = bundle_of(source);
  const Evaluation evaluation = evaluate(bundle, policy, nullptr, kToday);
  render(bundle, evaluation, policy);
  std::vector<ObjectEdits> changes;
  for (const Object& object : bundle.objects) {
    std::vector<Edit> edits = edits_for(evaluation.verdict, object);
    if (!edits.empty()) changes.push_back({object.document.get(), object.root, std::move(edits)});
  }
  const TextResult result = to_text_edits(source, changes);
  if (!result.error.empty()) return std::nullopt;
  return apply_text(text, result.edits);
}

void must_settle(const std::string& text, const Policy& policy) {
  const std::optional<std::string> once = mutated(text, policy);
  if (!once || *once == text) return;
  const std::optional<std::string> twice = mutated(*once, policy);
  must(twice == once, "mutate twice is mutate once",
       twice ? unified_diff("again", *once, *twice) : "the second change cannot be written");
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

}  // namespace brokergate::fuzz
