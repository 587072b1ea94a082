#include "webhook/doctor/place.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

// The key of the item that is put under `path`.
std::string key_for(const Json& items, std::string_view path) {
  if (!items.is_array()) return {};
  for (const Json& item : items) {
    if (text_member(item, "path").ends_with(path)) return text_member(item, "key");
  }
  return {};
}

// Without items every key is a file of its name.
bool is_whole(const Json& source) { return !member(source, "items").is_array() || member(source, "items").empty(); }

class Volumes {
 public:
  void look(const Json& source) {
    if (const Json& secret = member(source, "secret"); secret.is_object()) {
      const std::string name = text_member(secret, "name");
      Found& found = is_whole(secret) ? whole_secrets_ : secrets_;
      if (is_whole(secret) || !key_for(member(secret, "items"), "tls.crt").empty())
        found.add(name.empty() ? text_member(secret, "secretName") : name, "tls.crt");
    }
    if (const Json& map = member(source, "configMap"); map.is_object()) {
      const std::string key = is_whole(map) ? "policy.yaml" : key_for(member(map, "items"), "policy.yaml");
      if (!key.empty()) (is_whole(map) ? whole_maps_ : maps_).add(text_member(map, "name"), key);
    }
  }

  // What says its file beats what may have it; of several that may, nobody knows which.
  Mounts mounts() const {
    const Found& secret = secrets_.count > 0 ? secrets_ : whole_secrets_;
    const Found& map = maps_.count > 0 ? maps_ : whole_maps_;
    Mounts out;
    if (secret.count == 1 || secrets_.count > 0) out.secret = secret.name;
    if (map.count == 1 || maps_.count > 0) {
      out.policy = map.name;
      out.policy_key = map.key;
    }
    return out;
  }

 private:
  struct Found {
    std::string name, key;
    int count = 0;
    void add(std::string next, const std::string& under) {
      if (next.empty() || next == name) return;
      if (count++ > 0) return;
      name = std::move(next);
      key = under;
    }
  };
  Found secrets_, whole_secrets_, maps_, whole_maps_;
};

}  // namespace

std::vector<const Json*> entries_of(const Thing& configuration) {
  std::vector<const Json*> out;
  if (!configuration.there()) return out;
  const Json& all = member(configuration.object, "webhooks");
  if (!all.is_array()) return out;
  for (const Json& next : all) out.push_back(&next);
  return out;
}

std::string Place::shown() const {
  return url.empty() ? "Service " + ns + "/" + service + ", port " + std::to_string(port) : url;
}

std::string Place::address() const {
  return url.empty() ? "https://" + service + "." + ns + ".svc:" + std::to_string(port) + path : url;
}

Place place_of(const Json& entry) {
  const Json& client = member(entry, "clientConfig");
  Place out;
  out.url = text_member(client, "url");
  if (!out.url.empty()) {
    const size_t host = out.url.find("://");
    const size_t slash = host == std::string::npos ? host : out.url.find('/', host + 3);
    if (slash != std::string::npos) out.path = out.url.substr(slash);
    return out;
  }
  const Json& service = member(client, "service");
  out.service = text_member(service, "name");
  out.ns = text_member(service, "namespace");
  out.path = text_member(service, "path");
  out.port = number_member(service, "port", 443);
  return out;
}

std::string Place::wrong_url() const {
  constexpr std::string_view kScheme = "https://";
  if (url.empty()) return {};
  if (!url.starts_with(kScheme)) return "does not begin with https://: the API server asks nothing else";
  const std::string_view rest = std::string_view(url).substr(kScheme.size());
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos) return "holds a user's name: the API server takes none";
  if (host.empty()) return "names no host";
  if (rest.find_first_of("?#") != std::string_view::npos) return "has a query or fragment: the API server takes none";
  return {};
}

std::vector<Place> services_of(const Facts& facts) {
  std::vector<Place> out;
  std::set<std::tuple<std::string, std::string, int64_t>> seen;
  for (const Thing* configuration : {&facts.validating, &facts.mutating}) {
    for (const Json* entry : entries_of(*configuration)) {
      Place place = place_of(*entry);
      if (place.service.empty() || place.ns.empty()) continue;
      if (seen.emplace(place.ns, place.service, place.port).second) out.push_back(std::move(place));
    }
  }
  return out;
}

std::optional<Place> service_of(const Facts& facts) {
  for (const Thing* configuration : {&facts.validating, &facts.mutating}) {
    for (const Json* entry : entries_of(*configuration)) {
      Place place = place_of(*entry);
      if (!place.service.empty() && !place.ns.empty()) return place;
    }
  }
  return std::nullopt;
}

Mounts mounts_of(const Thing& deployment) {
  if (!deployment.there()) return {};
  const Json& pod = member(member(member(deployment.object, "spec"), "template"), "spec");
  const Json& volumes = member(pod, "volumes");
  if (!volumes.is_array()) return {};
  Volumes found;
  for (const Json& volume : volumes) {
    found.look(volume);
    const Json& sources = member(member(volume, "projected"), "sources");
    if (!sources.is_array()) continue;
    for (const Json& source : sources) found.look(source);
  }
  return found.mounts();
}

int64_t number_member(const Json& of, const char* key, int64_t missing) {
  const Json& found = member(of, key);
  return found.is_number_integer() ? found.get<int64_t>() : missing;
}

std::string name_of(const Facts& facts, bool mutating) {
  const Thing& thing = mutating ? facts.mutating : facts.validating;
  const std::string own = text_member(member(thing.object, "metadata"), "name");
  return (mutating ? "MutatingWebhookConfiguration " : "ValidatingWebhookConfiguration ") +
         (own.empty() ? facts.name : own);
}

}  // namespace brokergate::webhook::doctor
