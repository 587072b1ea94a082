#include <algorithm>
#include <optional>

#include "rules/policy/spec_reader.h"

namespace brokergate {
namespace {

const std::vector<std::string_view>& effects() {
  static const std::vector<std::string_view> kEffects = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  return kEffects;
}

// "key=value:Effect", each of value and effect optional, as kubectl taint writes it.
std::optional<TaintRule> taint_of(std::string_view text) {
  TaintRule taint;
  if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    taint.effect = text.substr(colon + 1);
    if (std::find(effects().begin(), effects().end(), taint.effect) == effects().end()) return std::nullopt;
    text = text.substr(0, colon);
  }
  const size_t equals = text.find('=');
  taint.key = text.substr(0, equals);
  if (equals != std::string_view::npos) taint.value = text.substr(equals + 1);
  if (taint.key.empty() || taint.key.find_first_of(" \t:") != std::string::npos) return std::nullopt;
  return taint;
}

std::optional<TaintRule> read_taint(SchemaReader& reader, const PolicyNode* node, const std::string& path) {
  if (node->is_map()) {
    reader.map(node, path, {"key", "value", "effect"});
    TaintRule taint;
    if (auto key = reader.string(SchemaReader::get(node, "key"), path + ".key")) taint.key = std::move(*key);
    if (auto value = reader.string(SchemaReader::get(node, "value"), path + ".value")) taint.value = std::move(*value);
    if (auto index = reader.choice(SchemaReader::get(node, "effect"), path + ".effect", effects())) {
      taint.effect = effects()[*index];
    }
    if (!taint.key.empty()) return taint;
    reader.error(node, path + ".key is missing or empty, wanted the taint's key");
    return std::nullopt;
  }
  if (node->is_string()) {
    if (auto taint = taint_of(node->text)) return taint;
  }
  reader.wrong(node, path, "\"key=value:Effect\" or {key, value, effect}, with the effect " + one_of(effects()));
  return std::nullopt;
}

}  // namespace

std::vector<TaintRule> read_taints(SchemaReader& reader, const PolicyNode* node, const std::string& path) {
  std::vector<TaintRule> out;
  const PolicyNode* taints = reader.list(node, path);
  for (size_t i = 0; taints && i < taints->items.size(); ++i) {
    if (auto taint = read_taint(reader, taints->items[i], path + "[" + std::to_string(i) + "]")) {
      out.push_back(std::move(*taint));
    }
  }
  return out;
}

void read_preemptible(SchemaReader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* preemptible = reader.map(node, "spec.preemptible", {"labels", "taints", "pools", "mayLand"});
  if (!preemptible) return;
  for (auto& label : reader.labels(SchemaReader::get(preemptible, "labels"), "spec.preemptible.labels")) {
    const auto& known = policy.preemptible_labels;
    if (std::find(known.begin(), known.end(), label) == known.end()) {
      policy.preemptible_labels.push_back(std::move(label));
    }
  }
  for (auto& taint : read_taints(reader, SchemaReader::get(preemptible, "taints"), "spec.preemptible.taints")) {
    policy.preemptible_taints.push_back(std::move(taint));
  }
  if (auto index =
          reader.choice(SchemaReader::get(preemptible, "mayLand"), "spec.preemptible.mayLand", {"deny", "warn"})) {
    policy.may_be_preemptible = *index == 0 ? Severity::kDeny : Severity::kWarn;
  }
  policy.preemptible_pools = reader.strings(SchemaReader::get(preemptible, "pools"), "spec.preemptible.pools");
}

}  // namespace brokergate
