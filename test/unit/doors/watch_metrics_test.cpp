// What is printed of the watches.
#include <chrono>
#include <string>

#include "catch.h"
#include "webhook/metrics.h"
#include "webhook/operations_door.h"

using namespace brokergate;
using namespace brokergate::webhook;

TEST_CASE("metrics: the watches are counted by resource; their age is there once something was heard") {
  Metrics metrics("test");
  const net::Counts connections;
  CHECK(metrics.text(connections).find("brokergate_watch") == std::string::npos);

  watch::Counters counters{};
  metrics.watches(counters, [] { return webhook::cluster::State(); });
  watch::Counts& services = counters[static_cast<size_t>(watch::Resource::kServices)];
  services.events[static_cast<size_t>(watch::EventType::kModified)] = 7;
  services.events[watch::kFetched] = 2;
  services.errors[static_cast<size_t>(watch::Reason::kForbidden)] = 3;
  services.errors[static_cast<size_t>(watch::Reason::kRefused)] = 4;
  services.lists = 5;
  services.objects = 20000;
  const std::string before = metrics.text(connections);
  CHECK(before.find("brokergate_watch_age_seconds{") == std::string::npos);
  services.hear(std::chrono::steady_clock::now() - std::chrono::seconds(95));
  const std::string text = metrics.text(connections);
  for (const char* line : {"brokergate_watch_events_total{resource=\"services\",type=\"modified\"} 7\n",
                           "brokergate_watch_events_total{resource=\"services\",type=\"fetched\"} 2\n",
                           "brokergate_watch_events_total{resource=\"nodes\",type=\"added\"} 0\n",
                           "brokergate_watch_lists_total{resource=\"services\"} 5\n",
                           "brokergate_watch_errors_total{resource=\"services\",reason=\"forbidden\"} 3\n",
                           "brokergate_watch_errors_total{resource=\"services\",reason=\"refused\"} 4\n",
                           "brokergate_watch_errors_total{resource=\"configmaps\",reason=\"too_large\"} 0\n",
                           "brokergate_watch_objects{resource=\"services\"} 20000\n",
                           "brokergate_watch_objects{resource=\"statefulsets\"} 0\n",
                           "brokergate_watch_age_seconds{resource=\"services\"} 95."}) {
    INFO(line);
    CHECK(text.find(line) != std::string::npos);
  }
  CHECK(text.find("brokergate_watch_age_seconds{resource=\"nodes\"}") == std::string::npos);
}

TEST_CASE("metrics: what of the view is not to be relied on, and what may not be read") {
  Metrics metrics("test");
  const net::Counts connections;
  const watch::Counters counters{};
  cluster::Freshness freshness;
  const auto now = cluster::Clock::now();
  metrics.watches(counters, [&] { return freshness.state(now, std::chrono::seconds(90)); });
  const auto has = [&](const std::string& line) {
    return metrics.text(connections).find(line + "\n") != std::string::npos;
  };
  CHECK(has("brokergate_cluster_view_synced 0"));
  CHECK(has("brokergate_cluster_view_doubtful 1"));
  for (const watch::Resource resource : watch::kResources) {
    if (resource == watch::Resource::kNodes) continue;
    freshness.heard(resource, now);
    freshness.synced(resource);
  }
  freshness.give_up(watch::Resource::kNodes);
  CHECK(has("brokergate_cluster_view_synced 1"));
  CHECK(has("brokergate_cluster_view_doubtful 0"));
  CHECK(has(R"(brokergate_watch_forbidden{resource="nodes"} 1)"));
  CHECK(has(R"(brokergate_watch_forbidden{resource="services"} 0)"));
  freshness.torn(watch::Resource::kServices);
  CHECK(has("brokergate_cluster_view_doubtful 1"));
}

TEST_CASE("/readyz tells of a view that is not to be relied on, and stays as it is") {
  struct View final : ClusterSource {
    Surroundings around(const Object&, const Object*) const override { return {}; }
    std::optional<Object> stateful_set(std::string_view, std::string_view) const override { return std::nullopt; }
    std::string condition() const override { return said; }
    std::string said;
  } view;
  Metrics metrics("test");
  const net::Counts connections;
  OperationsDoor door(metrics, connections);
  door.look_at(&view);
  const auto asked = [&] {
    net::Head head;
    head.path = "/readyz";
    net::Call call{head, {}, {}, std::chrono::steady_clock::time_point::max()};
    const net::Reply reply = door.answer(call);
    return std::to_string(reply.status) + " " + reply.body;
  };
  CHECK(asked() == "503 not ready: starting\n");
  view.said = "Nodes are not read yet";
  CHECK(asked() == "503 not ready: starting\ncluster view: Nodes are not read yet\n");
  door.set_ready(true, "");
  view.said = "nothing heard of Nodes for 95 s";
  CHECK(asked() == "200 ok\ncluster view: nothing heard of Nodes for 95 s\n");
  view.said.clear();
  CHECK(asked() == "200 ok\n");
}
