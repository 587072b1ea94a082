#include "rules/kafka/mounts.h"

#include <algorithm>

namespace brokergate {
namespace {

std::string_view without_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path;
}

bool at_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string describe_volume(std::string_view name, Value pod_spec) {
  for (const Node& node : pod_spec["volumes"].children()) {
    const Value volume(&node);
    if (volume["name"].str() != name) continue;
    if (const Value map = volume["configMap"]) return "ConfigMap " + std::string(map["name"].scalar());
    if (const Value secret = volume["secret"]) return "Secret " + std::string(secret["secretName"].scalar());
  }
  return "volume " + std::string(name);
}

// The mount at or inside `folder`, the first one.
Value mount_in(std::string_view folder, Value container) {
  for (const Node& node : container["volumeMounts"].children())
    if (at_or_below(without_slash(Value(&node)["mountPath"].str()), folder)) return Value(&node);
  return Value();
}

}  // namespace

std::string mounted_at(std::string_view path, Value pod_spec, Value container) {
  const Value mount = mount_in(path, container);
  if (!mount) return {};
  return describe_volume(mount["name"].str(), pod_spec) + " mounted at " + std::string(mount["mountPath"].str());
}

std::string describe_file(std::string_view path, Value pod_spec, Value container) {
  std::string_view best;
  std::string from;
  for (const Node& node : container["volumeMounts"].children()) {
    const Value mount(&node);
    const std::string_view folder = without_slash(mount["mountPath"].str());
    if (folder.empty() || !at_or_below(path, folder) || folder.size() <= best.size()) continue;
    best = folder;
    from = describe_volume(mount["name"].str(), pod_spec);
  }
  return std::string(path) + (from.empty() ? "" : " (from " + from + ")");
}

bool may_be_mounted(Value container, std::string_view path) {
  const auto mounts = container["volumeMounts"].children();
  return std::any_of(mounts.begin(), mounts.end(), [&](const Node& node) {
    const std::string_view place = without_slash(Value(&node)["mountPath"].str());
    return !place.empty() && (at_or_below(place, path) || at_or_below(path, place));
  });
}

bool mounted_read_only(std::string_view path, Value pod_spec, Value container) {
  // The innermost mount counts.
  Value inner;
  size_t longest = 0;
  for (const Node& node : container["volumeMounts"].children()) {
    const std::string_view place = without_slash(Value(&node)["mountPath"].str());
    if (place.size() < longest || place.empty() || !at_or_below(path, place)) continue;
    longest = place.size();
    inner = Value(&node);
  }
  if (!inner) return false;
  if (inner["readOnly"].as_bool().value_or(false)) return true;
  for (const Node& node : pod_spec["volumes"].children()) {
    const Value volume(&node);
    if (volume["name"].str() != inner["name"].str()) continue;
    return volume["configMap"] || volume["secret"] || volume["projected"] || volume["downwardAPI"];
  }
  return false;
}

std::string dead_bitnami_environment(const StartScript& script, Value pod_spec, Value container) {
  for (const Node& node : container["volumeMounts"].children()) {
    const Value mount(&node);
    const std::string_view path = without_slash(mount["mountPath"].str());
    for (const std::string_view beating : script.beating_files) {
      const std::string_view folder = beating.substr(0, beating.rfind('/'));
      const bool whole = path == folder;
      const bool file = at_or_below(path, folder) && path.ends_with("/server.properties");
      if (whole || file)
        return describe_volume(mount["name"].str(), pod_spec) + " is mounted at " + std::string(path) +
               ": with a server.properties there the image does not read KAFKA_CFG_* variables";
    }
  }
  return {};
}

std::string replaced_start_scripts(Entry entry, std::string_view program, Value container) {
  // A volume inside the first counts, too; over the second only one at or above it.
  std::string_view folder, folder2;
  switch (entry) {
    case Entry::kConfluentRun:
      folder = "/etc/confluent/docker";
      break;
    case Entry::kApacheRun:
      folder = "/etc/kafka/docker";
      folder2 = "/opt/kafka/bin";
      break;
    case Entry::kBitnamiRun:
      folder = "/opt/bitnami/scripts";
      folder2 = "/opt/bitnami/kafka/bin";
      break;
    case Entry::kServerStart:
      if (program.starts_with('/')) folder = program;
      break;
    default:
      return {};
  }
  for (const Node& node : container["volumeMounts"].children()) {
    const std::string_view path = without_slash(Value(&node)["mountPath"].str());
    if (path.empty() || folder.empty()) continue;
    if (at_or_below(path, folder) || at_or_below(folder, path) || (!folder2.empty() && at_or_below(folder2, path)))
      return "a volume at " + std::string(path) + " replaces the image's start scripts";
  }
  return {};
}

}  // namespace brokergate
