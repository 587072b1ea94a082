#include "rules/policy/hostname.h"

#include <vector>

#include "brokergate/policy.h"

namespace brokergate {
namespace {

const std::vector<std::string_view>& placeholders() {
  static const std::vector<std::string_view> kNames = {"pod", "domain", "ordinal", "statefulset", "namespace"};
  return kNames;
}

std::string list_placeholders() {
  std::string out;
  for (const std::string_view name : placeholders()) {
    if (!out.empty()) out += name == placeholders().back() ? " and " : ", ";
    out += "{" + std::string(name) + "}";
  }
  return out;
}

const std::optional<std::string_view>* part_of(const HostnameParts& parts, std::string_view name) {
  if (name == "pod") return &parts.pod;
  if (name == "domain") return &parts.domain;
  if (name == "ordinal") return &parts.ordinal;
  if (name == "statefulset") return &parts.statefulset;
  if (name == "namespace") return &parts.ns;
  return nullptr;
}

}  // namespace

std::string expand_hostname(std::string_view pattern, const HostnameParts& parts) {
  std::string out;
  size_t at = 0;
  while (at < pattern.size()) {
    const size_t open = pattern.find('{', at);
    const size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) break;
    out += pattern.substr(at, open - at);
    const auto* part = part_of(parts, pattern.substr(open + 1, close - open - 1));
    out += part && *part ? **part : pattern.substr(open, close - open + 1);
    at = close + 1;
  }
  return out += pattern.substr(at);
}

std::string check_hostname(std::string_view pattern, std::string_view domain) {
  bool per_broker = false;
  for (size_t at = 0; at < pattern.size();) {
    const size_t brace = pattern.find_first_of("{}", at);
    if (brace == std::string_view::npos) break;
    const size_t close = pattern[brace] == '{' ? pattern.find_first_of("{}", brace + 1) : std::string_view::npos;
    if (close == std::string_view::npos || pattern[close] == '{') {
      return "has a brace without its partner; placeholders are " + list_placeholders();
    }
    const std::string_view name = pattern.substr(brace + 1, close - brace - 1);
    if (!part_of({}, name)) {
      std::string message = "has the unknown placeholder {" + std::string(name.substr(0, 40)) + "}; ";
      const std::string_view near = nearest(name, placeholders());
      return message +
             (near.empty() ? "known are " + list_placeholders() : "did you mean {" + std::string(near) + "}?");
    }
    per_broker = per_broker || name == "pod" || name == "ordinal";
    at = close + 1;
  }
  if (!per_broker) return "has neither {pod} nor {ordinal}: all brokers would get one name";
  const std::string tried = expand_hostname(pattern, {.pod = "kafka-0",
                                                      .domain = domain.empty() ? "d.io" : domain,
                                                      .ordinal = "0",
                                                      .statefulset = "kafka",
                                                      .ns = "kafka"});
  if (std::string wrong = check_domain(tried); !wrong.empty()) return "gives no DNS name: " + wrong;
  return {};
}

}  // namespace brokergate
