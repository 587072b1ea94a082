// ConfigMaps: only those that are wanted are kept, and one that turns out to be wanted is read by itself.
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

#include "catch.h"
#include "run.h"

using namespace brokergate;
using namespace brokergate::test;
using std::chrono::milliseconds;
using watch::Reason;
using watch::Resource;

namespace {

using Request = Session::Request;
using Strings = std::vector<std::string>;

class Wanted {
 public:
  explicit Wanted(std::set<std::string> names) : names_(std::move(names)) {}
  void add(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }
  void drop(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.erase(name);
  }
  std::function<void(watch::Options&)> ask() {
    return [this](watch::Options& options) {
      options.wanted = [this](std::string_view ns, std::string_view name) {
        const std::lock_guard lock(mutex_);
        return names_.count(std::string(ns) + "/" + std::string(name)) > 0;
      };
    };
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace

TEST_CASE("watch: of ConfigMaps only the wanted are kept") {
  Wanted wanted({"k/a", "k/c"});
  std::atomic<bool> go{false};
  Run run(
      [&](Session& session, const Request& request) {
        if (request.has("limit=")) {
          return session.answer(200, list(5, {config_map("k", "a", "x", 1), config_map("k", "b", "x", 2)}));
        }
        session.begin();
        session.event(event("ADDED", config_map("k", "c", "x", 6)));
        session.event(event("ADDED", config_map("k", "d", "x", 7)));
        while (!go && session.wait(milliseconds(5))) continue;
        return session.event(event("MODIFIED", config_map("k", "a", "y", 8))) && session.hang();
      },
      wanted.ask(), Resource::kConfigMaps);
  CHECK(run.holds("k/a=1 k/c=6"));
  CHECK(soon([&] { return run.held.calls().size() == 6; }));
  CHECK(run.held.calls() == Strings{"replace 1", "heard", "put k/c 6", "heard", "remove k/d", "heard"});
  CHECK(run.counts.objects == 2);
  // No longer wanted: gone with the next change, so that no old state is found later.
  wanted.drop("k/a");
  go = true;
  CHECK(run.holds("k/c=6"));
  CHECK(soon([&] { return run.counts.objects == 1; }));
}

TEST_CASE("watch: a ConfigMap that was passed over is read by itself, while the watch goes on") {
  Wanted wanted({});
  std::atomic<int> gets{0};
  std::atomic<bool> go{false};
  Run run(
      [&](Session& session, const Request& request) {
        if (request.has("limit=")) return session.answer(200, list(5, {config_map("k", "a", "x", 1)}));
        if (request.has("/namespaces/k/configmaps/gone")) return session.answer(404, status(404, "not found"));
        if (request.has("/namespaces/k/configmaps/")) {
          if (++gets == 1) return session.answer(503, status(503, "later"));
          return session.answer(200, config_map("k", "a", "y", 9));
        }
        session.begin();
        while (!go && session.wait(milliseconds(5))) continue;
        return session.event(event("MODIFIED", config_map("k", "a", "z", 10))) && session.hang();
      },
      wanted.ask(), Resource::kConfigMaps);
  REQUIRE(soon([&] { return run.asked("watch=1") == 1; }));
  CHECK(run.text().empty());
  wanted.add("k/a");
  wanted.add("k/gone");
  run.reflector->fetch("k", "a");
  run.reflector->fetch("k", "gone");
  // What is no name never gets into a path.
  for (const char* name : {"", "..", "../secrets/x", "a?b", "A", "a b"}) run.reflector->fetch("k", name);
  CHECK(run.holds("k/a=9"));
  CHECK(gets == 2);
  CHECK(run.held.json(Resource::kConfigMaps, "k/a").find(R"("data":{"value":"y"})") != std::string::npos);
  CHECK(soon([&] { return run.counts.events[watch::kFetched] == 2; }));
  CHECK(run.told.lines() == Strings{"the cluster view has read configmaps: 0 objects",
                                    "! a single object of configmaps cannot be read: k/a: get configmaps is answered "
                                    "with 503: later"});
  go = true;
  CHECK(run.holds("k/a=10"));
  CHECK(run.asked("watch=1") == 1);
  CHECK(run.asked("/namespaces/") == 4 - 1);
  CHECK(run.counts.objects == 1);
}

TEST_CASE("watch: a ConfigMap that is forbidden is told once and not asked for again and again") {
  Wanted wanted({"k/a", "k/b"});
  Run run(
      [&](Session& session, const Request& request) {
        if (request.has("limit=")) return session.answer(200, list(5, {}));
        if (request.has("/namespaces/")) return session.answer(403, status(403, "no"));
        return session.begin() && session.hang();
      },
      wanted.ask(), Resource::kConfigMaps);
  REQUIRE(soon([&] { return run.asked("watch=1") == 1; }));
  run.reflector->fetch("k", "a");
  run.reflector->fetch("k", "b");
  REQUIRE(run.fails(Reason::kForbidden, 2));
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(run.asked("/namespaces/") == 2);
  CHECK(run.told.lines() == Strings{"the cluster view has read configmaps: 0 objects",
                                    "! a single object of configmaps cannot be read: k/a: get configmaps is forbidden: "
                                    "no"});
}

TEST_CASE("watch: all resources are watched, ConfigMaps when StatefulSets are known; one may be forbidden") {
  std::atomic<bool> sets{false};
  ScriptedApi api([&](Session& session, const Request& request) {
    if (request.has("watch=1")) return session.begin() && session.hang();
    if (request.has("/configmaps")) return session.answer(403, status(403, "no ConfigMaps"));
    if (request.has("/statefulsets") && !sets) return session.answer(503, "");
    return session.answer(200, list(1, {}));
  });
  Held held;
  Told told;
  watch::Counters counters{};
  watch::Options options = told.options();
  std::atomic<int> forbidden{-1};
  options.forbidden = [&](Resource resource) { forbidden = static_cast<int>(resource); };
  watch::Watcher watcher(api.access(), held, counters, options);
  watcher.start();
  CHECK(soon([&] { return watcher.state(Resource::kNodes).synced && watcher.state(Resource::kServices).synced; }));
  CHECK_FALSE(watcher.state(Resource::kStatefulSets).synced);
  CHECK(watcher.state(Resource::kConfigMaps).error == "configmaps are read when the statefulsets are known");
  for (const std::string& target : api.targets()) CHECK(target.find("/configmaps") == std::string::npos);
  sets = true;
  CHECK(soon([&] { return watcher.state(Resource::kStatefulSets).synced; }));
  CHECK(soon(
      [&] { return watcher.state(Resource::kConfigMaps).error == "list configmaps is forbidden: no ConfigMaps"; }));
  CHECK_FALSE(watcher.state(Resource::kConfigMaps).synced);
  CHECK(forbidden == static_cast<int>(Resource::kConfigMaps));
  const auto start = std::chrono::steady_clock::now();
  watcher.stop();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  const auto lines = told.lines();
  CHECK(std::count(lines.begin(), lines.end(),
                   "! the watch of configmaps fails: list configmaps is forbidden: no ConfigMaps") == 1);
}
