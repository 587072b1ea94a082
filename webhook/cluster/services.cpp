#include "webhook/cluster/services.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "rules/kafka/selector.h"
#include "rules/load_balancer.h"

namespace brokergate::webhook::cluster {
namespace {

// One label with its value; pods of one set, whatever their number; pods with one number, of whatever set.
constexpr char kLabel = 'l', kSet = 's', kNumber = 'n';
// A number that the nodes have once; a name that has one owner.
constexpr char kNodePort = 'p', kDnsName = 'd';
// A Service that asks for more names than this is found by the first of them; each takes ten times its text.
constexpr size_t kMostNames = 256;

std::string dns_name(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string name(text);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return name;
}

// external-dns' hostname and internal-hostname under whatever prefix it was told (--annotation-prefix): a
// comma list, as annotations.SplitHostnameAnnotation reads it.
void add_dns_claims(const Object& service, std::vector<uint64_t>& claims) {
  const Value annotations = annotations_of(service);
  if (!annotations.is_map()) return;
  size_t names = 0;
  for (const Node& entry : annotations.children()) {
    if (!entry.key.ends_with("/hostname") && !entry.key.ends_with("/internal-hostname")) continue;
    std::string_view list = Value(&entry).str();
    while (!list.empty() && names < kMostNames) {
      const size_t comma = std::min(list.find(','), list.size());
      if (const std::string name = dns_name(list.substr(0, comma)); !name.empty()) {
        claims.push_back(key_of(kDnsName, name));
        ++names;
      }
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
}

uint64_t hash_of(std::string_view ns, const Labels& pairs) {
  uint64_t hash = key_of(kLabel, ns);
  for (const auto& [key, value] : pairs) hash = hash * 0x9e3779b97f4a7c15 + key_of(kLabel, key, value);
  return hash;
}

}  // namespace

std::string full_name(std::string_view ns, std::string_view name) {
  std::string out;
  out.reserve(ns.size() + name.size() + 1);
  return out.append(ns).append(1, '/').append(name);
}

ServiceFacts facts_of_service(const Object& service) {
  ServiceFacts facts;
  facts.selector = selector_of(service);
  for (const Node& node : service.spec()["ports"].children()) {
    const Value port(&node);
    const int64_t number = port["nodePort"].as_int().value_or(0);
    if (number == 0) continue;
    facts.claims.push_back(key_of(kNodePort, std::to_string(number)));
  }
  add_dns_claims(service, facts.claims);
  sort_and_unite(facts.claims);
  facts.claims.shrink_to_fit();
  return facts;
}

const Service* Services::find(std::string_view ns, std::string_view name) const {
  const auto found = all_.find(full_name(ns, name));
  return found == all_.end() ? nullptr : &found->second;
}

void Services::put(RecordPtr record, ServiceFacts facts) {
  for (const uint64_t claim : facts.claims) by_claim_.prepare(claim);
  const std::string name = full_name(record->ns, record->name);
  const bool known = all_.contains(name);
  Service& service = all_[name];
  Selector* selector = nullptr;
  try {
    if (!facts.selector.empty()) selector = selector_for(record->ns, std::move(facts.selector));
  } catch (const std::exception&) {
    if (!known) all_.erase(name);
    throw;
  }
  // From here on nothing needs memory. The new ones first: where all of a key's go, its room goes as well.
  for (const uint64_t claim : facts.claims) by_claim_.add(claim, &service);
  for (const uint64_t claim : service.claims) by_claim_.remove(claim, &service);
  if (selector) selector->services.push_back(&service);
  if (service.selector) leave(service.selector, &service);
  service.selector = selector;
  service.record = std::move(record);
  service.claims = std::move(facts.claims);
}

void Services::remove(std::string_view ns, std::string_view name) {
  const auto found = all_.find(full_name(ns, name));
  if (found == all_.end()) return;
  const Service& service = found->second;
  for (const uint64_t claim : service.claims) by_claim_.remove(claim, &service);
  if (service.selector) leave(service.selector, &service);
  all_.erase(found);
}

Selector* Services::selector_for(std::string_view ns, Labels pairs) {
  const uint64_t hash = hash_of(ns, pairs);
  const auto [begin, end] = selectors_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    Selector& known = *at->second;
    if (known.ns != ns || known.pairs != pairs) continue;
    if (known.services.size() == known.services.capacity()) known.services.reserve(2 * known.services.size());
    return &known;
  }
  auto fresh = std::make_unique<Selector>();
  fresh->ns = ns;
  fresh->pairs = std::move(pairs);
  fresh->keys = places_for(*fresh);
  fresh->services.reserve(1);
  for (const uint64_t key : fresh->keys) by_label_.prepare(key);
  Selector* const selector = selectors_.emplace(hash, std::move(fresh))->second.get();
  for (const uint64_t key : selector->keys) by_label_.add(key, selector);
  return selector;
}

void Services::leave(Selector* selector, const Service* service) {
  const auto at = std::find(selector->services.rbegin(), selector->services.rend(), service);
  if (at != selector->services.rend()) {
    *at = selector->services.back();
    selector->services.pop_back();
  }
  if (!selector->services.empty()) return;
  for (const uint64_t key : selector->keys) by_label_.remove(key, selector);
  const auto [begin, end] = selectors_.equal_range(hash_of(selector->ns, selector->pairs));
  const auto own = std::find_if(begin, end, [&](const auto& entry) { return entry.second.get() == selector; });
  if (own != end) selectors_.erase(own);
}

std::vector<uint64_t> Services::places_for(const Selector& selector) const {
  std::vector<uint64_t> places;
  for (const auto& [key, value] : selector.pairs) {
    if (const auto one = ordinal_label(key, value); one && !one->set.empty())
      places.push_back(key_of(kSet, selector.ns, one->set));
  }
  if (!places.empty()) {
    sort_and_unite(places);
    return places;
  }
  size_t fewest = SIZE_MAX;
  for (const auto& [key, value] : selector.pairs) {
    const uint64_t place =
        ordinal_label(key, value) ? key_of(kNumber, selector.ns) : key_of(kLabel, selector.ns, key, value);
    const size_t others = by_label_.find(place).size();
    if (others >= fewest) continue;
    fewest = others;
    places.assign(1, place);
  }
  return places;
}

std::vector<uint64_t> Services::places_of(const Pods& pods) {
  std::vector<uint64_t> places = {key_of(kSet, pods.ns, pods.set), key_of(kNumber, pods.ns)};
  for (const auto& [key, value] : pods.labels) {
    const auto one = ordinal_label(key, value);
    if (!one) {
      places.push_back(key_of(kLabel, pods.ns, key, value));
    } else if (!one->set.empty()) {
      places.push_back(key_of(kSet, pods.ns, one->set));
    }
  }
  sort_and_unite(places);
  return places;
}

bool Services::names_pod_of(const Selector& selector, const Pods& pods) {
  return std::any_of(selector.pairs.begin(), selector.pairs.end(), [&](const auto& pair) {
    const auto one = ordinal_label(pair.first, pair.second);
    return one && one->set == pods.set && !pods.set.empty();
  });
}

}  // namespace brokergate::webhook::cluster
