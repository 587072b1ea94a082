// A reflector at work, and what came of it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scripted_api.h"
#include "webhook/watch/watcher.h"

namespace brokergate::test {

namespace watch = webhook::watch;

// What a store would hold.
class Held final : public watch::Sink {
 public:
  void list_begins(watch::Resource resource) override;
  void list_ends(watch::Resource resource) override;
  void put(watch::Resource resource, watch::Item item) override;
  void remove(watch::Resource resource, std::string_view ns, std::string_view name) override;
  void heard(watch::Resource resource) override;

  // "a=1 b=2": names and versions in order; those in a namespace as "ns/a".
  std::string text(watch::Resource resource) const;
  // The calls in order: "replace 2" for a list that has ended, "put a 5", "remove a", "heard".
  std::vector<std::string> calls() const;
  std::string json(watch::Resource resource, const std::string& name) const;

 private:
  mutable std::mutex mutex_;
  std::map<watch::Resource, std::map<std::string, watch::Item>> items_;
  std::map<watch::Resource, std::vector<watch::Item>> lists_;  // that have begun
  std::vector<std::string> calls_;
};

// Times with which a test is over soon: pauses are short. What gives up a server that is only slow is
// not: a test of it sets its own, and no other fails because its machine is busy.
watch::Timing quick();

// What was told, and options that collect it.
class Told {
 public:
  watch::Options options();
  std::vector<std::string> lines() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// True as soon as `holds` does; false after `patience`.
bool soon(const std::function<bool()>& holds, std::chrono::milliseconds patience = std::chrono::seconds(30));

// Nodes, watched. Members are public: tests look at all of them.
struct Run {
  explicit Run(ScriptedApi::Script script, const std::function<void(watch::Options&)>& change = {},
               watch::Resource resource = watch::Resource::kNodes);

  std::string text() const { return held.text(resource); }
  bool holds(const std::string& wanted) const {
    return soon([&] { return text() == wanted; });
  }
  uint64_t errors(watch::Reason reason) const { return counts.errors[static_cast<size_t>(reason)]; }
  bool fails(watch::Reason reason, uint64_t times = 1) const {
    return soon([&] { return errors(reason) >= times; });
  }
  size_t asked(const std::string& part) const;  // requests with it in their target

  watch::Resource resource;
  ScriptedApi api;
  Held held;
  Told told;
  watch::Counts counts;
  std::unique_ptr<watch::Reflector> reflector;
};

size_t open_files();
size_t threads();

}  // namespace brokergate::test
