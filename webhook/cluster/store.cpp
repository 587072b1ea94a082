#include "webhook/cluster/store.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "rules/text.h"
#include "webhook/cluster/give_back.h"

namespace brokergate::webhook::cluster {

Store::Store(std::shared_ptr<const Policy> policy, StoreOptions options)
    : options_(std::move(options)),
      trees_(options_.tree_text),
      policy_(std::move(policy)),
      board_([this] { return build_nodes(); }, options_.node_pace) {}

Store::~Store() = default;

// What was under way when memory ended is told again, as a whole; until then it is known to be missing.
template <typename Work>
void Store::take_up(Resource resource, const Work& work) {
  try {
    work();
  } catch (const std::exception&) {
    freshness_.torn(resource);
    throw;
  }
}

void Store::list_begins(Resource resource) {
  List& list = list_of(resource);
  ++list.number;
  list.open = true;
  list.nodes_changed |=
      resource == Resource::kNodes && (!freshness_.is_synced(resource) || freshness_.is_torn(resource));
}

void Store::list_ends(Resource resource) {
  take_up(resource, [&] { end_list(resource); });
  give_back_memory();
}

void Store::end_list(Resource resource) {
  List& list = list_of(resource);
  std::vector<RecordPtr> gone;
  {
    const std::lock_guard writer(writing_);
    gone = left_out(resource);
  }
  // One by one, so that the other writers get their turn.
  for (const RecordPtr& record : gone) {
    const std::lock_guard writer(writing_);
    list.nodes_changed |= remove_held(resource, record->ns, record->name);
  }
  gone = {};
  list.open = false;
  freshness_.heard(resource, options_.now());
  freshness_.synced(resource);
  if (std::exchange(list.nodes_changed, false)) board_.rebuild();
}

void Store::replace(Resource resource, std::vector<watch::Item> all) {
  list_begins(resource);
  for (watch::Item& item : all) put(resource, std::move(item));
  list_ends(resource);
}

void Store::put(Resource resource, watch::Item item) {
  bool nodes_changed = false;
  take_up(resource, [&] { put_one(resource, std::move(item), nodes_changed); });
  if (!nodes_changed) return;
  List& list = list_of(resource);
  // A list's changes are looked at together.
  if (list.open) {
    list.nodes_changed = true;
  } else {
    board_.changed();
  }
}

void Store::put_one(Resource resource, watch::Item item, bool& nodes_changed) {
  std::vector<std::string> to_fetch;
  const std::string ns = item.ns;
  {
    const std::lock_guard writer(writing_);
    switch (resource) {
      case Resource::kNodes:
        nodes_changed |= put_node(std::move(item));
        break;
      case Resource::kStatefulSets:
        to_fetch = put_set(std::move(item));
        break;
      case Resource::kServices:
        put_service(std::move(item));
        break;
      case Resource::kConfigMaps:
        put_map(std::move(item));
        break;
    }
  }
  if (to_fetch.empty()) return;
  std::function<void(std::string_view, std::string_view)> fetch;
  {
    const std::lock_guard guard(mutex_);
    fetch = fetch_;
  }
  if (!fetch) return;
  for (const std::string& name : to_fetch) fetch(ns, name);
}

void Store::remove(Resource resource, std::string_view ns, std::string_view name) {
  bool nodes_changed = false;
  take_up(resource, [&] {
    const std::lock_guard writer(writing_);
    nodes_changed = remove_held(resource, ns, name);
  });
  if (nodes_changed) board_.changed();
}

void Store::heard(Resource resource) { freshness_.heard(resource, options_.now()); }

void Store::fetch_with(std::function<void(std::string_view, std::string_view)> fetch) {
  const std::lock_guard guard(mutex_);
  fetch_ = std::move(fetch);
}

void Store::set_policy(std::shared_ptr<const Policy> policy) {
  std::vector<RecordPtr> sets;
  {
    const std::lock_guard writer(writing_);
    {
      const std::lock_guard guard(mutex_);
      policy_ = std::move(policy);
    }
    view_.sets.each([&](const Set& set) {
      if (set.brokers) sets.push_back(set.record);
    });
  }
  for (const RecordPtr& set : sets) {
    const std::lock_guard writer(writing_);
    const Set* known = view_.sets.find(set->ns, set->name);
    if (!known || !known->brokers) continue;
    const auto object = trees_.object(known->record);
    if (!object) continue;
    Set changed = *known;
    changed.brokers = derive(*object, changed.record->ns, changed.maps, {}, nullptr);
    const std::lock_guard guard(mutex_);
    view_.sets.put(std::move(changed));
  }
  if (freshness_.is_synced(Resource::kNodes)) board_.rebuild();
}

bool Store::wanted(std::string_view ns, std::string_view name) const {
  const std::lock_guard guard(mutex_);
  return !view_.sets.users_of(ns, name).empty();
}

std::optional<Object> Store::stateful_set(std::string_view ns, std::string_view name) const {
  RecordPtr record;
  {
    const std::lock_guard guard(mutex_);
    if (const Set* set = view_.sets.find(ns, name)) record = set->record;
  }
  if (!record) return std::nullopt;
  return trees_.object(record);
}

Bundle Store::all() const {
  std::vector<RecordPtr> records;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& node : view_.nodes) records.push_back(node.second);
    view_.sets.each([&](const Set& set) { records.push_back(set.record); });
    view_.services.each([&](const Service& service) { records.push_back(service.record); });
    for (const auto& map : view_.maps) records.push_back(map.second);
  }
  std::sort(records.begin(), records.end(), [](const RecordPtr& a, const RecordPtr& b) {
    return std::tie(a->resource, a->ns, a->name) < std::tie(b->resource, b->ns, b->name);
  });
  Bundle bundle;
  bundle.objects.reserve(records.size());
  for (const RecordPtr& record : records)
    if (auto object = read_object(*record)) bundle.objects.push_back(std::move(*object));
  return bundle;
}

