// What serve knows of a cluster's objects: written by the threads that watch it, asked by those that answer reviews.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/nodes.h"
#include "brokergate/object.h"
#include "brokergate/policy.h"
#include "webhook/cluster/freshness.h"
#include "webhook/cluster/node_board.h"
#include "webhook/cluster/record.h"
#include "webhook/cluster/view.h"
#include "webhook/watch/sink.h"

namespace brokergate::webhook::cluster {

struct Peers {
  std::vector<Object> objects;             // they keep alive what they need; their source is kSourceName
  bool complete = true;                    // false: there are more than Neighbours tells
  std::shared_ptr<const NodeIndex> nodes;  // null: nothing is known of nodes (yet)
};

struct StoreOptions {
  std::function<Clock::time_point()> now = [] { return Clock::now(); };
  std::chrono::milliseconds node_pace{100};  // see NodeBoard
  size_t tree_text = size_t{3} << 19;        // see Trees; reading anew costs microseconds
};

// Thread-safe. No I/O. Who asks waits for a lookup of others at most, never for text being read: all of that is
// done outside of the lock that readers take. Writers wait for one another.
class Store : public watch::Sink {
 public:
  // `policy` is never null.
  explicit Store(std::shared_ptr<const Policy> policy, StoreOptions options = {});
  ~Store() override;

  // ---- for those who watch
  void list_begins(Resource resource) override;
  void list_ends(Resource resource) override;
  // A list whose objects are all there: begun, put and ended.
  void replace(Resource resource, std::vector<watch::Item> all);
  // An object that cannot be read is as one that is not there, and counted.
  void put(Resource resource, watch::Item item) override;
  void remove(Resource resource, std::string_view ns, std::string_view name) override;
  void heard(Resource resource) override;

  // Whether a StatefulSet mounts the ConfigMap. Others need not be told of: they are not kept. Nor are those of
  // StatefulSets that do not run brokers even with what the ConfigMap says.
  bool wanted(std::string_view ns, std::string_view name) const;
  // `fetch` is called when a StatefulSet turns up, or becomes another one, that mounts a ConfigMap which is not
  // here, on the thread that told of the StatefulSet and without any lock. Set it before anything is told.
  void fetch_with(std::function<void(std::string_view ns, std::string_view name)> fetch);

  // ---- for those who answer
  // Other objects without which a request for this one cannot be judged; see neighbours_of. The object itself is
  // never among them. Nothing for a StatefulSet that runs no brokers and for kinds that are not watched.
  // Its namespace must be filled in, as the API server tells it beside the object.
  Peers peers_of(const Object& object, const Object* old_object = nullptr) const;
  std::shared_ptr<const NodeIndex> nodes() const { return board_.index(); }
  std::optional<Object> stateful_set(std::string_view ns, std::string_view name) const;
  // Everything, sorted by resource, namespace and name; trees are made for the occasion.
  Bundle all() const;

  State state(Clock::time_point now) const;
  // Objects that could not be read.
  size_t unreadable() const;

  // ---- for the one who reloads
  // Takes as long as it takes to derive all broker sets and nodes again; requests are answered meanwhile.
  void set_policy(std::shared_ptr<const Policy> policy);
  // The policy's; see Freshness.
  std::chrono::seconds stale_after() const { return std::chrono::seconds(policy()->stale_after); }
  // There is no right to read the resource: nobody shall wait for it, until it is heard of again.
  void give_up(Resource resource) { freshness_.give_up(resource); }

 private:
  // Each with writing_ held.
  bool put_node(watch::Item item);                     // true: the index is to be built again
  std::vector<std::string> put_set(watch::Item item);  // ConfigMaps to fetch
  void put_service(watch::Item item);
  void put_map(watch::Item item);
  bool remove_held(Resource resource, std::string_view ns, std::string_view name);  // as put_node

  void derive_users(std::string_view ns, std::string_view name, const RecordPtr& map);
  void drop_unused_maps(std::string_view ns, const std::vector<std::string>& names,
                        const std::vector<std::string>& full_names);
  template <typename Work>
  void take_up(Resource resource, const Work& work);
  std::shared_ptr<const Brokers> derive(const Object& set, std::string_view ns, const std::vector<std::string>& maps,
                                        std::string_view changed, const RecordPtr& changed_map) const;
  RecordPtr record_of(Resource resource, watch::Item& item) const;
  void put_one(Resource resource, watch::Item item, bool& nodes_changed);
  void end_list(Resource resource);
  void count_unreadable();
  std::shared_ptr<const Policy> policy() const;
  bool listed(const RecordPtr& known, const watch::Item& item) const;  // true: it is there already
  std::vector<RecordPtr> left_out(Resource resource) const;            // by its list
  std::shared_ptr<const NodeIndex> build_nodes() const;
  bool question_of_set(const Object& object, const Object* old_object, Question& question) const;

  const StoreOptions options_;
  Freshness freshness_;
  mutable Trees trees_;

  struct List {
    uint32_t number = 0;
    bool open = false, nodes_changed = false;
  };
  std::array<List, kResources.size()> lists_;  // of each resource, for its own thread
  List& list_of(Resource resource) { return lists_[static_cast<size_t>(resource)]; }

  // Held by one writer from looking to changing; writers may read without mutex_.
  std::mutex writing_;
  mutable std::mutex mutex_;  // held for lookups and changes only
  View view_;
  std::shared_ptr<const Policy> policy_;
  std::function<void(std::string_view, std::string_view)> fetch_;
  size_t unreadable_ = 0;

  NodeBoard board_;  // last: its thread asks for the others
};

}  // namespace brokergate::webhook::cluster
