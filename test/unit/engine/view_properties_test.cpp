// What must hold of every request beside a cluster view, whatever is in it: over the fixtures' objects beside one
// another and over made-up clusters. More kRounds look further: of eight, each property holds.
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "unit/engine/fixture.h"
#include "unit/engine/worlds.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

constexpr size_t kRounds = 1;

const std::string kDoubt = "nothing heard of Services for 95 s";
const Sight kAlone{.view = false};
const Sight kSynced{};
const Sight kStale{.doubt = kDoubt};
const Sight kStaleDenied{.doubt = kDoubt, .when_stale = Severity::kDeny};
const Sight kMoreThanSeen{.complete = false};

// Faults of one sort are told once, with how often they were met.
class Faults {
 public:
  // `property`: a number, so that no two properties look at the same requests. `made`: clusters of a round, fewer
  // where it takes longer, or where nothing was found.
  explicit Faults(size_t property, size_t made = 250) : property_(property), made_(made) {}
  void each_request(const std::function<void(const Request&)>& judge) const {
    constexpr size_t kEvery = 14;
    const std::vector<World> worlds = worlds_of_fixtures(40);
    for (size_t round = 0; round < kRounds; ++round) {
      Chance chance(1000 * property_ + round);
      for (size_t i = (property_ + round) % kEvery; i < worlds.size(); i += kEvery)
        judge(any_request(worlds[i], chance));
      for (size_t i = 0; i < made_; ++i) {
        const World world = made_world((1000 * property_ + round) * 1000 + i);
        judge(any_request(world, chance));
      }
    }
  }
  void add(const std::string& sort, const Request& request, const std::string& what) {
    auto& [count, example] = all_[sort];
    if (count++ == 0) example = request.name + "\n" + what;
  }
  std::string text() const {
    std::string out;
    for (const auto& [sort, met] : all_)
      out += "== " + sort + ", " + std::to_string(met.first) + " times; first " + met.second;
    return out;
  }

 private:
  size_t property_, made_;
  std::map<std::string, std::pair<size_t, std::string>> all_;
};

std::string both(const char* a, const Judged& one, const char* b, const Judged& other) {
  return std::string(" ") + a + ":\n" + one.text() + " " + b + ":\n" + other.text();
}

bool all_among(const std::vector<int64_t>& some, const std::vector<int64_t>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&](int64_t one) { return std::find(all.begin(), all.end(), one) != all.end(); });
}

// It says no less at the same place, and mends no more.
bool told_by(const Judged& judged, const Told& one) {
  return std::any_of(judged.told.begin(), judged.told.end(), [&](const Told& other) {
    return other.rule == one.rule && other.object == one.object && other.path == one.path &&
           other.severity >= one.severity && (one.fixable || !other.fixable) && all_among(one.brokers, other.brokers);
  });
}

// What is said, apart from how old it is and why it is weaker.
std::vector<std::string> said(const Judged& judged) {
  std::vector<std::string> out;
  for (Told told : judged.told) {
    told.age = -1;
    told.weakened.clear();
    out.push_back(told.text());
  }
  return out;
}

// A fault of several peers is told once, at the one that stands first.
std::vector<std::string> wherever_told(const Judged& judged) {
  std::vector<std::string> out;
  for (Told told : judged.told) {
    if (!told.own) told.object = told.path = told.message = "";
    out.push_back(told.text());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What is denied alone may be right beside what the view shows, stale as it may be: then it is not denied beside a
// fresh one either. By rule, with what shows it.
const std::map<std::string, const char*> kShownRight = {
    {"advertised-listener",
     "listener.port: auto follows the Services that are there, and so does what was wrong before an update"},
    {"headless-service", "the Service that governs the set has another name, and is there"},
    {"internal-load-balancer", "nobody saw a broker start in the set that it selects"},
    {"nodeport-preemptible", "there is another way in than the node's address"},
};

const char* const kStrangers = R"(apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger, namespace: far-away}
spec:
  serviceName: ledger-headless
  replicas: 2
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers:
      - name: broker
        image: confluentinc/cp-kafka:7.4.1
        ports: [{containerPort: 7071}]
        env:
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: KAFKA_ZOOKEEPER_CONNECT, value: "zookeeper:2181"}
        - {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092,EXTERNAL://:7071"}
        - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"}
        - {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME).ledger:9092,EXTERNAL://$(POD_NAME).ledger.example.org:7071"}
---
apiVersion: v1
kind: Service
metadata: {name: ledger-0, namespace: far-away}
spec:
  type: NodePort
  selector: {app: ledger, statefulset.kubernetes.io/pod-name: ledger-0}
  ports: [{name: ledger, port: 7071, nodePort: 30711}]
---
apiVersion: v1
kind: Service
metadata: {name: ledger-0-again, namespace: further-away}
spec:
  type: LoadBalancer
  selector: {app: ledger, statefulset.kubernetes.io/pod-name: ledger-0}
  ports: [{name: ledger, port: 7071}]
)";

}  // namespace

