#include <yaml-cpp/yaml.h>

#include "cli/output/inspect.h"
#include "cli/output/json_tools.h"

namespace brokergate::cli {
namespace {

Json place_json(const Place& place, Locator& locator) {
  Json out = Json::object({{"what", place.what}});
  if (!place.object) return out;
  out["object"] = describe(*place.object);
  out["file"] = place.object->source()->name();
  if (!place.node) return out;
  const Source& source = *place.object->source();
  const Position at = locator.at(source, offset_within(source, place.node, place.begin));
  out["line"] = at.line;
  out["column"] = at.column;
  out["path"] = place.node.pointer(place.object->root);
  return out;
}

Json property_json(const Property& property, Locator& locator) {
  Json out = Json::object();
  out["value"] = nullptr;
  if (property.value) out["value"] = *property.value;
  if (!property.unknown.empty()) out["unknown"] = property.unknown;
  out["source"] = place_json(property.source, locator);
  out["shadowed"] = Json::array();
  for (const Place& place : property.shadowed) out["shadowed"].push_back(place_json(place, locator));
  return out;
}

Json external_json(const InspectView& view, const ExternalView& external) {
  const ServiceView* service = find_service(view, external.service);
  if (external.listener.empty() && !service) return nullptr;
  Json out = Json::object({{"listener", nullptr}, {"host", nullptr}, {"port", nullptr}});
  if (!external.listener.empty()) out["listener"] = external.listener;
  if (external.advertised) {
    out["host"] = external.advertised->host;
    out["port"] = external.advertised->port;
  } else if (!external.unknown.empty()) {
    out["unknown"] = external.unknown;
  }
  out["service"] = nullptr;
  out["exposure"] = nullptr;
  if (service) {
    out["service"] = service->service->object->name;
    out["exposure"] = service->exposure;
  }
  return out;
}

Json set_json(const InspectView& view, const SetView& set_view, Locator& locator) {
  const BrokerSet& set = *set_view.set;
  Json out = Json::object();
  out["object"] = object_json(*set.object);
  out["file"] = set.object->source()->name();
  out["line"] = locator.at(*set.object->source(), set.object->root->begin).line;
  out["form"] = set.form_id;
  if (!set.form_reason.empty()) out["unknown"] = set.form_reason;
  out["replicas"] = set.replicas;
  if (!set.replicas_unknown.empty()) {
    out["replicas"] = nullptr;
    out["replicasUnknown"] = set.replicas_unknown;
  }
  out["evidence"] = set.evidence;
  if (set_view.placement) {
    out["placement"] =
        Json::object({{"nodes", placement_name(*set_view.placement)}, {"reason", set_view.placement->reason}});
  }
  out["brokers"] = Json::array();
  for (const BrokerView& broker : set_view.brokers) {
    Json one = Json::object({{"ordinal", broker.ordinal}, {"pod", broker.pod}});
    one["properties"] = Json::object();
    for (const auto& [key, property] : broker.properties) one["properties"][key] = property_json(property, locator);
    one["external"] = external_json(view, broker.external);
    one["problems"] = broker.problems;
    out["brokers"].push_back(std::move(one));
  }
  if (set_view.omitted) out["brokersOmitted"] = set_view.omitted;
  return out;
}

Json service_json(const ServiceView& view, Locator& locator) {
  const BrokerService& service = *view.service;
  Json out = Json::object();
  out["object"] = object_json(*service.object);
  out["file"] = service.object->source()->name();
  out["line"] = locator.at(*service.object->source(), service.object->root->begin).line;
  out["role"] = role_name(service.role);
  out["selects"] = selects_name(service.selects);
  out["ordinal"] = nullptr;
  if (service.ordinal) out["ordinal"] = *service.ordinal;
  out["brokerSet"] = nullptr;
  if (service.set) out["brokerSet"] = service.set->object->name;
  out["certain"] = service.certain;
  out["evidence"] = service.evidence;
  out["exposure"] = view.exposure;
  out["address"] = view.address;
  out["dnsNames"] = view.dns_names;
  out["ports"] = Json::array();
  for (const ServicePort& port : view.ports) {
    Json one = Json::object({{"name", port.name}, {"port", port.port}, {"targetPort", nullptr}, {"nodePort", nullptr}});
    if (port.target) one["targetPort"] = *port.target;
    if (!port.target && !port.target_name.empty()) one["targetPort"] = port.target_name;
    if (port.node_port) one["nodePort"] = *port.node_port;
    out["ports"].push_back(std::move(one));
  }
  out["problems"] = view.problems;
  return out;
}

Json to_json(const InspectView& view, Locator& locator) {
  Json out = Json::object({{"brokerSets", Json::array()}, {"services", Json::array()}, {"unknown", Json::array()}});
  for (const SetView& set : view.sets) out["brokerSets"].push_back(set_json(view, set, locator));
  for (const ServiceView& service : view.services) out["services"].push_back(service_json(service, locator));
  for (const Model::Unknown& unknown : *view.unknown) {
    Json one = Json::object({{"object", object_json(*unknown.object)}, {"reason", unknown.reason}});
    one["file"] = unknown.object->source()->name();
    one["line"] = locator.at(*unknown.object->source(), unknown.object->root->begin).line;
    out["unknown"].push_back(std::move(one));
  }
  return out;
}

// With U+FFFD for what YAML takes in no quotes (1.2, section 5.1) and the emitter does not escape.
std::string printable(std::string text) {
  constexpr std::string_view kInstead = "\xEF\xBF\xBD";
  for (const std::string_view bad : {"\x7F", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (size_t at = 0; (at = text.find(bad, at)) != std::string::npos;) text.replace(at, bad.size(), kInstead);
  }
  return text;
}

// Strings are always quoted: the emitter writes "true" and "0123" plain.
void emit(const Json& json, YAML::Emitter& out) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(value, out);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    if (json.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& value : json) emit(value, out);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    out << YAML::DoubleQuoted << printable(json.get<std::string>());
  } else if (json.is_boolean()) {
    out << json.get<bool>();
  } else if (json.is_number()) {
    out << json.get<int64_t>();
  } else {
    out << YAML::Null;
  }
}

}  // namespace

std::string inspect_json(const InspectView& view, Locator& locator) { return dump(to_json(view, locator)); }

std::string inspect_yaml(const InspectView& view, Locator& locator) {
  // Through the dump, which makes every string valid UTF-8.
  const Json json = Json::parse(dump(to_json(view, locator)));
  YAML::Emitter out;
  emit(json, out);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace brokergate::cli
