// Variables that hold the pod's name where a setting is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/plan_text.h"
#include "rules/kafka/process.h"

namespace brokergate {

class PodVariables {
 public:
  PodVariables(const BrokerSet& set, const ProcessStart& process);

  // For $(NAME): declared by a fieldRef of the pod's name before env entry `index`.
  std::optional<PodVariable> before(size_t index) const;
  // A name for a new entry that no other entry has, and that no image reads as a setting.
  std::string free_name() const;
  // Where a new entry of that name goes that is wanted before env entry `index`: before whatever holds
  // $(NAME) already and waits for it, so that nobody has to move it later.
  size_t place_for(std::string_view name, size_t index) const;
  // The same for the ordinal, by the label apps.kubernetes.io/pod-index.
  std::optional<std::string> index_before(size_t index) const;
  std::string free_index_name() const;

  // For ${NAME} in the script: one that the script uses already, else any.
  std::optional<PodVariable> in_shell() const;
  std::string why_not_in_shell() const;

 private:
  struct Declared {
    std::string name;
    size_t index;
  };
  bool unchanged_in_shell(std::string_view name) const;
  std::unordered_set<std::string_view> used_in_script() const;

  const ProcessStart& process_;
  Value env_;
  std::string pod_;
  std::vector<Declared> declared_, indexes_;
};

}  // namespace brokergate
