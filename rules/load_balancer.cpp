#include "rules/load_balancer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace brokergate {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::optional<uint32_t> ipv4(std::string_view text) {
  uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    uint8_t byte = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), byte);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    address = address << 8 | byte;
  }
  return text.empty() ? std::optional(address) : std::nullopt;
}

struct Block {
  uint32_t address;
  int bits;
};
// IANA's special-purpose registry: what clouds let a private subnet use.
constexpr std::array kPrivate = {Block{0x0A000000, 8},  Block{0xAC100000, 12}, Block{0xC0A80000, 16},
                                 Block{0x64400000, 10}, Block{0xA9FE0000, 16}, Block{0xC0000000, 24},
                                 Block{0xC6120000, 15}, Block{0xF0000000, 4},  Block{0x7F000000, 8}};

struct ExternalWord {
  std::string_view provider, value;
};
constexpr std::array kExternalWords = {ExternalWord{"gke", "External"},        ExternalWord{"gke", "external"},
                                       ExternalWord{"aws", "internet-facing"}, ExternalWord{"aws", "false"},
                                       ExternalWord{"azure", "false"},         ExternalWord{"oci", "false"},
                                       ExternalWord{"ibm", "public"},          ExternalWord{"openstack", "false"},
                                       ExternalWord{"alibaba", "internet"},    ExternalWord{"baidu", "false"}};

}  // namespace

bool says_external(const Provider& provider, std::string_view value) {
  bool known = false;
  for (const ExternalWord& word : kExternalWords) {
    if (word.provider != provider.id) continue;
    if (word.value == value) return true;
    known = true;
  }
  return !known;
}

Value annotations_of(const Object& object) { return object.metadata()["annotations"]; }

Value annotation(const Object& object, std::string_view key) {
  const Value value = annotations_of(object)[key];
  return value.is_null() ? Value() : value;
}

const Provider& provider_of(const Policy& policy, const Object& service) {
  if (policy.provider_named) return *policy.provider;
  const Provider* found = nullptr;
  for (const Node& node : annotations_of(service).children()) {
    for (const std::string_view id : provider_ids()) {
      const Provider* candidate = find_provider(id);
      const auto& prefixes = candidate->key_prefixes;
      const bool theirs = std::any_of(prefixes.begin(), prefixes.end(),
                                      [&](const std::string& prefix) { return node.key.starts_with(prefix); });
      if (!theirs) continue;
      if (candidate == policy.provider) return *candidate;
      if (!found) found = candidate;
    }
  }
  const std::string_view name = service.spec()["loadBalancerClass"].str();
  for (const std::string_view id : provider_ids()) {
    if (contains(find_provider(id)->controller_classes, name)) found = find_provider(id);
  }
  return found ? *found : *policy.provider;
}

std::string assumption_of(const Policy& policy, const Provider& found) {
  if (policy.provider_named || &found != policy.provider) return {};
  return " No policy names the provider, so " + policy.provider->id +
         " is assumed; on another cloud write spec.internal.provider into a policy file.";
}

namespace {

// What the first annotation that is present says; `present` counts them all.
Scheme stated(const Object& service, const Provider& provider, size_t& present) {
  Scheme scheme;
  present = 0;
  for (const InternalAnnotation& known : provider.annotations) {
    const Value value = annotation(service, known.key);
    if (!value || present++ > 0) continue;
    scheme = {known.accepts(value.scalar()) ? Scheme::Kind::kInternal : Scheme::Kind::kExternal, value, known.key};
  }
  return scheme;
}

// AWS: two controllers, of which the Service need not tell which one serves it.
Scheme scheme_of_two(const Object& service, const Provider& provider) {
  const Value type = annotation(service, provider.controller_type.key);
  const Value spec_class = service.spec()["loadBalancerClass"];
  const bool by_class = !spec_class.str().empty();
  if (by_class && !contains(provider.controller_classes, spec_class.str()))
    return {Scheme::Kind::kForeign, spec_class, kClassKey};
  const bool second = by_class || (type && provider.controller_type.accepts(type.scalar()));
  size_t present = 0;
  Scheme scheme = stated(service, provider, present);
  if (present == 0 && second)
    return {Scheme::Kind::kInternal, by_class ? spec_class : type,
            by_class ? kClassKey : std::string_view(provider.controller_type.key)};
  scheme.controller_assumed = !second && present == 1 && scheme.internal() && scheme.key == provider.controller_only;
  return scheme;
}

}  // namespace

Scheme scheme_of(const Object& service, const Provider& provider) {
  if (!provider.controller_classes.empty()) return scheme_of_two(service, provider);
  const Value spec_class = service.spec()["loadBalancerClass"];
  if (const std::string_view name = spec_class.str(); !name.empty()) {
    if (contains(provider.internal_classes, name)) return {Scheme::Kind::kInternal, spec_class, kClassKey};
    if (contains(provider.external_classes, name)) return {Scheme::Kind::kExternal, spec_class, kClassKey};
    // Where the provider has classes of its own, another one means another controller.
    if (!provider.internal_classes.empty()) return {Scheme::Kind::kForeign, spec_class, kClassKey};
  }
  size_t present = 0;
  if (const Scheme scheme = stated(service, provider, present); present > 0) return scheme;
  if (!spec_class.str().empty()) return {Scheme::Kind::kForeign, spec_class, kClassKey};
  return {};
}

bool is_live(const Object& service) { return service.root["status"]["loadBalancer"]["ingress"].size() > 0; }

Value public_ip_of(const Object& service) {
  const Value value = service.spec()["loadBalancerIP"];
  const std::optional<uint32_t> address = ipv4(value.str());
  if (!address) return {};
  const bool internal = std::any_of(kPrivate.begin(), kPrivate.end(), [&](const Block& block) {
    return (*address ^ block.address) >> (32 - block.bits) == 0;
  });
  return internal ? Value() : value;
}

std::vector<std::pair<std::string, std::string>> internal_annotations(const Provider& provider, const Object* old) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const InternalAnnotation& known : provider.annotations) {
    if (!old) break;
    const std::string_view value = annotation(*old, known.key).str();
    if (!value.empty() && known.accepts(value)) out.emplace_back(known.key, value);
  }
  if (!out.empty()) return out;
  for (const std::string& key : provider.write) {
    const auto known = std::find_if(provider.annotations.begin(), provider.annotations.end(),
                                    [&](const InternalAnnotation& row) { return row.key == key; });
    if (known != provider.annotations.end() && !known->values.empty()) out.emplace_back(key, known->values.front());
  }
  return out;
}

}  // namespace brokergate
