// What was recognised, for `inspect`: one view of the model, then one function per format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/engine.h"
#include "cli/output/locator.h"
#include "cli/output/paint.h"

namespace brokergate::cli {

// How a client outside reaches one broker, as far as the manifests tell.
struct ExternalView {
  std::string listener;  // name of the listener that is meant for outside; empty: none
  std::optional<Listener> advertised;
  std::string unknown;  // why the advertised address cannot be known
  const BrokerService* service = nullptr;
};

struct BrokerView {
  int64_t ordinal = 0;
  std::string pod;
  Properties properties;
  ExternalView external;
  std::vector<std::string_view> problems;  // ids of unsuppressed findings about it
};

struct SetView {
  const BrokerSet* set = nullptr;
  std::vector<BrokerView> brokers;
  uint64_t omitted = 0;  // brokers beyond the first thousand
  // Where its pods may land; absent where nothing is known of nodes.
  std::optional<Placement> placement;
};

struct ServiceView {
  const BrokerService* service = nullptr;
  std::string exposure;                // "internal LoadBalancer", "NodePort", …
  std::string address;                 // where the Service answers, or who decides it
  std::vector<std::string> dns_names;  // asked of external-dns
  std::vector<ServicePort> ports;
  std::vector<std::string_view> problems;
};

// Points into the evaluation.
struct InspectView {
  std::vector<SetView> sets;
  std::vector<ServiceView> services;
  const std::vector<Model::Unknown>* unknown = nullptr;
};

// `nodes`: null where nothing is known of them.
InspectView inspect_view(const Evaluation& evaluation, const Policy& policy, const NodeIndex* nodes = nullptr);

std::string inspect_text(const InspectView& view, Locator& locator, const Paint& paint);
std::string inspect_json(const InspectView& view, Locator& locator);
std::string inspect_yaml(const InspectView& view, Locator& locator);

std::string_view role_name(ServiceRole role);    // headless, bootstrap, per-broker
std::string_view selects_name(Selects selects);  // pod-name, pod-index, …
// stable, preemptible, mayBePreemptible, or unknown where no node fits and the manifest does not tell either
std::string_view placement_name(const Placement& placement);
const ServiceView* find_service(const InspectView& view, const BrokerService* service);

}  // namespace brokergate::cli
