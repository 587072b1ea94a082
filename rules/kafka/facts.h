// What recognising a broker set worked out about its first pod, kept so that
// forms, properties and plans need not read the same text again.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "rules/kafka/settings.h"
#include "rules/kafka/workload.h"

namespace brokergate {

struct BrokerFacts {
  std::shared_ptr<const ConfigMaps> maps;  // null: none known
  Owner owner;
  Image image;
  ProcessStart process;  // of the first ordinal
  Settings settings;     // of the first ordinal
  std::string rival;     // why another container of the pod makes all of it uncertain; empty: none does

  // Settings of further pods, each derived when it is first asked for: facts,
  // wanted listener, plan and proof all look at the same ones. Guarded, so that
  // a Model can be read by several threads.
  struct Later {
    std::mutex mutex;
    std::map<int64_t, std::shared_ptr<const Settings>> of;
    size_t effort = 0;  // that reading them took, where it was not little
  };
  std::unique_ptr<Later> later = std::make_unique<Later>();
};

// Settings of any pod of the set; never null.
std::shared_ptr<const Settings> settings_for(const BrokerSet& set, int64_t ordinal);

}  // namespace brokergate
