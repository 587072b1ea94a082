// The model of a Kafka installation on Kubernetes, derived from the objects.
// All of it is pure and cheap to copy; views point into the Documents.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/edit.h"
#include "brokergate/object.h"
#include "brokergate/policy.h"

namespace brokergate {

// ---- listeners (rules/kafka/listeners.cpp) -------------------------------

// One entry of listeners or advertised.listeners. Grammar: Kafka's
// SocketServerConfigs (older: cluster.EndPoint): ^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)
struct Listener {
  std::string name;  // upper-cased, as ListenerName.normalised does
  std::string host;  // without brackets; empty means wildcard
  int port = 0;      // signed, no range check, as Kafka parses it
  bool operator==(const Listener&) const = default;
};
// Splits as Kafka does (trim, \s*,\s*, empty elements dropped). The error is
// Kafka's own text: "Unable to parse <entry> to a broker endpoint".
tl::expected<std::vector<Listener>, std::string> parse_listeners(std::string_view text);
std::string to_string(const Listener& listener);  // NAME://host:port, IPv6 in brackets
const Listener* find_listener(const std::vector<Listener>& listeners, std::string_view name);
// listener.security.protocol.map: NAME:PROTO, split at the last colon, names upper-cased.
tl::expected<std::vector<std::pair<std::string, std::string>>, std::string> parse_protocol_map(std::string_view text);

// ---- where a value comes from --------------------------------------------

// A place in a manifest that sets (or seems to set) a property.
struct Place {
  const Object* object = nullptr;
  Value node;                   // the value that decides: env value, command string, …
  uint32_t begin = 0, end = 0;  // part of node's decoded text, when a shell word decides; 0,0: all of it
  std::string what;  // "env KAFKA_ADVERTISED_LISTENERS", "export in command[2]", "derived by the image from …"
};

// A Kafka property as the process will see it. Unknown run-time parts appear in
// `value` as <podIP>, <hostIP>, <nodeName> … when only they are unknown.
struct Property {
  std::optional<std::string> value;  // nullopt: unset, or unknown when `unknown` is not empty
  std::string unknown;               // why the value cannot be known
  Place source;
  std::vector<Place> shadowed;  // places that set the same property and lose
};
using Properties = std::map<std::string, Property, std::less<>>;  // advertised.listeners, listeners, …

// ---- broker sets (rules/kafka/broker_set.cpp, forms/) ---------------------

enum class ImageFamily : uint8_t {
  kUnknown,
  kConfluent,
  kApache,
  kBitnami,
  kWurstmeister,
  kMedinvention,
  kEngapa,
  kKubernetesKafka,
  kSolsson,
  kStrimzi,
  kRedpanda,
  kOther
};

class NodeIndex;     // brokergate/nodes.h
class Form;          // forms/form.h: one file per form
struct BrokerFacts;  // rules/kafka/facts.h: what recognition worked out; immutable, shared by copies
class ConfigMaps;    // rules/kafka/config_maps.h: those of the input

struct BrokerSet {
  const Object* object = nullptr;
  std::string_view name;  // the StatefulSet's; of a pod, its owner's
  bool is_pod = false;    // object is one pod of a set, at its creation: replicas is 1, first_ordinal its own
  Value pod_spec;         // spec.template.spec
  Value container;        // the broker container
  ImageFamily family = ImageFamily::kUnknown;
  std::string image_tag;         // "4.1.2-2"; empty when none or a digest
  int64_t replicas = 1;          // spec.replicas; 1 when absent, as the API server defaults it
  std::string replicas_unknown;  // not a number (OpenShift ${REPLICAS}); replicas is then 1
  int64_t first_ordinal = 0;     // spec.ordinals.start
  bool managed_by_operator = false;
  const Form* form = nullptr;  // never null
  std::string form_id;         // of forms/: env-literal, shell-export, override, properties-file, …, unknown-form
  std::string form_reason;     // unknown-form: what was seen and why it cannot be read
  std::vector<std::string> evidence;         // why this is a broker set, for inspect
  std::shared_ptr<const BrokerFacts> facts;  // never null

