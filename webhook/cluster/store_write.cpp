// How the store takes in what the watching threads tell; all of it with writing_ held.
#include <algorithm>
#include <utility>

#include "webhook/cluster/store.h"

namespace brokergate::webhook::cluster {
namespace {

std::vector<std::string> full_names(std::string_view ns, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const std::string& name : names) out.push_back(full_name(ns, name));
  return out;
}

// What a NodeIndex is made from; the rest of a node changes without it.
bool same_place(const Object& a, const Object& b) {
  return same_value(a.metadata()["labels"], b.metadata()["labels"]) &&
         same_value(a.spec()["taints"], b.spec()["taints"]) &&
         same_value(a.spec()["unschedulable"], b.spec()["unschedulable"]);
}

bool same_pods(const Record& before, const Object& set) {
  const auto object = read_object(before);
  return object && same_value(object->spec()["template"], set.spec()["template"]);
}

}  // namespace

RecordPtr Store::record_of(Resource resource, watch::Item& item) const {
  item.json.shrink_to_fit();
  auto record = std::make_shared<const Record>(resource, std::move(item.ns), std::move(item.name),
                                               std::make_shared<const Source>(kSourceName, std::move(item.json)));
  record->list = lists_[static_cast<size_t>(resource)].number;
  return record;
}

// Where something may be missing of what was told, what follows from a text is worked out again.
bool Store::listed(const RecordPtr& known, const watch::Item& item) const {
  if (freshness_.is_torn(known->resource) || known->text->text() != item.json) return false;
  known->list = lists_[static_cast<size_t>(known->resource)].number;
  return true;
}

void Store::count_unreadable() {
  const std::lock_guard guard(mutex_);
  ++unreadable_;
}

std::vector<RecordPtr> Store::left_out(Resource resource) const {
  std::vector<RecordPtr> out;
  const auto look = [&](const RecordPtr& record) {
    if (record->list != lists_[static_cast<size_t>(resource)].number) out.push_back(record);
  };
  switch (resource) {
    case Resource::kNodes:
      for (const auto& node : view_.nodes) look(node.second);
      break;
    case Resource::kStatefulSets:
      view_.sets.each([&](const Set& set) { look(set.record); });
      break;
    case Resource::kServices:
      view_.services.each([&](const Service& service) { look(service.record); });
      break;
    case Resource::kConfigMaps:
      for (const auto& map : view_.maps) look(map.second);
      break;
  }
  return out;
}

bool Store::put_node(watch::Item item) {
  const RecordPtr* known = View::find(view_.nodes, item.ns, item.name);
  if (known && listed(*known, item)) return false;
  const RecordPtr record = record_of(Resource::kNodes, item);
  const auto node = read_object(*record);
  if (!node) {
    count_unreadable();
    return remove_held(Resource::kNodes, record->ns, record->name);
  }
  const auto before = known ? read_object(**known) : std::nullopt;
  const std::lock_guard guard(mutex_);
  view_.nodes[full_name(record->ns, record->name)] = record;
  return !before || !same_place(*before, *node);
}

void Store::put_service(watch::Item item) {
  const Service* known = view_.services.find(item.ns, item.name);
  if (known && listed(known->record, item)) return;
  RecordPtr record = record_of(Resource::kServices, item);
  const auto service = read_object(*record);
  if (!service) {
    count_unreadable();
    remove_held(Resource::kServices, record->ns, record->name);
    return;
  }
  ServiceFacts facts = facts_of_service(*service);
  const std::lock_guard guard(mutex_);
  view_.services.put(std::move(record), std::move(facts));
}

// `changed`: a ConfigMap that is about to be `changed_map`, null: to go.
std::shared_ptr<const Brokers> Store::derive(const Object& set, std::string_view ns,
                                             const std::vector<std::string>& maps, std::string_view changed,
                                             const RecordPtr& changed_map) const {
  std::vector<RecordPtr> records;
  for (const std::string& name : maps) {
    if (name == changed) {
      if (changed_map) records.push_back(changed_map);
    } else if (const RecordPtr* record = View::find(view_.maps, ns, name)) {
      records.push_back(*record);
    }
  }
  const std::vector<Object> objects = trees_.objects(records);
  auto brokers = brokers_of(set, objects, *policy_);
  return brokers ? std::make_shared<const Brokers>(std::move(*brokers)) : nullptr;
}

