#include "rules/kafka/kubelet_env.h"

#include <algorithm>
#include <iterator>

#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

constexpr std::string_view kPodNameLabel = "statefulset.kubernetes.io/pod-name";
constexpr std::string_view kPodIndexLabel = "apps.kubernetes.io/pod-index";

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// metadata.labels['key'] → key; empty when `path` has another shape.
std::string_view subscript(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return {};
  path.remove_prefix(prefix.size());
  if (path.size() < 4 || !path.starts_with("['") || !path.ends_with("']")) return {};
  return path.substr(2, path.size() - 4);
}

std::string label_value(std::string_view key, const PodIdentity& identity) {
  // The StatefulSet controller writes these over whatever the template says.
  if (key == kPodNameLabel) return identity.name;
  if (key == kPodIndexLabel) return std::to_string(identity.ordinal);
  if (key == "controller-revision-hash") return runtime_atom("controllerRevisionHash");
  if (const Value label = identity.template_metadata["labels"][key]; label.is_string()) return std::string(label.str());
  return unknown_atom("label " + quoted(key) + " is not in the pod template");
}

std::string field_value(std::string_view path, const PodIdentity& identity) {
  if (path == "metadata.name") return identity.name;
  if (path == "metadata.namespace") return identity.ns;
  if (path == "metadata.uid") return runtime_atom("podUID");
  if (path == "status.podIP") return runtime_atom("podIP");
  if (path == "status.podIPs") return runtime_atom("podIPs");
  if (path == "status.hostIP") return runtime_atom("hostIP");
  if (path == "status.hostIPs") return runtime_atom("hostIPs");
  if (path == "spec.nodeName") return runtime_atom("nodeName");
  if (path == "spec.serviceAccountName") {
    Value account = identity.spec["serviceAccountName"];
    if (!account.is_string()) account = identity.spec["serviceAccount"];
    return account.is_string() ? std::string(account.str()) : "default";
  }
  if (const auto key = subscript(path, "metadata.labels"); !key.empty()) return label_value(key, identity);
  if (const auto key = subscript(path, "metadata.annotations"); !key.empty()) {
    const Value annotation = identity.template_metadata["annotations"][key];
    if (annotation.is_string()) return std::string(annotation.str());
    return unknown_atom("annotation " + quoted(key) + " is not in the pod template");
  }
  return unknown_atom("field " + quoted(path) + " is not one the kubelet offers");
}

std::string value_from(Value from, const PodIdentity& identity) {
  if (const Value field = from["fieldRef"]) return field_value(field["fieldPath"].str(), identity);
  if (const Value ref = from["secretKeyRef"])
    return unknown_atom("it comes from key " + std::string(ref["key"].scalar()) + " of Secret " +
                        std::string(ref["name"].scalar()) + ", which is not read");
  if (from["resourceFieldRef"]) return unknown_atom("it comes from the container's resources");
  return unknown_atom("its valueFrom has a source that is not read");
}

ConfigMaps::Found find_map(const PodIdentity& identity, std::string_view name) {
  if (identity.maps && identity.object) return identity.maps->find(*identity.object, name);
  return {nullptr, "which is not in the input"};
}

// Each of a thousand entries may ask a ConfigMap of a thousand keys for one of them.
class MapKeys {
 public:
  Value find(const ConfigMaps::Found& map, std::string_view key) {
    constexpr size_t kScanned = 64;
    const Value data = map.object ? map.object->root["data"] : Value();
    if (data.size() <= kScanned) return map.key(key);
    auto& known = of_[map.object];
    if (known.empty())
      for (const Node& node : data.children()) known[node.key] = Value(&node);
    const auto at = known.find(key);
    return at != known.end() && at->second.is_string() ? at->second : Value();
  }

 private:
  std::unordered_map<const Object*, std::unordered_map<std::string_view, Value>> of_;
};

// valueFrom.configMapKeyRef: not expanded by the kubelet. False: there is no such variable.
bool value_from_map(Value ref, const PodIdentity& identity, MapKeys& keys, KubeletEnv& env, EnvEntry& entry) {
  const std::string_view name = ref["name"].scalar();
  const std::string_view key = ref["key"].scalar();
  const auto found = find_map(identity, name);
  if (const Value value = keys.find(found, key)) {
    entry.value = value.str();
    entry.value_node = value;
    entry.config_map = found.object;
    return true;
  }
  if (found.object && ref["optional"].as_bool().value_or(false)) return false;
  entry.value =
      env.keep(unknown_atom("it comes from key " + std::string(key) + " of " + unread_config_map(name, found)));
  return true;
}

