#include "webhook/cluster_watch.h"

#include <chrono>
#include <utility>

#include "rules/text.h"

namespace brokergate::webhook {
namespace {

watch::Options watch_options(watch::AccessReader again, cluster::Store& store, Log& log) {
  watch::Options out;
  out.access = std::move(again);
  out.wanted = [&store](std::string_view ns, std::string_view name) { return store.wanted(ns, name); };
  out.tell = [&log](bool problem, std::string_view message, std::string_view detail) {
    problem ? log.problem(message, detail) : log.event(message, detail);
  };
  out.heard_within = [&store] { return store.stale_after(); };
  out.forbidden = [&store](watch::Resource resource) { store.give_up(resource); };
  return out;
}

}  // namespace

ClusterWatch::ClusterWatch(const std::shared_ptr<const certs::Access>& access, watch::AccessReader again,
                           PolicyPtr policy, Log& log)
    : store_(std::move(policy)), watcher_(access, store_, counters_, watch_options(std::move(again), store_, log)) {
  store_.fetch_with(
      [this](std::string_view ns, std::string_view name) { watcher_.fetch(std::string(ns), std::string(name)); });
}

ClusterWatch::~ClusterWatch() { watcher_.stop(); }

void ClusterWatch::start() { watcher_.start(); }

void ClusterWatch::replace(PolicyPtr policy) { store_.set_policy(std::move(policy)); }

Surroundings ClusterWatch::around(const Object& object, const Object* old_object) const {
  const cluster::State state = store_.state(cluster::Clock::now());
  const auto read = [&](watch::Resource resource) { return state.of[static_cast<size_t>(resource)].synced; };
  if (!read(watch::Resource::kServices) || !read(watch::Resource::kStatefulSets))
    return {{}, store_.nodes(), state.age.count(), state.brief_doubt, true, false};
  cluster::Peers peers = store_.peers_of(object, old_object);
  return {std::move(peers.objects), std::move(peers.nodes), state.age.count(), state.brief_doubt, peers.complete};
}

std::optional<Object> ClusterWatch::stateful_set(std::string_view ns, std::string_view name) const {
  return store_.stateful_set(ns, name);
}

std::string ClusterWatch::condition() const {
  const cluster::State now = state();
  std::string out = now.doubt;
  if (!now.given_up.empty())
    out += cat(out.empty() ? "" : "; ", "not read, because the API server forbids it: ", now.given_up);
  return out;
}

cluster::State ClusterWatch::state() const { return store_.state(cluster::Clock::now()); }

}  // namespace brokergate::webhook
