#include "rules/kafka/selector.h"

#include <array>
#include <charconv>

namespace brokergate {
namespace {

// An ordinal beyond this is a port or a date, not a broker.
constexpr size_t kOrdinalDigits = 9;

std::optional<int64_t> ordinal_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > kOrdinalDigits || failed != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (value < 0 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return value;
}

struct Idiom {
  std::string_view key;
  Selects selects;
  bool pod_name;  // the value is <set>-N; else it is N
};

// statefulset.kubernetes.io/pod-name since Kubernetes 1.9, apps.kubernetes.io/pod-index since 1.28
// (both by the StatefulSet controller); pod: incubator/kafka 0.4.0 to 0.13.x, kafka-broker-id:
// Yolean/kubernetes-kafka (both by an init container); brokerId: Koperator; strimzi.io/pod-name:
// Strimzi, whose number is the node's id.
constexpr std::array kIdioms = {
    Idiom{"statefulset.kubernetes.io/pod-name", Selects::kPodName, true},
    Idiom{"apps.kubernetes.io/pod-index", Selects::kPodIndex, false},
    Idiom{"pod", Selects::kPodLabel, true},
    Idiom{"kafka-broker-id", Selects::kBrokerIdLabel, false},
    Idiom{"brokerId", Selects::kBrokerIdLabel, false},
    Idiom{"strimzi.io/pod-name", Selects::kPodName, true},
};

}  // namespace

SelectorPairs selector_pairs(const Object& service) {
  SelectorPairs pairs;
  const Value selector = service.spec()["selector"];
  if (!selector.is_map()) return pairs;
  for (const Node& entry : selector.children()) pairs.emplace_back(entry.key, Value(&entry).scalar());
  return pairs;
}

std::optional<PodName> split_pod_name(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto ordinal = ordinal_number(name.substr(dash + 1));
  if (!ordinal) return std::nullopt;
  return PodName{name.substr(0, dash), *ordinal};
}

std::optional<OrdinalLabel> ordinal_label(std::string_view key, std::string_view value) {
  for (const Idiom& idiom : kIdioms) {
    if (idiom.key != key) continue;
    if (idiom.pod_name) {
      const auto pod = split_pod_name(value);
      if (!pod) return std::nullopt;
      return OrdinalLabel{key, value, idiom.selects, pod->set, pod->ordinal};
    }
    const auto ordinal = ordinal_number(value);
    if (!ordinal) return std::nullopt;
    return OrdinalLabel{key, value, idiom.selects, {}, *ordinal};
  }
  return std::nullopt;
}

bool is_controller_label(std::string_view key) {
  return key == "statefulset.kubernetes.io/pod-name" || key == "apps.kubernetes.io/pod-index" ||
         key == "strimzi.io/pod-name";
}

std::optional<int64_t> named_ordinal(std::string_view service, std::string_view set) {
  if (service == set) return std::nullopt;
  for (const std::string_view suffix :
       {"-external", "-nodeport", "-loadbalancer", "-lb", "-ext", "-public", "-outside", "-service", "-svc"}) {
    if (service.size() > suffix.size() && service.ends_with(suffix)) {
      service.remove_suffix(suffix.size());
      break;
    }
  }
  if (service == set) return std::nullopt;
  const size_t last = service.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == service.size()) return std::nullopt;
  std::string_view digits = service.substr(last + 1);
  // Three digits and more are a port (kafka-9092) or a version.
  if (digits.size() > 2) return std::nullopt;
  if (digits.size() == 2 && digits.front() == '0') digits.remove_prefix(1);
  return ordinal_number(digits);
}

}  // namespace brokergate