// One ConfigMap may be named a thousand times, and hold as many keys. Real containers stay below ten and a hundred.
constexpr size_t kMostFromMaps = 10'000, kMostSources = 100;

// What is not known may hide what stood before it.
void add_source(EnvSource source, KubeletEnv& env) {
  for (EnvEntry& entry : env.entries) {
    if (!entry.value_node || !entry.name.starts_with(source.prefix)) continue;
    entry.value = env.keep(unknown_atom(std::string(entry.name) + " may come from " + source.what));
    entry.value_node = Value();
  }
  env.sources.push_back(std::move(source));
}

// In list order.
void read_env_from(Value container, const PodIdentity& identity, KubeletEnv& env) {
  for (const Node& node : container["envFrom"].children()) {
    const Value from(&node);
    EnvSource source{from["prefix"].str(), "envFrom", from};
    if (const Value ref = from["configMapRef"]) {
      const std::string_view name = ref["name"].scalar();
      const auto found = find_map(identity, name);
      const size_t size = found.object ? found.object->root["data"].size() : 0;
      if (!env.entries.empty() && env.entries.size() + size > kMostFromMaps) {
        add_source({{}, "envFrom, which names too many variables to be read", from}, env);
        return;
      }
      if (found.object) {
        for (const Node& pair : found.object->root["data"].children()) {
          if (Value(&pair).kind() != Kind::kString) continue;
          const std::string_view variable = source.prefix.empty()
                                                ? std::string_view(pair.key)
                                                : env.keep(std::string(source.prefix) + std::string(pair.key));
          env.add({variable, Value(&pair).str(), from, Value(&pair), found.object});
        }
        continue;
      }
      source.what = "ConfigMap " + std::string(name) + " (envFrom), " + found.why;
    } else if (const Value secret = from["secretRef"]) {
      source.what = "Secret " + std::string(secret["name"].scalar()) + " (envFrom), which is not read";
    }
    if (env.sources.size() == kMostSources) {
      add_source({{}, "envFrom, which names too many sources to be read", from}, env);
      return;
    }
    add_source(std::move(source), env);
  }
}

// A name the kubelet may set for a Service: <SVC>_SERVICE_HOST, <SVC>_PORT_9092_TCP_ADDR, …
bool service_link_name(std::string_view name) {
  if (name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != name.npos) return false;
  return name.find("_SERVICE_HOST") != name.npos || name.find("_SERVICE_PORT") != name.npos ||
         name.find("_PORT") != name.npos;
}

// What $(name) stands for: null when the text stays as it is.
struct Lookup {
  bool found = false;
  std::string_view text;
  std::string own;
  std::string_view view() const { return own.empty() ? text : std::string_view(own); }
};

Lookup look_up(const KubeletEnv& env, std::string_view name) {
  Lookup result;
  if (const EnvEntry* entry = env.find(name)) {
    result.found = true;
    result.text = entry->value;
  } else if (const EnvSource* source = env.possible_source(name)) {
    result.found = true;
    result.own = unknown_atom(std::string(name) + " may come from " + source->what);
  } else if (env.service_links && service_link_name(name)) {
    result.found = true;
    result.own = unknown_atom(std::string(name) + " may come from a Service of the namespace (enableServiceLinks)");
  }
  return result;
}

}  // namespace

constexpr size_t kScanned = 64;

void KubeletEnv::add(const EnvEntry& entry) {
  entries.push_back(entry);
  if (entries.size() == kScanned) {
    for (size_t i = 0; i < entries.size(); ++i) last_[entries[i].name] = i;
  } else if (entries.size() > kScanned) {
    last_[entries.back().name] = entries.size() - 1;
  }
}

const EnvEntry* KubeletEnv::find(std::string_view name) const {
  if (!last_.empty()) {
    const auto found = last_.find(name);
    return found == last_.end() ? nullptr : &entries[found->second];
  }
  for (auto it = entries.rbegin(); it != entries.rend(); ++it)
    if (it->name == name) return &*it;
  return nullptr;
}

