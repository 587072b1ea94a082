#include "rules/node_ports.h"

#include <algorithm>

#include "rules/text.h"

namespace brokergate {
namespace {

std::string key_of(const Object& service, int64_t number) { return cat(number, "\n", service.source()->folder()); }

// Two protocols of one port of a Service share its number.
bool shared(Value one, Value other) {
  const auto protocol = [](Value port) { return port["protocol"].str().empty() ? "TCP" : port["protocol"].str(); };
  return one["port"].as_int() == other["port"].as_int() && protocol(one) != protocol(other);
}

}  // namespace

NodePorts::NodePorts(const Bundle& bundle) {
  for (const Object& object : bundle.objects) {
    if (object.kind != "Service") continue;
    for (const Node& port : object.spec()["ports"].children())
      if (const int64_t number = Value(&port)["nodePort"].as_int().value_or(0)) add(object, &port, number);
  }
}

const Object* NodePorts::find(const Object& service, const Node* port, int64_t number, bool before) const {
  const auto found = claims_.find(key_of(service, number));
  if (found == claims_.end()) return nullptr;
  const auto claim = std::find_if(found->second.begin(), found->second.end(), [&](const Claim& one) {
    if (one.port == port) return false;
    if (one.service == &service && shared(Value(one.port), Value(port))) return false;
    if (one.service == &service) return !before || one.port->index < port->index;
    // A variant of the same Service takes the place of this one.
    if (one.service->name == service.name && one.service->ns == service.ns) return false;
    return !before || one.service < &service;  // both in Bundle::objects
  });
  return claim == found->second.end() ? nullptr : claim->service;
}

const Object* NodePorts::other(const Object& service, const Node* port, int64_t number) const {
  return find(service, port, number, false);
}

const Object* NodePorts::earlier(const Object& service, const Node* port, int64_t number) const {
  return find(service, port, number, true);
}

void NodePorts::add(const Object& service, const Node* port, int64_t number) {
  claims_[key_of(service, number)].push_back({&service, port});
}

void NodePorts::remove(const Object& service, const Node* port, int64_t number) {
  const auto found = claims_.find(key_of(service, number));
  if (found != claims_.end()) std::erase_if(found->second, [&](const Claim& claim) { return claim.port == port; });
}

}  // namespace brokergate
