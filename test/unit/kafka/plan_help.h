// A plan that is made, carried out and looked at again on the changed object.
#pragma once

#include "broker_set_support.h"

namespace plantest {

using namespace brokerset;

inline const std::string kConfluent = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\n";
inline const std::string kBitnami = "name: broker\nimage: bitnami/kafka:3.4.0\n";
inline const std::string kPodName = "- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n";

struct Planned {
  Broker before;
  Plan plan;
  std::optional<Broker> after;

  Planned(const Manifest& manifest, const WantedListener& wish)
      : before(manifest), plan(plan_external_listener(before.set(), wish)) {
    INFO(plan.refusal);
    CHECK(plan.at);
    if (plan.refusal.empty() && !plan.edits.empty()) {
      after.emplace(before.after(plan));
      // Planned again, there is nothing left to do.
      const Plan again = plan_external_listener(after->set(), wish);
      CHECK(again.refusal.empty());
      CHECK(again.edits.empty());
    }
  }
  std::string patch() const { return to_json_patch(before.object().root, plan.edits); }
  // The env value or script after the change.
  std::string text(const std::string& property = "advertised.listeners") const {
    return std::string(after->set().properties(after->set().first_ordinal).at(property).source.node.scalar());
  }
};

inline Planned planned(const std::string& container, const WantedListener& wish = wanted()) {
  return Planned(with(container), wish);
}
inline std::string refusal(const std::string& container, const WantedListener& wish = wanted()) {
  const Planned result = planned(container, wish);
  CHECK(result.plan.edits.empty());
  return result.plan.refusal;
}

// The place of a new or changed container port in the patched object.
inline std::vector<int64_t> ports(const Broker& broker) {
  std::vector<int64_t> out;
  for (const Node& node : broker.set().container["ports"].children())
    out.push_back(Value(&node)["containerPort"].as_int().value_or(-1));
  return out;
}

inline std::string script(const std::string& line) {
  return kConfluent + "command:\n- sh\n- -exc\n- |\n  unset KAFKA_PORT && \\\n" + "  " + line +
         " && \\\n  exec /etc/confluent/docker/run\n";
}

}  // namespace plantest