const EnvSource* KubeletEnv::possible_source(std::string_view name) const {
  for (const auto& source : sources)
    if (name.starts_with(source.prefix)) return &source;
  return nullptr;
}

bool Expanded::source_offset(uint32_t offset, bool at_end, uint32_t* out) const {
  if (!changed) {
    *out = offset;
    return true;
  }
  // The last piece that begins before the place: a text of `$$` is many pieces.
  const auto behind = std::partition_point(pieces.begin(), pieces.end(), [&](const Piece& piece) {
    return at_end ? piece.begin < offset : piece.begin <= offset;
  });
  if (behind == pieces.begin()) return false;
  const Piece& piece = *std::prev(behind);
  const uint32_t end = piece.begin + piece.length;
  if (at_end ? offset > end : offset >= end) return false;
  *out = piece.source + (offset - piece.begin);
  return true;
}

Expanded expand(std::string_view text, const KubeletEnv& env) {
  Expanded out;
  size_t copied = 0;  // source bytes already in out.text
  const auto copy_until = [&](size_t end) {
    if (end > copied) {
      out.pieces.push_back(
          {static_cast<uint32_t>(out.text.size()), static_cast<uint32_t>(copied), static_cast<uint32_t>(end - copied)});
      out.text.append(text.substr(copied, end - copied));
    }
    copied = end;
  };
  // expand.go: at '$', "$$" gives "$", "$(" up to the first ')' is a reference,
  // anything else is the operator itself followed by that byte.
  bool no_close = false;
  for (size_t at = text.find('$'); at != text.npos && at + 1 < text.size(); at = text.find('$', at)) {
    if (out.text.size() > kMaxEnvironment) {
      Expanded over;
      over.changed = true;
      over.text = unknown_atom("it expands to more than 1 MiB");
      return over;
    }
    if (text[at + 1] == '$') {
      copy_until(at + 1);
      out.changed = true;
      copied = at + 2;
      at += 2;
    } else if (text[at + 1] == '(') {
      const size_t close = no_close ? text.npos : text.find(')', at + 2);
      if (close == text.npos) {
        no_close = true;
        at += 2;
        continue;
      }
      const Lookup value = look_up(env, text.substr(at + 2, close - at - 2));
      if (value.found) {
        copy_until(at);
        out.changed = true;
        out.text.append(value.view());
        copied = close + 1;
      }
      at = close + 1;
    } else {
      at += 2;
    }
  }
  if (!out.changed) {
    out.pieces.clear();
    out.text.assign(text);
    return out;
  }
  copy_until(text.size());
  return out;
}

bool has_reference(std::string_view text) {
  for (size_t at = text.find('$'); at != text.npos && at + 1 < text.size(); at = text.find('$', at)) {
    if (text[at + 1] == '(') {
      const size_t close = text.find(')', at + 2);
      if (close == text.npos) return false;
      const auto name = text.substr(at + 2, close - at - 2);
      if (!name.empty() &&
          name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == name.npos)
        return true;
      at = close + 1;
    } else {
      at += 2;
    }
  }
  return false;
}

KubeletEnv kubelet_env(Value container, const PodIdentity& identity) {
  KubeletEnv env;
  env.service_links = identity.spec["enableServiceLinks"].as_bool().value_or(true);
  read_env_from(container, identity, env);
  const Value list = container["env"];
  env.entries.reserve(env.entries.size() + list.size());
  size_t total = 0;
  MapKeys keys;
  for (const Node& node : list.children()) {
    const Value entry(&node);
    EnvEntry made{entry["name"].str(), {}, entry, entry["value"]};
    if (made.name.empty()) continue;
    // A number or true without quotes is refused by the API server; its text is what was meant.
    const std::string_view text = made.value_node.scalar();
    if (total > kMaxEnvironment) {
      made.value = env.keep(unknown_atom("the environment expands to more than 1 MiB"));
    } else if (!text.empty()) {
      made.value = text.find('$') == text.npos ? text : env.keep(expand(text, env).text);
    } else if (const Value from = entry["valueFrom"]) {
      made.value_node = Value();
      if (const Value ref = from["configMapKeyRef"]) {
        // A key that may be missing and is: the container does not get the variable.
        if (!value_from_map(ref, identity, keys, env, made)) continue;
      } else {
        made.value = env.keep(value_from(from, identity));
      }
    }
    total += made.value.size();
    env.add(made);
  }
  return env;
}

}  // namespace brokergate
