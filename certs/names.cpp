#include "certs/names.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace brokergate::certs {
namespace {

constexpr size_t kLongestName = 253, kLongestLabel = 63;

bool is_label(const std::string& label) {
  if (label.empty() || label.size() > kLongestLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool is_dns_name(const std::string& name) {
  if (name.empty() || name.size() > kLongestName) return false;
  size_t from = name.starts_with("*.") ? 2 : 0;
  while (true) {
    const size_t dot = name.find('.', from);
    if (!is_label(name.substr(from, dot == std::string::npos ? dot : dot - from))) return false;
    if (dot == std::string::npos) return true;
    from = dot + 1;
  }
}

void add(std::vector<std::string>& to, std::string name) {
  if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(std::move(name));
}

}  // namespace

tl::expected<void, std::string> add_host(Names& names, const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, host.c_str(), bytes.data()) != 1) continue;
    add(names.addresses, ::inet_ntop(family, bytes.data(), text.data(), text.size()));
    return {};
  }
  std::string name = host;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  if (!is_dns_name(name)) return tl::unexpected("\"" + host + "\" is neither a DNS name nor an IP address");
  add(names.dns, std::move(name));
  return {};
}

tl::expected<void, std::string> add_service(Names& names, const std::string& service, const std::string& name_space) {
  if (!is_label(service)) return tl::unexpected("\"" + service + "\" is not a name that a Service can have");
  if (!is_label(name_space)) return tl::unexpected("\"" + name_space + "\" is not a name that a namespace can have");
  const std::string name = service + "." + name_space + ".svc";
  add(names.dns, name);
  add(names.dns, name + ".cluster.local");
  return {};
}

std::string to_string(const Names& names) {
  std::string out;
  for (const auto* list : {&names.dns, &names.addresses}) {
    for (const std::string& name : *list) out += (out.empty() ? "" : ", ") + name;
  }
  return out;
}

}  // namespace brokergate::certs
