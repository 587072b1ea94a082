#include <algorithm>
#include <set>

#include "cli/output/findings.h"
#include "cli/output/inspect.h"
#include "cli/output/problem.h"
#include "cli/output/snippet.h"

namespace brokergate::cli {
namespace {

std::string file_and_line(const Object& object, uint32_t offset, Locator& locator) {
  const Source& source = *object.source();
  const Position position = locator.at(source, offset);
  return display_name(source.name()) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

std::string place_text(const Place& place, Locator& locator) {
  std::string out = harmless(place.what);
  if (!place.object || out.empty()) return out;
  const uint32_t offset =
      place.node ? offset_within(*place.object->source(), place.node, place.begin) : anchor(place.object->root);
  return out + " (" + file_and_line(*place.object, offset, locator) + ")";
}

std::string value_text(const Property& property, const Paint& paint) {
  if (property.value) return harmless(*property.value);
  if (!property.unknown.empty()) return paint.warning("unknown:") + " " + harmless(property.unknown);
  return "not set";
}

std::string ids(const std::vector<std::string_view>& problems) {
  std::string out;
  for (const std::string_view id : problems) {
    if (!out.empty()) out += ", ";
    out += id;
  }
  return out;
}

std::string port_text(const ServicePort& port) {
  std::string out = std::to_string(port.port);
  if (port.node_port) out += " (node port " + std::to_string(*port.node_port) + ")";
  if (port.target) {
    out += " to " + std::to_string(*port.target);
  } else if (!port.target_name.empty()) {
    out += " to \"" + harmless(port.target_name) + "\"";
  }
  return out;
}

std::string ports_text(const ServiceView& service) {
  std::string out = service.ports.size() == 1 ? "port " : "ports ";
  for (const ServicePort& port : service.ports) {
    if (&port != &service.ports.front()) out += ", ";
    out += port_text(port);
  }
  return service.ports.empty() ? "no port" : out;
}

// The same text for all brokers is told once.
class PropertyBlock {
 public:
  PropertyBlock(const SetView& set, std::string_view name) : name_(name) {
    for (const BrokerView& broker : set.brokers) {
      const auto found = broker.properties.find(name);
      brokers_.emplace_back(&broker, found == broker.properties.end() ? nullptr : &found->second);
    }
  }

  std::string text(Locator& locator, const Paint& paint) const {
    const Property* first = nullptr;
    for (const auto& [broker, property] : brokers_) first = first ? first : property;
    if (!first) return {};
    std::string out = "    " + paint.strong(name_);
    if (const std::string source = place_text(first->source, locator); !source.empty())
      out += (source.starts_with("derived") ? "  " : "  from ") + source;
    out += '\n';
    if (all_equal()) {
      out += "      " + value_text(*first, paint) + "\n";
    } else {
      for (const auto& [broker, property] : brokers_) {
        out += "      " + harmless(broker->pod) + ": " + (property ? value_text(*property, paint) : "not set") + "\n";
      }
    }
    for (const Place& place : first->shadowed) {
      out += "      " + paint.faint("without effect: ") + place_text(place, locator) + "\n";
    }
    return out;
  }

 private:
  bool all_equal() const {
    return std::all_of(brokers_.begin(), brokers_.end(), [&](const auto& entry) {
      const Property* one = entry.second;
      const Property* other = brokers_.front().second;
      if (!one || !other) return one == other;
      return one->value == other->value && one->unknown == other->unknown;
    });
  }

  std::string_view name_;
  std::vector<std::pair<const BrokerView*, const Property*>> brokers_;
};

// pod → Service → address → DNS name → advertised listener
std::string path_text(const InspectView& view, const BrokerView& broker, const Paint& paint) {
  const ExternalView& external = broker.external;
  const ServiceView* service = find_service(view, external.service);
  std::string out = "    " + paint.strong(harmless(broker.pod)) + "\n";
  const auto line = [&](std::string_view name, const std::string& text) {
    std::string label(name);
    label.resize(12, ' ');
    out += "      " + paint.faint(label) + text + "\n";
  };
  if (service) {
    const bool own = service->service->role == ServiceRole::kPerBroker;
    line("Service", harmless(service->service->object->name) + " (" + harmless(service->exposure) + ", " +
                        ports_text(*service) + ")" + (own ? "" : ", shared by all brokers"));
    line("address", harmless(service->address));
    std::string names;
    for (const std::string& name : service->dns_names) names += (names.empty() ? "" : ", ") + harmless(name);
    line("DNS name", names.empty() ? "none asked for" : names);
  } else {
    line("Service", "none: nothing outside leads to this broker");
  }
  if (external.advertised) {
    line("advertised", harmless(to_string(*external.advertised)));
  } else if (!external.unknown.empty()) {
    line("advertised", paint.warning("unknown:") + " " + harmless(external.unknown));
  } else {
    line("advertised", "no listener for clients outside");
  }
  if (!broker.problems.empty()) line("problems", paint.bad(ids(broker.problems)));
  return out;
}

std::string set_text(const InspectView& view, const SetView& set_view, Locator& locator, const Paint& paint) {
  const BrokerSet& set = *set_view.set;
  std::string out = paint.strong(harmless(describe(*set.object))) + "  " +
                    file_and_line(*set.object, anchor(set.object->root), locator) + "\n  form " + set.form_id + ", ";
  if (set.replicas_unknown.empty()) {
    out += count(static_cast<size_t>(std::max<int64_t>(set.replicas, 0)), "broker");
  } else {
    out += "number of brokers unknown: " + harmless(set.replicas_unknown);
  }
  out += '\n';
  if (!set.form_reason.empty()) out += "  " + paint.warning("unknown:") + " " + harmless(set.form_reason) + "\n";
  if (!set.evidence.empty()) {
    out += "  recognised: ";
    for (const std::string& evidence : set.evidence) {
      if (&evidence != &set.evidence.front()) out += "; ";
      out += harmless(evidence);
    }
    out += '\n';
  }
  if (set_view.placement) {
    const std::string_view name = placement_name(*set_view.placement);
    out += "  nodes: " + std::string(name == "mayBePreemptible" ? "may be preemptible" : name) + " (" +
           harmless(set_view.placement->reason) + ")\n";
  }
  std::set<std::string_view> names;
  for (const BrokerView& broker : set_view.brokers) {
    for (const auto& [name, property] : broker.properties) names.insert(name);
  }
  if (!names.empty()) out += "  settings\n";
  for (const std::string_view name : names) out += PropertyBlock(set_view, name).text(locator, paint);
  out += "  path from outside\n";
  for (const BrokerView& broker : set_view.brokers) out += path_text(view, broker, paint);
  if (set_view.omitted) out += "    and " + std::to_string(set_view.omitted) + " more brokers\n";
  return out;
}

std::string service_text(const ServiceView& view, Locator& locator, const Paint& paint) {
  const BrokerService& service = *view.service;
  std::string out = "  " + paint.strong(harmless(service.object->name)) + "  " +
                    file_and_line(*service.object, anchor(service.object->root), locator) + "\n    ";
  out += role_name(service.role);
  if (service.ordinal) out += " of broker " + std::to_string(*service.ordinal);
  if (service.role != ServiceRole::kHeadless) out += ", " + harmless(view.exposure);
  out += ", " + ports_text(view);
  if (!service.evidence.empty()) out += "; " + harmless(service.evidence);
  if (!service.certain) out += paint.warning(" (not certain)");
  out += '\n';
  if (!view.problems.empty()) out += "    problems: " + paint.bad(ids(view.problems)) + "\n";
  return out;
}

}  // namespace

std::string inspect_text(const InspectView& view, Locator& locator, const Paint& paint) {
  std::string out;
  for (const SetView& set : view.sets) out += set_text(view, set, locator, paint) + "\n";
  if (!view.services.empty()) {
    out += paint.strong("Services in front of brokers") + "\n";
    for (const ServiceView& service : view.services) out += service_text(service, locator, paint);
    out += '\n';
  }
  if (!view.unknown->empty()) {
    out += paint.strong("Not understood") + "\n";
    for (const Model::Unknown& unknown : *view.unknown) {
      out += "  " + harmless(describe(*unknown.object)) + "  " +
             file_and_line(*unknown.object, anchor(unknown.object->root), locator) + "\n    " +
             harmless(unknown.reason) + "\n";
    }
    out += '\n';
  }
  if (view.sets.empty() && view.services.empty() && view.unknown->empty()) {
    return "nothing here was recognised as Kafka\n";
  }
  return out + count(view.sets.size(), "broker set") + ", " + count(view.services.size(), "broker service") + ", " +
         std::to_string(view.unknown->size()) + " unknown\n";
}

}  // namespace brokergate::cli