State Store::state(Clock::time_point now) const {
  State state = freshness_.state(now, std::chrono::seconds(policy()->stale_after));
  if (board_.behind()) {
    const char* why = "there was no memory to look at all Nodes together";
    if (state.doubt.empty()) state.brief_doubt = why;
    state.doubt += cat(state.doubt.empty() ? "" : "; ", why);
  }
  const std::lock_guard guard(mutex_);
  const auto count = [&](Resource resource, size_t objects) {
    state.of[static_cast<size_t>(resource)].objects = objects;
  };
  count(Resource::kNodes, view_.nodes.size());
  count(Resource::kStatefulSets, view_.sets.size());
  count(Resource::kServices, view_.services.size());
  count(Resource::kConfigMaps, view_.maps.size());
  return state;
}

size_t Store::unreadable() const {
  const std::lock_guard guard(mutex_);
  return unreadable_;
}

std::shared_ptr<const Policy> Store::policy() const {
  const std::lock_guard guard(mutex_);
  return policy_;
}

std::shared_ptr<const NodeIndex> Store::build_nodes() const {
  if (!freshness_.is_synced(Resource::kNodes)) return nullptr;
  std::vector<RecordPtr> records;
  std::shared_ptr<const Policy> policy;
  {
    const std::lock_guard guard(mutex_);
    policy = policy_;
    records.reserve(view_.nodes.size());
    for (const auto& node : view_.nodes) records.push_back(node.second);
  }
  std::sort(records.begin(), records.end(), [](const RecordPtr& a, const RecordPtr& b) { return a->name < b->name; });
  std::optional<Object> node;
  size_t read = 0;
  const auto next = [&]() -> const Object* {
    while (read < records.size())
      if (node = read_object(*records[read++]); node) return &*node;
    return nullptr;
  };
  return std::make_shared<const NodeIndex>(next, *policy);
}

// False: neither it nor what it was before runs brokers.
bool Store::question_of_set(const Object& object, const Object* old_object, Question& question) const {
  std::vector<const Object*> forms = {&object};
  if (old_object) forms.push_back(old_object);
  for (const Object* form : forms) {
    question.pods.push_back(pods_of(*form));
    question.pods.back().ns = question.ns;
    question.governing.emplace_back(form->spec()["serviceName"].str());
    const std::vector<std::string> maps = mounted_maps(*form);
    question.maps.insert(question.maps.end(), maps.begin(), maps.end());
  }
  std::vector<RecordPtr> records;
  std::shared_ptr<const Policy> policy;
  {
    const std::lock_guard guard(mutex_);
    policy = policy_;
    for (const std::string& map : question.maps)
      if (const RecordPtr* record = View::find(view_.maps, question.ns, map)) records.push_back(*record);
  }
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
  const std::vector<Object> maps = trees_.objects(records);
  if (auto brokers = brokers_of(object, maps, *policy)) {
    question.wants = std::move(brokers->wants);
    return true;
  }
  return old_object && brokers_of(*old_object, maps, *policy);
}

Peers Store::peers_of(const Object& object, const Object* old_object) const {
  Peers out;
  out.nodes = board_.index();
  const auto asked = std::find_if(kResources.begin(), kResources.end(), [&](Resource resource) {
    return object.kind == kind_of(resource) && object.api_version == api_version_of(resource);
  });
  if (asked == kResources.end() || *asked == Resource::kNodes) return out;
  Question question;
  question.resource = *asked;
  question.ns = object.ns;
  question.name = object.name;
  if (*asked == Resource::kStatefulSets && !question_of_set(object, old_object, question)) return out;
  if (*asked == Resource::kServices) {
    ServiceFacts facts = facts_of_service(object);
    question.selectors.push_back(std::move(facts.selector));
    question.claims = std::move(facts.claims);
    if (old_object) question.selectors.push_back(selector_of(*old_object));
  }
  Neighbours found;
  {
    const std::lock_guard guard(mutex_);
    found = neighbours_of(view_, question);
  }
  out.complete = found.complete;
  out.objects = trees_.objects(found.records);
  return out;
}

}  // namespace brokergate::webhook::cluster
