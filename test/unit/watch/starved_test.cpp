// Where memory ends: whatever the sink, or whoever is told, has no room for, the thread lives on and all is read again.
#include <atomic>
#include <chrono>
#include <new>

#include "catch.h"
#include "run.h"

using namespace brokergate;
using namespace brokergate::test;
using std::chrono::milliseconds;
using watch::Item;
using watch::Reason;
using watch::Resource;

namespace {

using Request = Session::Request;

// Has no memory at the calls whose numbers are told, counted from one.
class Starving final : public watch::Sink {
 public:
  explicit Starving(std::vector<int> at) : at_(std::move(at)) {}
  void list_begins(Resource resource) override { held.list_begins(resource); }
  void list_ends(Resource resource) override {
    step();
    held.list_ends(resource);
  }
  void put(Resource resource, Item item) override {
    step();
    held.put(resource, std::move(item));
  }
  void remove(Resource resource, std::string_view ns, std::string_view name) override {
    step();
    held.remove(resource, ns, name);
  }
  void heard(Resource resource) override { held.heard(resource); }

  Held held;

 private:
  void step() {
    ++calls_;
    for (const int at : at_)
      if (at == calls_) throw std::bad_alloc();
  }
  std::vector<int> at_;
  int calls_ = 0;
};

// A list of a=1, then a watch that tells of b=2 and takes a away.
bool tell_of_two(Session& session, const Request& request) {
  if (request.has("limit=")) return session.answer(200, list(1, {node("a", 1)}));
  session.begin();
  // Once more after each list, as the place in the history says.
  if (request.has("resourceVersion=1&")) {
    session.event(event("ADDED", node("b", 2)));
    session.event(event("DELETED", node("a", 3)));
  }
  return session.hang();
}

}  // namespace

TEST_CASE("watch: what the sink has no memory for is read again") {
  for (const std::vector<int>& at : {std::vector<int>{1}, {2}, {3}, {4}, {1, 2, 4}, {1, 3, 6}}) {
    INFO(at.front() << " and " << at.size() - 1 << " more");
    ScriptedApi api(tell_of_two);
    Starving sink(at);
    Told told;
    watch::Counts counts;
    watch::Reflector reflector(Resource::kNodes, api.access(), sink, counts, told.options());
    reflector.start();
    CHECK(soon([&] { return sink.held.text(Resource::kNodes) == "b=2" && reflector.state().error.empty(); }));
    CHECK(counts.errors[static_cast<size_t>(Reason::kMemory)] == at.size());
    // Each time a list of its own: nothing is gone on from that may not be there.
    size_t lists = 0;
    for (const std::string& target : api.targets()) lists += target.find("limit=") != std::string::npos;
    CHECK(lists == at.size() + 1);
  }
}

TEST_CASE("watch: no memory for telling that there is none ends nothing") {
  std::atomic<int> left{3};
  Run run(tell_of_two, [&](watch::Options& options) {
    options.tell = [&left](bool, std::string_view, std::string_view) {
      if (left-- > 0) throw std::bad_alloc();
    };
  });
  CHECK(soon([&] { return run.text() == "b=2"; }, std::chrono::seconds(20)));
  CHECK(run.errors(Reason::kMemory) >= 1);
}

TEST_CASE("watch: without memory it is stopped at once all the same") {
  ScriptedApi api(tell_of_two);
  std::vector<int> always(1000);
  for (int i = 0; i < 1000; ++i) always[static_cast<size_t>(i)] = i + 1;
  Starving sink(always);
  Told told;
  watch::Counts counts;
  watch::Reflector reflector(Resource::kNodes, api.access(), sink, counts, told.options());
  reflector.start();
  REQUIRE(soon([&] { return counts.errors[static_cast<size_t>(Reason::kMemory)] > 0; }));
  const auto start = std::chrono::steady_clock::now();
  reflector.stop();
  reflector.join();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE(
    "watch: StatefulSets that may not be read hold up no ConfigMaps; given the right, they bring what is wanted") {
  std::atomic<bool> right{false};
  ScriptedApi api([&](Session& session, const Request& request) {
    const bool sets = request.has("/statefulsets");
    if (sets && !right) return session.answer(403, status(403, "no"));
    if (request.has("/namespaces/k/configmaps/wanted")) return session.answer(200, config_map("k", "wanted", "x", 7));
    if (!request.has("limit=")) return session.begin() && session.hang();
    if (sets)
      return session.answer(200, list(1, {R"({"metadata":{"name":"s","namespace":"k","resourceVersion":"1"}})"}));
    if (request.has("/configmaps")) return session.answer(200, list(1, {config_map("k", "wanted", "x", 7)}));
    return session.answer(200, list(1, {}));
  });
  // As the store does: a set that turns up wants a ConfigMap.
  struct Sets final : watch::Sink {
    void list_begins(Resource resource) override { held.list_begins(resource); }
    void list_ends(Resource resource) override { held.list_ends(resource); }
    void put(Resource resource, Item item) override {
      if (resource == Resource::kStatefulSets) {
        wanted = true;
        watcher->fetch("k", "wanted");
      }
      held.put(resource, std::move(item));
    }
    void remove(Resource resource, std::string_view ns, std::string_view name) override {
      held.remove(resource, ns, name);
    }
    void heard(Resource resource) override { held.heard(resource); }
    Held held;
    std::atomic<bool> wanted{false};
    watch::Watcher* watcher = nullptr;
  } sink;
  Told told;
  watch::Counters counters{};
  watch::Options options = told.options();
  std::atomic<int> forbidden{0};
  options.wanted = [&](std::string_view, std::string_view) { return sink.wanted.load(); };
  options.forbidden = [&](Resource resource) { forbidden += resource == Resource::kStatefulSets ? 1 : 1000; };
  watch::Watcher watcher(api.access(), sink, counters, options);
  sink.watcher = &watcher;
  watcher.start();
  // Told again and again: whoever counts on it may have heard of it meanwhile.
  REQUIRE(soon([&] { return forbidden >= 2 && watcher.state(Resource::kConfigMaps).synced; }));
  CHECK(sink.held.text(Resource::kConfigMaps).empty());
  CHECK_FALSE(watcher.state(Resource::kStatefulSets).synced);
  right = true;
  CHECK(soon([&] { return sink.held.text(Resource::kConfigMaps) == "k/wanted=7"; }));
  CHECK(watcher.state(Resource::kStatefulSets).synced);
  CHECK(forbidden < 1000);
  watcher.stop();
}
