#include <algorithm>

#include "brokergate/kafka.h"
#include "rules/kafka/config_maps.h"
#include "rules/kafka/listener_tables.h"

namespace brokergate {

std::unique_ptr<Model> build_model(const Bundle& bundle, const Policy& policy) {
  auto model = std::make_unique<Model>();
  model->maps = std::make_shared<const ConfigMaps>(bundle);
  for (const Object& object : bundle.objects) {
    auto set = object.kind == "Pod"
                   ? policy.inject == Policy::Inject::kPod ? recognise_broker_pod(object, model->maps) : std::nullopt
                   : recognise_broker_set(object, model->maps);
    if (set) {
      if (set->form_id == "unknown-form") model->unknown.push_back({&object, set->form_reason});
      model->sets.push_back(std::move(*set));
    } else if (std::string reason = unknown_workload(object); !reason.empty()) {
      model->unknown.push_back({&object, std::move(reason)});
    }
  }
  // The Services point into the vector, which must not move any more.
  model->services = find_broker_services(bundle, model->sets, policy);
  return model;
}

std::string external_listener_name(const Model& model, const BrokerSet& set, const Policy& policy) {
  return external_listener(model, set, policy, ListenerTables(set, set.first_ordinal));
}

std::string external_listener(const Model& model, const BrokerSet& set, const Policy& policy,
                              const ListenerTables& tables) {
  if (find_listener(tables.advertised, policy.listener_name)) return policy.listener_name;
  // By another name, it has the address that the policy gives the broker.
  if (!policy.domain.empty()) {
    const std::string host = policy.host_for(set.name, set.object->ns, set.first_ordinal);
    for (const Listener& listener : tables.advertised) {
      if (listener.host == host && listener.name != tables.inter_broker && !tables.is_controller(listener.name))
        return listener.name;
    }
  }
  // Services for one broker tell more than those for all.
  for (const ServiceRole role : {ServiceRole::kPerBroker, ServiceRole::kBootstrap}) {
    for (const BrokerService& service : model.services) {
      if (service.set != &set || service.role != role || !service.external()) continue;
      if (service.ordinal && *service.ordinal != set.first_ordinal) continue;
      if (service.selects == Selects::kNothing) continue;
      for (const ServicePort& port : ports_of(service)) {
        if (const Listener* listener = tables.behind(port.target); listener && tables.is_advertised(*listener)) {
          return listener->name;
        }
      }
    }
  }
  return {};
}

}  // namespace brokergate
