#include "rules/kafka/plan_proof.h"
#include "rules/kafka/csv.h"

#include <algorithm>

#include "rules/kafka/facts.h"
#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

// A plan derives every broker four times; these keep it below a second.
constexpr int64_t kMostOrdinals = 1000;
constexpr int64_t kMostLooping = 32;
constexpr int64_t kMostBytes = int64_t{8} << 20;

// listeners as they were; derived from the known entries when the wanted one was not known.
std::string known_listeners(const Settings& before, std::string_view name) {
  if (const auto standard = default_listeners(before); !standard.empty()) return std::string(standard);
  const Setting& listeners = before[Key::kListeners];
  if (listeners.by != Setting::By::kDerived || !has_unknown(listeners.value)) return listeners.value;
  std::string known;
  for (const auto& entry : cut_listeners(before[Key::kAdvertised].value))
    if (entry.name != name) known += std::string(entry.text) + ",";
  return derive_listeners(known);
}

// All listeners but `name` are what they were. `base`: what advertised.listeners
// was while it was not set, that is listeners.
std::string changed_elsewhere(const Settings& before, const Settings& after, std::string_view name) {
  const Setting& old_advertised = before[Key::kAdvertised];
  const bool had = old_advertised.set && old_advertised.by != Setting::By::kUnreadable;
  const auto controllers = controller_names(before);
  const auto ignored = [&](const ListenerText& entry) {
    return entry.name == name || std::find(controllers.begin(), controllers.end(), entry.name) != controllers.end();
  };
  const auto compare = [&](std::string_view a, std::string_view b, bool whole, std::string_view what) -> std::string {
    if (a == b) return {};
    const auto first = cut_listeners(a);
    const auto second = cut_listeners(b);
    for (const auto& entry : first) {
      if (whole ? entry.name == name : ignored(entry)) continue;
      const auto same = [&](const ListenerText& other) {
        if (other.name != entry.name) return false;
        if (other.text == entry.text) return true;
        if (whole) return false;
        // Not set before: the port is that of listeners, the host Kafka's own choice.
        const auto port_of = [](std::string_view text) { return text.substr(std::min(text.rfind(':'), text.size())); };
        return port_of(other.text) == port_of(entry.text);
      };
      if (std::none_of(second.begin(), second.end(), same))
        return std::string(what) + " would change " + display(entry.text);
    }
    for (const auto& entry : second) {
      if (entry.name == name) continue;
      if (std::none_of(first.begin(), first.end(), [&](const auto& other) { return other.name == entry.name; }))
        return std::string(what) + " would get " + display(entry.text);
    }
    return {};
  };
  const std::string standard(default_listeners(before));
  const std::string& base = had ? old_advertised.value : standard.empty() ? before[Key::kListeners].value : standard;
  if (auto fault = compare(base, after[Key::kAdvertised].value, had, "advertised.listeners"); !fault.empty())
    return fault;
  if (auto fault = compare(known_listeners(before, name), after[Key::kListeners].value, true, "listeners");
      !fault.empty())
    return fault;
  const ProtocolMap then = effective_protocols(before);
  const ProtocolMap now = effective_protocols(after);
  for (const auto& entry : cut_listeners(before[Key::kListeners].value)) {
    for (const auto& [listener, protocol] : then) {
      if (listener != entry.name || listener == name) continue;
      if (std::find(now.begin(), now.end(), std::pair{listener, protocol}) == now.end())
        return "the protocol of " + listener + " would change";
    }
  }
  for (const Key key : {Key::kInterBrokerName, Key::kInterBrokerProtocol, Key::kProcessRoles, Key::kControllerNames,
                        Key::kBrokerId, Key::kNodeId})
    if (before[key].set != after[key].set || before[key].value != after[key].value)
      return std::string(property_name(key)) + " would change";
  return {};
}

Object changed_object(const Object& object, const std::vector<Edit>& edits) {
  auto document = std::make_shared<Document>(apply(object.source(), object.root, edits));
  Object changed;
  changed.root = document->root();
  changed.document = std::move(document);
  changed.api_version = changed.root["apiVersion"].str();
  changed.kind = changed.root["kind"].str();
  changed.ns = changed.metadata()["namespace"].str();
  changed.name = changed.metadata()["name"].str();
  return changed;
}

}  // namespace

Ordinals ordinals_of(const BrokerSet& set) {
  Ordinals out;
  const int64_t count = std::max<int64_t>(set.replicas, set.replicas_unknown.empty() ? 1 : 3);
  const Node* container = set.container.node();
  const int64_t bytes = std::max<int64_t>(int64_t{container->end} - int64_t{container->begin}, 1);
  const bool loops = set.facts->process.parsed && set.facts->process.parsed->loops;
  const int64_t limit = std::clamp<int64_t>(kMostBytes / bytes, 3, loops ? kMostLooping : kMostOrdinals);
  const int64_t shown = std::min(count, limit);
  for (int64_t i = 0; i < shown; ++i) out.list.push_back(set.first_ordinal + i);
  if (count > shown) {
    out.list.back() = set.first_ordinal + count - 1;
    out.left_out = "brokers " + std::to_string(set.first_ordinal + shown - 1) + " to " +
                   std::to_string(set.first_ordinal + count - 2) + " were not looked at one by one";
  }
  return out;
}

std::string disprove(const BrokerSet& set, const WantedListener& wanted, const HostTemplate& host, const Plan& plan,
                     const Ordinals& ordinals) {
  std::vector<Edit> edits = plan.edits;
  // No pod sees these, and in a request they are often the larger half.
  for (const Value unseen : {set.object->metadata()["managedFields"], set.object->root["status"]}) {
    if (!unseen) continue;
    Edit& drop = edits.emplace_back();
    drop.op = Edit::Op::kRemove;
    drop.target = unseen.node();
  }
  const Object changed = changed_object(*set.object, edits);
  std::shared_ptr<const ConfigMaps> maps = set.facts->maps;
  std::optional<Object> config_map;
  if (!plan.config_map_edits.empty()) {
    config_map = changed_object(*plan.config_map, plan.config_map_edits);
    maps = std::make_shared<const ConfigMaps>(maps->with(*plan.config_map, *config_map));
  }
  const auto after = set.is_pod ? recognise_broker_pod(changed, maps) : recognise_broker_set(changed, maps);
  if (!after) return "the changed object is no broker set any more";
  const std::string name = csv::upper_case(wanted.name);
  for (const int64_t ordinal : ordinals.list) {
    const auto now = settings_for(*after, ordinal);
    if (auto fault = missing(*after, *now, wanted, host, ordinal); !fault.empty()) return fault;
    if (auto fault = changed_elsewhere(*settings_for(set, ordinal), *now, name); !fault.empty())
      return set.pod_name(ordinal) + ": " + fault;
  }
  return {};
}

}  // namespace brokergate
