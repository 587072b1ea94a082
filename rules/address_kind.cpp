#include "rules/address_kind.h"

#include <algorithm>

#include "rules/text.h"

namespace brokergate {
namespace {

bool equal_fold(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? char(x + 32) : x) == (y >= 'A' && y <= 'Z' ? char(y + 32) : y);
         });
}

}  // namespace

bool within_domain(std::string_view host, std::string_view domain) {
  if (host.size() < domain.size() || !equal_fold(host.substr(host.size() - domain.size()), domain)) return false;
  return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool is_loopback(std::string_view host) {
  return within_domain(host, "localhost") || host.starts_with("127.") || host == "::1";
}

bool is_any(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

bool is_in_cluster(std::string_view host, const BrokerSet& set, int64_t ordinal) {
  if (host.ends_with(".svc") || host.find(".svc.") != std::string_view::npos) return true;
  const std::string pod = set.pod_name(ordinal);
  if (host == pod || host == set.name) return true;
  const std::string_view headless = set.object->spec()["serviceName"].str();
  if (headless.empty()) return false;
  for (const std::string& name : {cat(pod, ".", headless), std::string(headless)}) {
    if (host == name || (!set.object->ns.empty() && host == cat(name, ".", set.object->ns))) return true;
  }
  return false;
}

bool has_host_ports(const BrokerSet& set) {
  if (set.pod_spec["hostNetwork"].as_bool().value_or(false)) return true;
  const Value ports = set.container["ports"];
  return std::any_of(ports.children().begin(), ports.children().end(),
                     [](const Node& port) { return Value(&port)["hostPort"].as_int().value_or(0) != 0; });
}

}  // namespace brokergate
