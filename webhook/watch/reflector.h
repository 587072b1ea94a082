// Keeps a Sink equal to what the API server has of one resource: a list, then a watch from there on. Where memory ends,
// whatever was under way is given up, and all is read again a little later
// (kubernetes.io, "Kubernetes API Concepts": efficient detection of changes, chunked lists, bookmarks, 410 Gone).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "webhook/watch/backoff.h"
#include "webhook/watch/counters.h"
#include "webhook/watch/pages.h"
#include "webhook/watch/stream.h"

namespace brokergate::webhook::watch {

struct Timing {
  using Duration = std::chrono::milliseconds;
  Duration connect{5'000}, silence{15'000}, page{60'000};  // of a request for a page of a list
  Duration fetch{5'000};                                   // of one for a single object, as a whole
  // timeoutSeconds of a watch, anything between; short on purpose: a watch that ends in order proves that
  // nothing was missed, and one on a dead connection is given up `grace` after it should have ended.
  std::chrono::seconds watch_least{25}, watch_most{35};
  Duration grace{5'000};
  // The first watch after a failure, so that soon after an outage it is known that nothing is missing.
  std::chrono::seconds watch_after_failure{2};
  // A watch that has lasted that long works: only then is a failure before it forgotten.
  Duration steady{5'000};
  Duration backoff_first{200}, backoff_most{10'000};
  Duration unaccepted{5'000};  // most while the token is not accepted: any time another may be there
  // Until a right that is missing is tried again, at most: soon at first, because an API server that has just started
  // forbids what it has not read the roles for yet.
  Duration forbidden{30'000};
  Duration retry_after_most{120'000};  // of what a server may ask for
};

struct Options {
  Timing timing;
  size_t page_items = 500;
  size_t largest_page = kLargestPage, largest_object = kLargestObject;
  // How long it may take until a quiet resource is heard of again; watches last half of that at most. Thread-safe;
  // absent: what timing says.
  std::function<std::chrono::seconds()> heard_within;
  // At least 0, below 1; called by several threads. Absent: each has its own.
  std::function<double()> random;
  // One call per change of state, from the resource's own thread: `problem`, or that it is mended.
  std::function<void(bool problem, std::string_view message, std::string_view detail)> tell;
  // Absent: the access stays what it was at the start.
  AccessReader access;
  // Called whenever a right turns out to be missing, from the resource's own thread: nobody should wait for that
  // resource until the sink hears of it again.
  std::function<void(Resource)> forbidden;
  // Whether an object's content is kept; absent: every one's. Thread-safe, and quick.
  std::function<bool(std::string_view ns, std::string_view name)> wanted;
};

struct State {
  bool synced = false;  // a list was finished; from then on the Sink holds something
  std::optional<std::chrono::steady_clock::time_point> heard;
  std::string error;  // the last failure since it was last well; empty: none
};

class Reflector {
 public:
  // `sink` and `counts` have to outlive it. Nothing happens before start().
  Reflector(Resource resource, std::shared_ptr<const certs::Access> access, Sink& sink, Counts& counts,
            Options options);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // `held`: nothing is read before release().
  void start(bool held = false);
  // After start(true): begins. From any thread.
  void release() { released_.raise(); }
  // Ends what is under way at once; the Sink is not called afterwards. stop() only asks, the destructor and join()
  // wait.
  void stop();
  void join();

  // From any thread: reads one object soon that `wanted` passed over and that is wanted now. It is put into the sink,
  // or removed when it does not exist. Failures are tried again. A list reads it as well, so `wanted` has to say so
  // before.
  void fetch(std::string ns, std::string name);
  State state() const;
  // Called once, from the resource's thread, when the first list is done; must not throw. Before start() only.
  void on_synced(std::function<void()> call) { on_synced_ = std::move(call); }

 private:
  using Outcome = std::optional<Failure>;  // none: it went well

  void run(bool held);
  bool turn();     // false: it is over
  void starved();  // after an exception: there was no memory
  Outcome list();
  // One page of it, of which nothing is put unless all of it is sound.
  Outcome page(std::string& next, std::string& version, std::vector<Item>& some);
  Outcome watch();
  std::chrono::seconds watch_for() const;
  Outcome read_events(std::chrono::seconds meant_for);
  Outcome take(Event event);
  // What a status other than 200 means; reads the message. `verb` is RBAC's.
  Failure refusal(Stream& stream, const Head& head, std::string_view verb);

  Allowance allowance_for_page() const;
  void run_fetches();
  void again(const std::string& ns, const std::string& name, const Failure& failure);
  Outcome fetch_one(const std::string& ns, const std::string& name);

  void hear();
  void well();                          // forgets failures
  void failed(const Failure& failure);  // counts and tells
  Timing::Duration delay(const Failure& failure);
  bool keeps(const Item& item) const { return !options_.wanted || options_.wanted(item.ns, item.name); }
  void count_kept(const Item& item, EventType type, bool kept);
  void tell(bool problem, std::string_view message, std::string_view detail) const {
    if (options_.tell) options_.tell(problem, message, detail);
  }
  std::string called() const { return std::string(info(resource_).name); }

  const Resource resource_;
  const std::shared_ptr<const certs::Access> access_;
  Sink& sink_;
  Counts& counts_;
  Options options_;
  std::function<void()> on_synced_;
  Wake stop_, work_, released_;

  // The thread's own.
  Reducer reducer_;
  Stream stream_;
  std::unique_ptr<Stream> fetch_stream_;  // made when it is needed first
  Backoff backoff_, forbidden_backoff_, fetch_backoff_;
  std::string version_;           // where the watch goes on; empty: a list is needed
  size_t page_items_;             // smaller after a page that was too large
  bool doubted_ = false;          // something has failed since the sink heard last
  int broken_watches_ = 0;        // in a row, that the server itself refused or broke off
  std::optional<Reason> ailing_;  // as told last
  bool told_fetch_ = false;
  std::unordered_set<std::string> kept_;  // with `wanted` only
  Clock::time_point fetch_after_{};

  mutable std::mutex mutex_;
  State state_;
  std::set<std::pair<std::string, std::string>> to_fetch_;
  bool fetches_lost_ = false;

  std::thread thread_;
};

}  // namespace brokergate::webhook::watch
