// The environment the kubelet gives a container of one StatefulSet pod, and its
// $(VAR) expansion. Sources: kubernetes third_party/forked/golang/expansion/expand.go,
// pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/fieldpath,
// pkg/controller/statefulset/stateful_set_utils.go (initIdentity, updateIdentity).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/object.h"
#include "rules/kafka/config_maps.h"

namespace brokergate {

// Who the pod is. Strings may hold atoms (opaque.h).
struct PodIdentity {
  std::string name;  // kafka-0
  std::string ns;    // the namespace, or an atom when the manifest has none
  int64_t ordinal = 0;
  Value template_metadata;           // spec.template.metadata
  Value spec;                        // spec.template.spec
  const Object* object = nullptr;    // whose pod it is
  const ConfigMaps* maps = nullptr;  // null: none is known
};

struct EnvEntry {
  std::string_view name;
  std::string_view value;              // expanded; may hold atoms. Points into the document or the KubeletEnv
  Value entry;                         // the element of env[], or of envFrom[]
  Value value_node;                    // its `value`, or the ConfigMap's; false when the manifest has no text for it
  const Object* config_map = nullptr;  // where value_node stands; null: in the pod's own object
};

// Where variables come from that the manifest does not spell out.
struct EnvSource {
  std::string_view prefix;
  std::string what;  // "ConfigMap kafka-config (envFrom), which is not in the input"
  Value node;
};

// Moves, but does not copy: the entries point into it.
class KubeletEnv {
 public:
  KubeletEnv() = default;
  KubeletEnv(KubeletEnv&&) = default;
  KubeletEnv& operator=(KubeletEnv&&) = default;

  // envFrom's ConfigMaps, then env, in list order, duplicates kept: the last of one name counts.
  std::vector<EnvEntry> entries;
  std::vector<EnvSource> sources;  // envFrom of what is not known
  bool service_links = true;       // enableServiceLinks

  void add(const EnvEntry& entry);
  std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }
  const EnvEntry* find(std::string_view name) const;
  // The envFrom source that may define `name`, or null.
  const EnvSource* possible_source(std::string_view name) const;

 private:
  std::deque<std::string> made_;
  // Only for long lists: a scan is quicker for the thirty entries of a real one.
  std::unordered_map<std::string_view, size_t> last_;
};

// References can double with each entry; beyond this the value is unknown.
inline constexpr size_t kMaxEnvironment = size_t{1} << 20;

KubeletEnv kubelet_env(Value container, const PodIdentity& identity);

// A text after $(VAR) expansion, with the way back to the bytes it came from.
struct Expanded {
  struct Piece {
    uint32_t begin, source, length;  // text[begin, begin+length) is a copy of source[source, …)
  };
  std::string text;
  bool changed = false;  // false: text equals its source and pieces is empty
  std::vector<Piece> pieces;
  // Offset in the source for an offset in text; false when it lies in replaced text.
  bool source_offset(uint32_t offset, bool at_end, uint32_t* out) const;
};

// command and args: expanded with the complete environment.
Expanded expand(std::string_view text, const KubeletEnv& env);

// True when `text` holds $(NAME) with a name Kubernetes would look up (no $$(NAME)).
bool has_reference(std::string_view text);

}  // namespace brokergate