TEST_CASE("a view in doubt takes no denial back that the request alone draws, and adds none") {
  Faults faults(1);
  faults.each_request([&](const Request& request) {
    if (request.operation == Operation::kDelete) return;
    const Judged alone = judged(request, kAlone);
    for (const Sight& sight : {kStale, kMoreThanSeen}) {
      const Judged doubted = judged(request, sight);
      for (const Told& one : alone.told) {
        // What is mended alone is not denied there: where the view keeps it from that, the view is what is in doubt.
        if (!one.denied() || one.fixable || doubted.denied(one.rule)) continue;
        const Judged fresh = judged(request, kSynced);
        if (!fresh.denied(one.rule) && kShownRight.contains(one.rule)) continue;
        faults.add("taken back: " + one.rule, request, both("alone", alone, "in doubt", doubted));
      }
      for (const Told& one : doubted.told) {
        if (!one.denied() || told_by(alone, one)) continue;
        // Told at the Service that makes it so, and of the set alone all the same.
        if (!one.own && alone.denied(one.rule)) continue;
        // That there are more objects than are looked at makes nobody free who makes hundreds of them.
        if (sight.doubt.empty() && (one.rule == "nodeport-preemptible" || one.rule == "node-port-clash")) continue;
        faults.add("added: " + one.rule, request, both("alone", alone, "in doubt", doubted));
      }
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("with whenStale deny a stale view is as good as a fresh one") {
  Faults faults(2);
  faults.each_request([&](const Request& request) {
    for (const bool peers : {true, false}) {
      Sight fresh = kSynced, stale = kStaleDenied;
      fresh.peers = stale.peers = peers;
      const Judged one = judged(request, fresh), other = judged(request, stale);
      if (said(one) != said(other)) faults.add("differs", request, both("fresh", one, "stale", other));
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("a finding has an age where the view tells it, and only there") {
  Faults faults(3);
  faults.each_request([&](const Request& request) {
    const Judged alone = judged(request, kAlone);
    for (const bool peers : {true, false}) {
      Sight sight = kSynced;
      sight.peers = peers;
      const Judged seen = judged(request, sight);
      for (const Told& one : seen.told) {
        // What is told of a peer is told by the view, whatever the request alone draws.
        const bool by_itself = one.own && told_by(alone, one);
        if (one.age >= 0 && by_itself) faults.add("an age: " + one.rule, request, both("alone", alone, "seen", seen));
        // Hints and what is going to be mended are not shown to whoever asks.
        if (one.age < 0 && !one.fixable && one.severity >= Severity::kWarn && !by_itself)
          faults.add("no age: " + one.rule, request, both("alone", alone, "seen", seen));
      }
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("no fix touches a peer, and nothing that goes away is held or mended") {
  Faults faults(4, 100);
  faults.each_request([&](const Request& request) {
    const Judged seen = judged(request, kSynced);
    if (seen.fixes_of_peers > 0) faults.add("fixed", request, seen.text());
    if (request.operation != Operation::kDelete) return;
    for (const Told& one : seen.told)
      if (one.fixable || one.denied()) faults.add("removed", request, one.text());
  });
  CHECK(faults.text() == "");
}

TEST_CASE("applying once more what is there denies nothing, and tells nothing of others") {
  Faults faults(5, 120);
  faults.each_request([&](const Request& request) {
    // onExisting deny is what says that it does.
    if (request.world->policy.on_existing == Severity::kDeny) return;
    Request again = request;
    again.operation = Operation::kUpdate;
    again.old = request.object;
    again.scale = false;
    for (const Sight& sight : {kSynced, kStale, kMoreThanSeen}) {
      const Judged seen = judged(again, sight);
      for (const Told& one : seen.told)
        if (one.denied() || !one.own) faults.add(one.rule, again, seen.text());
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("of two objects that contradict one another the one that comes last is denied") {
  Faults faults(6);
  size_t met = 0;
  faults.each_request([&](const Request& request) {
    Request first = request;
    first.operation = Operation::kCreate;
    first.old.reset();
    first.scale = false;
    first.peers.clear();
    const Judged before = judged(first, kSynced);
    for (const Object& peer : request.peers) {
      Request last = first;
      last.peers = {peer};
      const Judged after = judged(last, kSynced);
      for (const Told& one : after.told) {
        if (!one.denied() || one.fixable || one.age < 0 || told_by(before, one)) continue;
        ++met;
        Request turned = last;
        turned.object = peer;
        turned.peers = {request.object};
        const Judged other = judged(turned, kSynced);
        // Another program's Service may take a broker's node port: nobody judges it.
        if (other.denies() || other.concerned == 0) continue;
        // Told at its own CREATE, and no other fault since the second is there.
        if (before.denied(one.rule)) continue;
        // Pods of a set that comes last are given what the Service wants. A set that is there is judged as if nobody
        // gave them anything, so that a Service which keeps them from it is not told of: a gap of the engine's.
        if (request.world->policy.inject == Policy::Inject::kPod) continue;
        faults.add(one.rule, last, both("this way", after, "the other way round", other));
      }
    }
  });
  CHECK(met > 10 * kRounds);
  CHECK(faults.text() == "");
}

TEST_CASE("the order of the peers does not matter") {
  Faults faults(7, 120);
  Chance chance(5);
  faults.each_request([&](const Request& request) {
    if (request.peers.size() < 2) return;
    Request other = request;
    for (size_t i = other.peers.size() - 1; i > 0; --i) std::swap(other.peers[i], other.peers[chance.below(i + 1)]);
    for (const Sight& sight : {kSynced, kStale}) {
      const Judged one = judged(request, sight), two = judged(other, sight);
      if (wherever_told(one) != wherever_told(two)) faults.add("differs", request, both("one", one, "two", two));
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("peers that have nothing to do with the request change nothing") {
  Faults faults(8, 60);
  const Bundle strangers = bundle_of(std::make_shared<const Source>("strangers", kStrangers));
  faults.each_request([&](const Request& request) {
    Request other = request;
    other.peers.insert(other.peers.begin(), strangers.objects.begin(), strangers.objects.end());
    for (const Sight& sight : {kSynced, kStale}) {
      const Judged one = judged(request, sight), two = judged(other, sight);
      if (one.text() != two.text()) faults.add("differs", request, both("without", one, "with them", two));
    }
  });
  CHECK(faults.text() == "");
}

TEST_CASE("a view of an empty cluster says what no view says, and what is missing") {
  Faults faults(9, 120);
  faults.each_request([&](const Request& request) {
    Request lonely = request;
    lonely.peers.clear();
    Sight empty = kSynced;
    empty.nodes = false;
    const Judged alone = judged(lonely, kAlone);
    for (const bool peers : {true, false}) {
      empty.peers = peers;
      Judged seen = judged(lonely, empty);
      const Judged shown = seen;
      std::erase_if(seen.told, [](const Told& one) { return one.rule == "broker-service-missing"; });
      if (seen.text() != alone.text()) faults.add("differs", lonely, both("no view", alone, "an empty one", shown));
    }
  });
  CHECK(faults.text() == "");
}
