#include "rules/naming.h"

#include <map>
#include <optional>

#include "rules/kafka/selector.h"
#include "rules/load_balancer.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate {
namespace {

struct Said {
  const BrokerService* service;
  int64_t ordinal;
  std::string by;
};

bool selects_one(const BrokerService& service) {
  return service.role == ServiceRole::kPerBroker && service.ordinal && service.set &&
         (service.selects == Selects::kPodName || service.selects == Selects::kPodLabel ||
          service.selects == Selects::kBrokerIdLabel || service.selects == Selects::kPodIndex);
}

// The number of the first label of the one host name asked for.
std::optional<Said> dns_of(const BrokerService& service) {
  for (const std::string_view prefix : {kOldDnsPrefix, kNewDnsPrefix}) {
    const std::string_view host = annotation(*service.object, cat(prefix, "hostname")).str();
    if (host.empty() || host.find(',') != std::string_view::npos) continue;
    const auto ordinal = named_ordinal(host.substr(0, host.find('.')), service.set->object->name);
    if (ordinal) return Said{&service, *ordinal, cat("its DNS name ", shown(host))};
  }
  return std::nullopt;
}

void find(const std::vector<Said>& all, Contradictions& out) {
  std::map<int64_t, size_t> offsets;
  for (const Said& said : all) ++offsets[said.ordinal - *said.service->ordinal];
  int64_t usual = 0;
  size_t most = offsets.contains(0) ? offsets[0] : 0;
  for (const auto& [offset, count] : offsets) {
    if (count <= most) continue;
    usual = offset;
    most = count;
  }
  for (const Said& said : all) {
    if (said.ordinal - *said.service->ordinal != usual)
      out.try_emplace(said.service, Contradiction{said.ordinal - usual, said.by});
  }
}

}  // namespace

Contradictions contradictions_of(const std::vector<const BrokerService*>& services) {
  std::vector<Said> names, hosts;
  for (const BrokerService* service : services) {
    if (!selects_one(*service)) continue;
    if (const auto ordinal = named_ordinal(service->object->name, service->set->object->name)) {
      names.push_back({service, *ordinal, "its name"});
    }
    if (auto host = dns_of(*service)) hosts.push_back(std::move(*host));
  }
  Contradictions out;
  find(names, out);
  find(hosts, out);
  return out;
}

}  // namespace brokergate