std::vector<std::string> Store::put_set(watch::Item item) {
  const Set* known = view_.sets.find(item.ns, item.name);
  if (known && listed(known->record, item)) return {};
  Set set;
  set.record = record_of(Resource::kStatefulSets, item);
  const auto object = read_object(*set.record);
  if (!object) {
    count_unreadable();
    remove_held(Resource::kStatefulSets, set.record->ns, set.record->name);
    return {};
  }
  set.maps = mounted_maps(*object);
  set.brokers = derive(*object, set.record->ns, set.maps, {}, nullptr);
  const std::string ns = set.record->ns;
  const std::vector<std::string> maps_before = known ? known->maps : std::vector<std::string>();
  const std::vector<std::string> full_maps_before = full_names(ns, maps_before);
  // Also those that were asked for before: they may have been passed over for a set that ran no brokers. Its pods say
  // whether it does, and most changes are of something else.
  std::vector<std::string> to_fetch;
  for (const std::string& name : set.maps)
    if (!View::find(view_.maps, ns, name)) to_fetch.push_back(name);
  if (known && !to_fetch.empty() && !freshness_.is_torn(Resource::kStatefulSets) && same_pods(*known->record, *object))
    to_fetch.clear();
  {
    const std::lock_guard guard(mutex_);
    view_.sets.put(std::move(set));
  }
  drop_unused_maps(ns, maps_before, full_maps_before);
  return to_fetch;
}

void Store::put_map(watch::Item item) {
  const RecordPtr* known = View::find(view_.maps, item.ns, item.name);
  if (known && listed(*known, item)) return;
  if (view_.sets.users_of(item.ns, item.name).empty()) return;
  const RecordPtr record = record_of(Resource::kConfigMaps, item);
  if (!read_object(*record)) {
    count_unreadable();
    remove_held(Resource::kConfigMaps, record->ns, record->name);
    return;
  }
  derive_users(record->ns, record->name, record);
}

// Broker sets say other things once a ConfigMap that they mount is another one, or gone (null).
void Store::derive_users(std::string_view ns, std::string_view name, const RecordPtr& map) {
  std::vector<Set> changed;
  bool used = false;
  for (const Set* user : view_.sets.users_of(ns, name)) {
    const auto object = trees_.object(user->record);
    if (!object) continue;
    Set set = *user;
    set.brokers = derive(*object, ns, set.maps, name, map);
    used = used || set.brokers;
    changed.push_back(std::move(set));
  }
  const std::string full = full_name(ns, name);
  const std::lock_guard guard(mutex_);
  for (Set& set : changed) view_.sets.put(std::move(set));
  if (map && used) {
    view_.maps[full] = map;
  } else {
    view_.maps.erase(full);
  }
}

// Needs no memory, so that nothing stays that is not kept up to date.
void Store::drop_unused_maps(std::string_view ns, const std::vector<std::string>& names,
                             const std::vector<std::string>& full_names) {
  for (size_t i = 0; i < names.size(); ++i) {
    const auto users = view_.sets.users_of(ns, names[i]);
    if (std::any_of(users.begin(), users.end(), [](const Set* set) { return set->brokers != nullptr; })) continue;
    const std::lock_guard guard(mutex_);
    view_.maps.erase(full_names[i]);
  }
}

bool Store::remove_held(Resource resource, std::string_view ns, std::string_view name) {
  switch (resource) {
    case Resource::kNodes: {
      const std::lock_guard guard(mutex_);
      return view_.nodes.erase(full_name(ns, name)) > 0;
    }
    case Resource::kStatefulSets: {
      const Set* known = view_.sets.find(ns, name);
      if (!known) break;
      const std::vector<std::string> maps = known->maps;
      const std::vector<std::string> full_maps = full_names(ns, maps);
      {
        const std::lock_guard guard(mutex_);
        view_.sets.remove(ns, name);
      }
      drop_unused_maps(ns, maps, full_maps);
      break;
    }
    case Resource::kServices: {
      const std::lock_guard guard(mutex_);
      view_.services.remove(ns, name);
      break;
    }
    case Resource::kConfigMaps:
      if (View::find(view_.maps, ns, name)) derive_users(ns, name, nullptr);
      break;
  }
  return false;
}

}  // namespace brokergate::webhook::cluster
