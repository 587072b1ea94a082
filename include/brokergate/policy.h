// The policy: what "reachable from outside" shall mean here. Immutable once read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/object.h"
#include "brokergate/source.h"

namespace brokergate {

enum class Severity : uint8_t { kOff, kInfo, kWarn, kDeny };
std::string_view to_string(Severity severity);  // off, info, warn, deny

enum class Mode : uint8_t { kEnforce, kWarn, kObserve };
enum class Exposure : uint8_t { kLoadBalancer, kNodePort, kEither };

// Which annotation makes a provider's load balancer internal. The table of
// providers is in rules/policy/providers.cpp with the source of each row.
struct InternalAnnotation {
  std::string key;
  std::vector<std::string> values;       // accepted values (* is a wildcard); the first is the one written
  std::vector<std::string> except = {};  // not accepted, although a wildcard of `values` takes them
  bool accepts(std::string_view value) const;
};
struct Provider {
  std::string id;  // gke, aws, azure, oci, ibm, openstack, alibaba, baidu, tencent, huawei
  // In the order the provider reads them: the first key that is present decides.
  std::vector<InternalAnnotation> annotations;
  std::vector<std::string> write;             // keys written when none is present
  std::vector<std::string> internal_classes;  // spec.loadBalancerClass that mean internal
  std::vector<std::string> external_classes;  // … that mean external
  // A second controller beside the cloud's own (AWS): these classes, or this
  // annotation, hand a Service to it, and it makes internal ones unless told.
  std::vector<std::string> controller_classes = {};
  InternalAnnotation controller_type = {};
  std::string controller_only = {};            // the annotation that this controller alone reads
  std::vector<std::string> key_prefixes = {};  // a Service with such an annotation is meant for this provider
};
const Provider* find_provider(std::string_view id);
std::vector<std::string_view> provider_ids();

// Port of the external listener: a number, base + ordinal, or the broker's own Service's.
struct PortRule {
  enum class Kind : uint8_t { kAuto, kFixed, kPerOrdinal } kind = Kind::kAuto;
  int base = 9094;  // kFixed: the port; kPerOrdinal: port of ordinal 0; kAuto: when no Service tells
};

// Where the API server takes node ports from (--service-node-port-range); both ends belong to it.
struct PortRange {
  int first = 30000, last = 32767;
  bool named = false;  // by the policy; false: the API server's default
  bool holds(int64_t port) const { return port >= first && port <= last; }
};

struct TaintRule {
  std::string key, value, effect;  // empty value or effect: any
};

// A pool of nodes as its nodes come up, for pools that may have none at the moment. A node is of it where a provider's
// label names it, or, where none names a pool of the policy, where it carries all of `labels`.
struct NodePool {
  std::string name;
  bool preemptible = false;  // beside what labels and taints say
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<TaintRule> taints;
};

struct Suppression {
  std::string rule;
  std::string object;   // "Kind/name", "Kind/namespace/name"; * matches any run of characters
  std::string reason;   // mandatory
  std::string expires;  // YYYY-MM-DD or empty; judged by the door, which has a clock
  uint32_t line = 0;
};

struct Policy {
  std::string name = "default";
  std::string source;  // the file it was read from, for messages; empty: the ready-made one
  Mode mode = Mode::kEnforce;
  Severity on_existing = Severity::kWarn;  // kWarn or kDeny
  // Where a broker gets its listener: in the StatefulSet's template, or in each pod when it
  // is created (by the webhook only), so that the template stays as it is written.
  enum class Inject : uint8_t { kTemplate, kPod } inject = Inject::kTemplate;
  bool pod_index = false;  // pods have the label apps.kubernetes.io/pod-index (Kubernetes 1.28)
  std::string domain;      // empty: nothing is injected into listeners
  std::string hostname = "{pod}.{domain}";
  std::string listener_name = "EXTERNAL";
  std::string listener_protocol = "PLAINTEXT";
  PortRule listener_port;
  Exposure exposure = Exposure::kLoadBalancer;
  PortRange node_ports;
  const Provider* provider = nullptr;  // never null after defaults(): gke
  bool provider_named = false;         // false: gke is an assumption; see provider_of in rules/load_balancer.h
  bool internal_required = true;
  std::vector<std::pair<std::string, std::string>> preemptible_labels;  // built-in ones included
  std::vector<TaintRule> preemptible_taints;                            // built-in ones included
  std::vector<std::string> preemptible_pools;  // names as in cloud.google.com/gke-nodepool, and of node_pools
  // Where the nodes are known and pods may land on preemptible ones and on others: kWarn or kDeny.
  Severity may_be_preemptible = Severity::kDeny;
  std::vector<NodePool> node_pools;
  // What only a stale cluster view tells: kWarn or kDeny; and after how many seconds it is stale.
  Severity when_stale = Severity::kWarn;
  int stale_after = 60;
  std::string external_dns_prefix;            // empty: unknown which one the cluster reads
  std::string kafka_version;                  // "3.9": Kafka in images whose tag does not say; empty: unknown
  std::vector<std::string> match_namespaces;  // empty: all; * is a wildcard
  std::vector<std::string> match_stateful_sets;
  std::vector<std::pair<std::string, std::string>> match_labels;
  std::map<std::string, Severity, std::less<>> severities;  // rule id → overridden severity
  std::vector<Suppression> suppressions;

  // The ready-made policy: everything that needs no domain works.
  static Policy defaults();
  bool matches(const Object& object) const;
  // The host broker `ordinal` shall advertise; empty without a domain.
  std::string host_for(std::string_view stateful_set, std::string_view ns, int64_t ordinal) const;
};

struct PolicyError {
  Position position;
  std::string message;  // names the key path, what was found and what was wanted
};

// Reads one policy document (YAML, also JSON). Unknown keys, wrong types and
// impossible values are all reported, each with its position and the nearest
// known key. `known_rules` are the ids that spec.rules may name.
tl::expected<Policy, std::vector<PolicyError>> read_policy(const Source& source,
                                                           const std::vector<std::string_view>& known_rules);

// "did you mean" helper: the candidate within a small edit distance, or empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

// Checks a DNS subdomain (RFC 1123) as a policy domain; empty result when fine, else what is wrong.
std::string check_domain(std::string_view domain);

}  // namespace brokergate
