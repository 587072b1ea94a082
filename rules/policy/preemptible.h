// Labels and taints by which providers mark nodes that they may take away.
#pragma once

#include <span>
#include <string_view>

namespace brokergate {

struct PreemptibleLabel {
  std::string_view key, value;
  // The provider puts the key on such nodes only, so that its presence alone tells.
  bool marker = false;
  std::string_view source;
};
std::span<const PreemptibleLabel> builtin_preemptible_labels();

struct PreemptibleTaint {
  std::string_view key, value, effect;  // empty: any
  std::string_view source;
};
std::span<const PreemptibleTaint> builtin_preemptible_taints();

// Labels that carry the name of a node pool.
std::span<const std::string_view> pool_label_keys();

}  // namespace brokergate
