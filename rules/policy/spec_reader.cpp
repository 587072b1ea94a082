#include "rules/policy/spec_reader.h"

#include <algorithm>
#include <charconv>

#include "rules/policy/hostname.h"

namespace brokergate {
namespace {

using Reader = SchemaReader;

void read_names(Reader& reader, const PolicyNode* spec, Policy& policy) {
  const PolicyNode* domain = Reader::get(spec, "domain");
  bool domain_fine = true;
  if (domain && domain->kind != PolicyNode::Kind::kNull) {
    if (auto text = reader.string(domain, "spec.domain")) {
      if (const std::string wrong = check_domain(*text); !wrong.empty()) {
        domain_fine = false;
        reader.error(domain, "spec.domain " + wrong);
      }
      policy.domain = std::move(*text);
    }
  }
  const PolicyNode* hostname = Reader::get(spec, "hostname");
  if (hostname && hostname->kind != PolicyNode::Kind::kNull) {
    if (auto text = reader.string(hostname, "spec.hostname")) policy.hostname = std::move(*text);
  }
  const std::string wrong = check_hostname(policy.hostname, domain_fine ? std::string_view(policy.domain) : "");
  if (wrong.empty()) return;
  reader.error(hostname ? hostname : domain, "spec.hostname \"" + policy.hostname.substr(0, 80) + "\" " + wrong);
}

void read_internal(Reader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* internal = reader.map(node, "spec.internal", {"provider", "required"});
  if (auto index = reader.choice(Reader::get(internal, "provider"), "spec.internal.provider", provider_ids())) {
    policy.provider = find_provider(provider_ids()[*index]);
    policy.provider_named = true;
  }
  if (auto required = reader.boolean(Reader::get(internal, "required"), "spec.internal.required")) {
    policy.internal_required = *required;
  }
}

void read_external_dns(Reader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* dns = reader.map(node, "spec.externalDNS", {"prefix"});
  const PolicyNode* prefix = Reader::get(dns, "prefix");
  auto text = reader.string(prefix, "spec.externalDNS.prefix");
  if (!text) return;
  const std::string_view name = std::string_view(*text).substr(0, text->find('/'));
  const bool slash_ends = text->find('/') == std::string::npos || text->find('/') + 1 == text->size();
  if (!slash_ends || !check_domain(name).empty()) {
    reader.wrong(prefix, "spec.externalDNS.prefix",
                 "a DNS name and a slash, such as external-dns.alpha.kubernetes.io/ or external-dns.kubernetes.io/");
    return;
  }
  // external-dns itself takes --annotation-prefix with the slash.
  policy.external_dns_prefix = std::string(name) + "/";
}

// A version of two or three numbers; empty when it is none. 3.9 is a number to YAML, and
// so is 3.10, whose text is kept.
std::string version_text(Reader& reader, const PolicyNode* node, std::string_view path, std::string_view want) {
  if (!node || node->kind == PolicyNode::Kind::kNull) return {};
  std::string_view rest = node->is_scalar() ? std::string_view(node->text) : std::string_view();
  size_t parts = 0;
  for (bool more = true; more && parts < 4; ++parts) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits > 3) break;
    rest.remove_prefix(digits);
    more = rest.starts_with('.');
    if (more) rest.remove_prefix(1);
  }
  if (rest.empty() && (parts == 2 || parts == 3)) return std::string(node->text);
  reader.wrong(node, path, want);
  return {};
}

void read_versions(Reader& reader, const PolicyNode* spec, Policy& policy) {
  policy.kafka_version = version_text(reader, Reader::get(spec, "kafkaVersion"), "spec.kafkaVersion",
                                      "a version of Apache Kafka such as \"3.9\" or \"4.1.0\"");
  const std::string kubernetes = version_text(reader, Reader::get(spec, "kubernetesVersion"), "spec.kubernetesVersion",
                                              "a version of Kubernetes such as \"1.31\"");
  // Gate PodIndexLabel, on since 1.28.
  if (!kubernetes.starts_with("1.")) return;
  int minor = 0;
  std::from_chars(kubernetes.data() + 2, kubernetes.data() + kubernetes.size(), minor);
  policy.pod_index = minor >= 28;
}

void read_match(Reader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* match = reader.map(node, "spec.match", {"namespaces", "selector", "statefulSets"});
  policy.match_namespaces = reader.strings(Reader::get(match, "namespaces"), "spec.match.namespaces");
  policy.match_stateful_sets = reader.strings(Reader::get(match, "statefulSets"), "spec.match.statefulSets");
  const PolicyNode* selector = Reader::get(match, "selector");
  if (selector && selector->is_map() && Reader::get(selector, "matchExpressions")) {
    reader.error(Reader::get(selector, "matchExpressions"),
                 "spec.match.selector: matchExpressions are not supported, wanted labels or matchLabels");
    return;
  }
  if (selector && selector->is_map() && Reader::get(selector, "matchLabels")) {
    reader.map(selector, "spec.match.selector", {"matchLabels"});
    policy.match_labels = reader.labels(Reader::get(selector, "matchLabels"), "spec.match.selector.matchLabels");
  } else {
    policy.match_labels = reader.labels(selector, "spec.match.selector");
  }
}