  std::string pod_name(int64_t ordinal) const;
  // Effective properties of one broker (advertised.listeners, listeners,
  // listener.security.protocol.map, inter.broker.listener.name, process.roles,
  // controller.listener.names, broker.id, node.id where they are set or derived).
  Properties properties(int64_t ordinal) const;
};

// The StatefulSet as a broker set, or nullopt: evidence decides (family and what
// the container runs, env, ports, labels), never the image name alone.
// `maps`: where its pods may take settings from; null: nothing is known of them.
std::optional<BrokerSet> recognise_broker_set(const Object& object,
                                              const std::shared_ptr<const ConfigMaps>& maps = nullptr);
// The same for one pod that the StatefulSet controller makes; its template stays as it
// is. nullopt for pods of another origin. (Pods get their name and labels before
// admission: pkg/controller/statefulset/stateful_set_utils.go, newStatefulSetPod.)
std::optional<BrokerSet> recognise_broker_pod(const Object& object,
                                              const std::shared_ptr<const ConfigMaps>& maps = nullptr);
// A Kafka-looking workload that is not a StatefulSet (Deployment, bare Pod of an
// operator) and is therefore reported as unknown: the reason, or empty.
std::string unknown_workload(const Object& object);

// What the policy wants the external listener of one broker to be.
struct WantedListener {
  std::string name, protocol;
  std::string
      host_template;  // policy hostname with {domain} and {statefulset}, {namespace} filled in; {pod}, {ordinal} left
  // Advertised port per ordinal: base + slope * ordinal (slope 0 or 1).
  int64_t port_base = 9094;
  int port_slope = 0;
  // Port the process shall bind for it; nullopt: as advertised.
  std::optional<int64_t> bind_base;
  int bind_slope = 0;
  // Names that no container port may get: a Service asks for them as its targetPort
  // and no pod answers to them, which a new port of that name would change.
  std::vector<std::string> names_asked_for;
  // The label apps.kubernetes.io/pod-index is on every pod (Kubernetes 1.28 and later).
  bool pod_index = false;
};

// A planned and proved change of one broker set, or why there is none.
struct Plan {
  std::vector<Edit> edits;  // of the set's own object
  // The ConfigMap whose script starts these brokers and nothing else of the input, and its edits.
  const Object* config_map = nullptr;
  std::vector<Edit> config_map_edits;
  std::string refusal;      // why the form cannot express the wanted value, and what a person must do
  std::optional<Value> at;  // the place that decides, for the finding
  // Without a refusal: it is as wanted already.
  bool changes_nothing() const { return edits.empty() && config_map_edits.empty(); }
};
// Plans the edits that make every ordinal advertise `wanted`, changing listeners,
// protocol map and container ports with it, then applies them to a copy, derives
// again for every ordinal and compares. What is not proved is a refusal.
Plan plan_external_listener(const BrokerSet& set, const WantedListener& wanted);

// ---- Services (rules/kafka/services.cpp) -----------------------------------

enum class ServiceRole : uint8_t { kHeadless, kBootstrap, kPerBroker };
enum class Selects : uint8_t { kPodName, kPodLabel, kBrokerIdLabel, kPodIndex, kNameOnly, kAllBrokers, kNothing };

struct BrokerService {
  const Object* object = nullptr;
  const BrokerSet* set = nullptr;  // null when the Service came alone
  ServiceRole role = ServiceRole::kBootstrap;
  Selects selects = Selects::kAllBrokers;
  std::optional<int64_t> ordinal;  // kPerBroker; the one it selects (or is named after, for kNameOnly)
  std::string type;                // ClusterIP, NodePort, LoadBalancer, ExternalName; ClusterIP when absent
  bool external() const { return type == "LoadBalancer" || type == "NodePort"; }
  // How sure: "selects StatefulSet kafka", or for a Service alone "its selector names one pod
  // and its port is Kafka's", and what is not known.
  std::string evidence;
  bool certain = true;  // false: judged by its own evidence only
  // How much the evidence carries. kWeak: everything is a warning and nothing is changed;
  // kFair: what is denied is changed, what is only a warning is not.
  enum class Trust : uint8_t { kWeak, kFair, kStrong } trust = Trust::kStrong;
};
struct ServicePort {
  Value node;
  std::string_view name;
  int64_t port = 0;
  std::optional<int64_t> node_port;  // 0 is none: both ask the API server to pick one
  // Number after resolving a name through the broker container's ports; nullopt
  // when the name is declared nowhere or the Service came alone.
  std::optional<int64_t> target;
  std::string_view target_name;
};
std::vector<ServicePort> ports_of(const BrokerService& service);
// Services of the bundle that stand in front of brokers, in bundle order. `sets`
// must outlive the result. Linear in objects (index by namespace).
std::vector<BrokerService> find_broker_services(const Bundle& bundle, const std::vector<BrokerSet>& sets,
                                                const Policy& policy);

// ---- placement (rules/kafka/placement.cpp) ---------------------------------

struct Placement {
  enum class Kind : uint8_t { kStable, kPreemptible, kUndecided } kind = Kind::kUndecided;
  std::string reason;  // "nodeSelector cloud.google.com/gke-spot=true"
  Value at;            // what decides, or the pod spec
  bool known = false;  // the nodes themselves were looked at
  // What keeps the pods off the preemptible nodes that the reason names: "required node affinity with
  // cloud.google.com/gke-spot DoesNotExist". Empty where it names none.
  std::string keep_off;
};
// Where pods may land as far as the manifest and the policy say: nodeSelector,
// required node affinity (all operators), tolerations (they permit, they do not place).
// With `nodes`, held against each of them as the scheduler does: kUndecided then means that some of those
// the pods may land on are preemptible and others are not. `nodes` null, or none that fits: as above.
Placement placement_of(Value pod_spec, const Policy& policy, const NodeIndex* nodes = nullptr);

// ---- everything of one bundle -----------------------------------------------

struct Model {
  std::shared_ptr<const ConfigMaps> maps;
  std::vector<BrokerSet> sets;
  std::vector<BrokerService> services;
  struct Unknown {
    const Object* object = nullptr;
    std::string reason;
  };
  std::vector<Unknown> unknown;  // unknown-form sets are in both lists
};
// `bundle` must outlive the model.
std::unique_ptr<Model> build_model(const Bundle& bundle, const Policy& policy);

// The external listener of a set as it stands: the policy's listener name if it
// is advertised, else the one that has the policy's host name, else the one an
// external Service of the set points at. Empty
// when there is none.
std::string external_listener_name(const Model& model, const BrokerSet& set, const Policy& policy);
// What the policy wants for the set, with port: auto taken from its Services.
// nullopt without a domain, or with `why` when the Services contradict one another.
std::optional<WantedListener> wanted_listener(const Model& model, const BrokerSet& set, const Policy& policy,
                                              std::string* why);

}  // namespace brokergate
