// Requests in small clusters: objects of the fixtures beside one another, and made-up ones. What an evaluation says
// of a request is kept without the request, so that several can be compared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "brokergate/engine.h"
#include "brokergate/nodes.h"

namespace brokergate::test {

class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}
  size_t below(size_t bound) { return engine_() % bound; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <typename T>
  const T& of(const std::vector<T>& things) {
    return things[below(things.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// No two objects of one kind, namespace and name.
struct World {
  std::string name;  // of the fixtures, or the seed
  Policy policy;
  std::vector<Object> objects;
  std::vector<Object> looks;               // what an object of the same kind may have been before
  std::shared_ptr<const NodeIndex> nodes;  // null: nothing is known of nodes
};

struct Request {
  std::string name;
  const World* world = nullptr;
  Operation operation = Operation::kCreate;
  Object object;
  std::optional<Object> old;  // of an UPDATE
  std::vector<Object> peers;  // what a cluster view keeps of the others
  bool scale = false;
};

// What is known beside the request.
struct Sight {
  bool view = true;
  bool peers = true;  // false: Services and sets were never read
  bool nodes = true;  // false: Nodes may not be read
  std::string doubt = {};
  bool complete = true;  // ClusterView::complete
  Severity when_stale = Severity::kWarn;
};
inline constexpr int64_t kAge = 2500;

struct Told {
  std::string rule, object, path, message;
  Severity severity = Severity::kOff;
  bool fixable = false, own = false;  // own: at the request's object
  std::vector<int64_t> brokers;
  int64_t age = -1;
  std::string weakened;

  bool denied() const { return severity == Severity::kDeny; }
  std::string text() const;
};

struct Judged {
  std::vector<Told> told;  // sorted; without what is suppressed
  size_t fixes_of_peers = 0;
  size_t concerned = 0;  // broker sets, Services in front of brokers and what may be one, of the request
  const Told* denied(const std::string& rule) const;
  bool denies() const;
  std::string text() const;
};

Judged judged(const Request& request, const Sight& sight);

// One for each fixture, and `mixed` of several fixtures' objects under the policy of one.
std::vector<World> worlds_of_fixtures(size_t mixed);
// Sets, Services and nodes that agree or contradict one another in a few ways each.
World made_world(uint64_t seed);

// CREATE, UPDATE (or scale) or DELETE of one of its objects.
Request any_request(const World& world, Chance& chance);

}  // namespace brokergate::test