void read_rules(Reader& reader, const PolicyNode* node, const std::vector<std::string_view>& known_rules,
                Policy& policy) {
  if (!node || node->kind == PolicyNode::Kind::kNull) return;
  std::vector<std::string_view> ids;
  if (node->is_map()) {
    for (const PolicyNode* key : node->keys) {
      if (key->is_scalar() && check_rule(reader, key, key->text, "spec.rules", known_rules)) ids.push_back(key->text);
    }
  }
  // Only for duplicates and wrong kinds; unknown ids have been told already.
  std::vector<std::string_view> all = ids;
  for (const PolicyNode* key : node->keys) {
    if (key->is_scalar()) all.push_back(key->text);
  }
  if (!node->is_map()) {
    reader.wrong(node, "spec.rules", "a map of rule ids to deny, warn, info or off");
    return;
  }
  reader.map(node, "spec.rules", all);
  static constexpr Severity kSeverities[] = {Severity::kDeny, Severity::kWarn, Severity::kInfo, Severity::kOff};
  for (const std::string_view id : ids) {
    if (auto index =
            reader.choice(Reader::get(node, id), "spec.rules." + std::string(id), {"deny", "warn", "info", "off"})) {
      policy.severities.insert_or_assign(std::string(id), kSeverities[*index]);
    }
  }
}

}  // namespace

bool check_rule(SchemaReader& reader, const PolicyNode* node, std::string_view id, std::string_view path,
                const std::vector<std::string_view>& known) {
  if (known.empty() || std::find(known.begin(), known.end(), id) != known.end()) return true;
  std::string message = std::string(path) + ": there is no rule \"" + std::string(id.substr(0, 60)) + "\"";
  if (const std::string_view near = nearest(id, known); !near.empty()) {
    message += "; did you mean \"" + std::string(near) + "\"?";
  } else {
    message += "; known are " + one_of(known);
  }
  reader.error(node, std::move(message));
  return false;
}

void read_spec(SchemaReader& reader, const PolicyNode* spec, const std::vector<std::string_view>& known_rules,
               Policy& policy) {
  spec = reader.map(spec, "spec",
                    {"mode", "onExisting", "domain", "hostname", "listener", "exposure", "nodePortRange", "internal",
                     "preemptible", "nodePools", "clusterView", "externalDNS", "kafkaVersion", "kubernetesVersion",
                     "inject", "match", "rules", "suppressions"});
  if (!spec) return;
  static constexpr Mode kModes[] = {Mode::kEnforce, Mode::kWarn, Mode::kObserve};
  if (auto index = reader.choice(Reader::get(spec, "mode"), "spec.mode", {"enforce", "warn", "observe"})) {
    policy.mode = kModes[*index];
  }
  if (auto index = reader.choice(Reader::get(spec, "onExisting"), "spec.onExisting", {"warn", "deny"})) {
    policy.on_existing = *index == 0 ? Severity::kWarn : Severity::kDeny;
  }
  read_names(reader, spec, policy);
  read_listener(reader, Reader::get(spec, "listener"), policy);
  static constexpr Exposure kExposures[] = {Exposure::kLoadBalancer, Exposure::kNodePort, Exposure::kEither};
  if (auto index =
          reader.choice(Reader::get(spec, "exposure"), "spec.exposure", {"LoadBalancer", "NodePort", "either"})) {
    policy.exposure = kExposures[*index];
  }
  read_node_ports(reader, Reader::get(spec, "nodePortRange"), policy);
  read_internal(reader, Reader::get(spec, "internal"), policy);
  read_preemptible(reader, Reader::get(spec, "preemptible"), policy);
  read_node_pools(reader, Reader::get(spec, "nodePools"), policy);
  read_cluster_view(reader, Reader::get(spec, "clusterView"), policy);
  read_external_dns(reader, Reader::get(spec, "externalDNS"), policy);
  read_versions(reader, spec, policy);
  static constexpr Policy::Inject kInjects[] = {Policy::Inject::kTemplate, Policy::Inject::kPod};
  if (auto index = reader.choice(Reader::get(spec, "inject"), "spec.inject", {"template", "pod"})) {
    policy.inject = kInjects[*index];
  }
  read_match(reader, Reader::get(spec, "match"), policy);
  read_rules(reader, Reader::get(spec, "rules"), known_rules, policy);
  read_suppressions(reader, Reader::get(spec, "suppressions"), known_rules, policy);
}

}  // namespace brokergate
