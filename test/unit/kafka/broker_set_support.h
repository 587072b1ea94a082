// Broker sets out of a few lines of YAML.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/kafka.h"
#include "catch.h"

namespace brokerset {

using namespace brokergate;

inline std::string indent(const std::string& text, size_t by) {
  std::string out;
  bool start = true;
  for (const char c : text) {
    if (start && c != '\n') out.append(by, ' ');
    start = c == '\n';
    out.push_back(c);
  }
  if (!out.empty() && out.back() != '\n') out.push_back('\n');
  return out;
}

// One container per element, each written from column 0: "name: broker\nimage: …".
struct Manifest {
  std::string name = "kafka";
  std::string head = "apiVersion: apps/v1\nkind: StatefulSet\n";
  std::string metadata = "namespace: data\n";
  std::string spec = "replicas: 3\nserviceName: kafka-headless\n";
  std::string labels = "app: kafka\n";
  std::string pod;
  std::vector<std::string> containers;

  std::string yaml() const {
    std::string out = head + "metadata:\n  name: " + name + "\n" + indent(metadata, 2) + "spec:\n" + indent(spec, 2) +
                      "  template:\n    metadata:\n      labels:\n" + indent(labels, 8) + "    spec:\n" +
                      indent(pod, 6) + "      containers:\n";
    for (const auto& container : containers) {
      std::string block = indent(container, 8);
      block[6] = '-';
      out += block;
    }
    return out;
  }
};

inline Manifest with(const std::string& container) {
  Manifest manifest;
  manifest.containers = {container};
  return manifest;
}

inline Object load(const std::string& yaml) {
  auto result = read(std::make_shared<const Source>("test.yaml", yaml));
  INFO(yaml);
  REQUIRE(result.errors.empty());
  REQUIRE(result.documents.size() == 1);
  auto objects = objects_of(std::make_shared<const Document>(std::move(result.documents.front())));
  REQUIRE(objects.size() == 1);
  return objects.front();
}

// "<unset>", "<unknown>: reason" or the value.
inline std::string property_text(const BrokerSet& set, const std::string& name, int64_t ordinal) {
  const auto properties = set.properties(ordinal);
  const auto found = properties.find(name);
  if (found == properties.end()) return "<unset>";
  if (found->second.value) return *found->second.value;
  return found->second.unknown.empty() ? "<unset>" : "<unknown>: " + found->second.unknown;
}

// A recognised set with the object it points at.
class Broker {
 public:
  explicit Broker(const std::string& yaml) : object_(std::make_unique<Object>(load(yaml))) { recognise(); }
  explicit Broker(const Manifest& manifest) : Broker(manifest.yaml()) {}
  explicit Broker(Object object) : object_(std::make_unique<Object>(std::move(object))) { recognise(); }

  const BrokerSet* operator->() const { return &*set_; }
  const BrokerSet& set() const { return *set_; }

  std::string property(const std::string& name, int64_t ordinal = 0) const {
    return property_text(*set_, name, ordinal);
  }
  std::string advertised(int64_t ordinal = 0) const { return property("advertised.listeners", ordinal); }
  std::string source(const std::string& name = "advertised.listeners") const {
    return set_->properties(set_->first_ordinal).at(name).source.what;
  }
  // The part of the manifest that decides.
  std::string source_text(const std::string& name = "advertised.listeners") const {
    const Place place = set_->properties(set_->first_ordinal).at(name).source;
    const auto text = place.node.scalar();
    return std::string(place.end == 0 ? text : text.substr(place.begin, place.end - place.begin));
  }
  std::vector<std::string> shadowed(const std::string& name = "advertised.listeners") const {
    std::vector<std::string> out;
    const Property property = set_->properties(set_->first_ordinal).at(name);
    for (const auto& place : property.shadowed) out.push_back(place.what);
    return out;
  }

  // The set after the edits of a plan.
  Broker after(const Plan& plan) const {
    auto document = std::make_shared<const Document>(apply(object_->source(), object_->root, plan.edits));
    auto objects = objects_of(document);
    REQUIRE(objects.size() == 1);
    return Broker(objects.front());
  }
  const Object& object() const { return *object_; }

 private:
  void recognise() {
    set_ = recognise_broker_set(*object_);
    REQUIRE(set_);
    REQUIRE(set_->form);
  }

  std::unique_ptr<Object> object_;
  std::optional<BrokerSet> set_;
};

inline bool is_broker(const Manifest& manifest) { return recognise_broker_set(load(manifest.yaml())).has_value(); }

inline WantedListener wanted(const std::string& host = "{pod}.kafka.example.org", int64_t port = 9094, int slope = 0) {
  WantedListener out;
  out.name = "EXTERNAL";
  out.protocol = "PLAINTEXT";
  out.host_template = host;
  out.port_base = port;
  out.port_slope = slope;
  return out;
}

}  // namespace brokerset
