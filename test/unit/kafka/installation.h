// A broker set together with the ConfigMaps beside it.
#pragma once

#include "broker_set_support.h"
#include "rules/kafka/config_maps.h"

namespace brokerset {

class Installation {
 public:
  // `maps`: documents separated by `---`, in the file `folder`/maps.yaml.
  Installation(const Manifest& manifest, const std::string& maps, const std::string& file = "test.yaml") {
    add("test.yaml", manifest.yaml());
    add(file, maps);
    maps_ = std::make_shared<const ConfigMaps>(bundle_);
    set_ = recognise_broker_set(bundle_.objects.front(), maps_);
    REQUIRE(set_);
  }

  const BrokerSet* operator->() const { return &*set_; }
  std::string property(const std::string& name, int64_t ordinal = 0) const {
    return property_text(*set_, name, ordinal);
  }
  std::string advertised(int64_t ordinal = 0) const { return property("advertised.listeners", ordinal); }
  Place place(const std::string& name = "advertised.listeners") const {
    return set_->properties(set_->first_ordinal).at(name).source;
  }
  // The bytes that decide, and the object they stand in.
  std::string source_text(const std::string& name = "advertised.listeners") const {
    const Place at = place(name);
    const auto text = at.node.scalar();
    return describe(*at.object) + ": " + std::string(at.end == 0 ? text : text.substr(at.begin, at.end - at.begin));
  }

  // Planned, applied and recognised again; the plan's own proof has to hold as well.
  Plan plan(const WantedListener& wish = wanted()) {
    const Plan plan = plan_external_listener(*set_, wish);
    if (plan.changes_nothing()) return plan;
    const Object& before = bundle_.objects.front();
    auto document = std::make_shared<const Document>(apply(before.source(), before.root, plan.edits));
    changed_ = std::make_unique<Object>(objects_of(document).front());
    if (!plan.config_map_edits.empty()) {
      const Object& map = *plan.config_map;
      auto mended = std::make_shared<const Document>(apply(map.source(), map.root, plan.config_map_edits));
      changed_map_ = std::make_unique<Object>(objects_of(mended).front());
      maps_ = std::make_shared<const ConfigMaps>(maps_->with(map, *changed_map_));
    }
    set_ = recognise_broker_set(*changed_, maps_);
    REQUIRE(set_);
    const Plan again = plan_external_listener(*set_, wish);
    CHECK(again.refusal.empty());
    CHECK(again.edits.empty());
    return plan;
  }
  // The set as it stands, as JSON.
  std::string text() const { return to_json(set_->object->root); }
  // The ConfigMap that the plan changed, as JSON; empty when it changed none.
  std::string map_text() const { return changed_map_ ? to_json(changed_map_->root) : std::string(); }

 private:
  void add(const std::string& file, const std::string& yaml) {
    auto result = read(std::make_shared<const Source>(file, yaml));
    INFO(yaml);
    REQUIRE(result.errors.empty());
    for (Document& document : result.documents)
      for (Object& object : objects_of(std::make_shared<const Document>(std::move(document))))
        bundle_.objects.push_back(std::move(object));
  }

  Bundle bundle_;
  std::shared_ptr<const ConfigMaps> maps_;
  std::unique_ptr<Object> changed_, changed_map_;
  std::optional<BrokerSet> set_;
};

// A ConfigMap of namespace data; `data` is written from column 0.
inline std::string config_map(const std::string& name, const std::string& data, const std::string& ns = "data") {
  return "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n" +
         (ns.empty() ? "" : "  namespace: " + ns + "\n") + "data:\n" + indent(data, 2);
}

}  // namespace brokerset
