#include "webhook/doctor/place.h"

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

void look(const Json& source, Mounts& out) {
  if (const Json& secret = member(source, "secret"); secret.is_object() && out.secret.empty()) {
    const std::string name = text_member(secret, "name");
    out.secret = name.empty() ? text_member(secret, "secretName") : name;
  }
  if (const Json& map = member(source, "configMap"); map.is_object()) {
    const std::string key = key_for(member(map, "items"), "policy.yaml");
    if (!key.empty() && out.policy.empty()) {
      out.policy = text_member(map, "name");
      out.policy_key = key;
    }
  }
}

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
  Mounts out;
  if (!deployment.there()) return out;
  const Json& pod = member(member(member(deployment.object, "spec"), "template"), "spec");
  const Json& volumes = member(pod, "volumes");
  if (!volumes.is_array()) return out;
  for (const Json& volume : volumes) {
    look(volume, out);
    const Json& sources = member(member(volume, "projected"), "sources");
    if (!sources.is_array()) continue;
    for (const Json& source : sources) look(source, out);
  }
  return out;
}

int64_t number_member(const Json& of, const char* key, int64_t missing) {
  const Json& found = member(of, key);
  return found.is_number_integer() ? found.get<int64_t>() : missing;
}

std::string name_of(const Facts& facts, bool mutating) {
  return (mutating ? "MutatingWebhookConfiguration " : "ValidatingWebhookConfiguration ") + facts.name;
}

}  // namespace brokergate::webhook::doctor
