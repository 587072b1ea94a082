// The watch itself, and what is read one by one beside it.
#include <algorithm>

#include "webhook/watch/reflector.h"

namespace brokergate::webhook::watch {
namespace {

constexpr int kBrokenWatches = 3;
constexpr size_t kMostFetches = 10'000, kFetchesAtOnce = 50;

// RFC 1123 subdomains, which all names of objects here are: nothing that would change a path.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

}  // namespace

std::chrono::seconds Reflector::watch_for() const {
  const Timing& timing = options_.timing;
  if (doubted_) return timing.watch_after_failure;
  std::chrono::seconds least = timing.watch_least, most = timing.watch_most;
  if (options_.heard_within) {
    most = std::min(most, std::max(std::chrono::seconds(1), options_.heard_within() / 2));
    least = std::min(least, most * 2 / 3);
  }
  const auto range = static_cast<double>((most - least).count() + 1);
  return std::max(std::chrono::seconds(1),
                  least + std::chrono::seconds(static_cast<int64_t>(range * options_.random())));
}

Reflector::Outcome Reflector::watch() {
  const Timing& timing = options_.timing;
  const std::chrono::seconds seconds = watch_for();
  const auto whole = std::chrono::duration_cast<Timing::Duration>(seconds) + timing.grace;
  const auto head = stream_.get(list_path(resource_) + "?watch=1&allowWatchBookmarks=true&resourceVersion=" + version_ +
                                    "&timeoutSeconds=" + std::to_string(seconds.count()),
                                {timing.connect, timing.silence, whole, whole});
  if (!head) return head.error();
  if (head->status == 200) return read_events(seconds);
  Failure failure = refusal(stream_, *head, "watch");
  // What the server keeps refusing may be the place that we want to go on from.
  const bool place = failure.reason == Reason::kServer || failure.reason == Reason::kRefused;
  if (failure.reason == Reason::kGone || (place && ++broken_watches_ >= kBrokenWatches)) version_.clear();
  return failure;
}

Reflector::Outcome Reflector::read_events(std::chrono::seconds meant_for) {
  Outcome wrong;
  Lines lines(
      [&](std::string_view line) {
        auto event = reducer_.event(line);
        wrong = event ? take(std::move(*event))
                      : Outcome({Reason::kGarbage, "the watch of " + called() + " sends what is no event"});
        return !wrong;
      },
      options_.largest_object);
  const auto opened = Clock::now();
  // The server began to count a little before.
  const auto steady_at = opened + std::min(options_.timing.steady, Timing::Duration(meant_for) / 2);
  bool steady = false;
  for (;;) {
    const auto now = Clock::now();
    if (!steady && now >= steady_at) {
      steady = true;
      well();
    }
    // What could not be fetched is tried again in time.
    const bool fetching = now >= fetch_after_;
    const auto tick =
        std::min(steady ? Clock::time_point::max() : steady_at, fetching ? Clock::time_point::max() : fetch_after_);
    const auto piece = stream_.next(fetching ? &work_ : nullptr, tick);
    if (!piece) {
      if (piece.error().reason != Reason::kWoken) return piece.error();
      if (fetching) run_fetches();
      const std::lock_guard lock(mutex_);
      if (fetches_lost_) {
        version_.clear();
        return {};
      }
      continue;
    }
    if (piece->empty()) break;
    const Cut cut = lines.feed(*piece);
    if (cut == Cut::kFine) continue;
    stream_.drop();
    if (wrong) return wrong;
    return Failure{Reason::kTooLarge, "the watch of " + called() + " sends an object that is too large"};
  }
  if (!lines.clean()) return Failure{Reason::kGarbage, "the watch of " + called() + " ends within an event"};
  // One that ends at once, again and again, proves nothing and is no reason to hurry.
  if (Clock::now() < steady_at) return Failure{Reason::kEnded, "the watch of " + called() + " ends at once"};
  hear();
  well();
  return {};
}

Reflector::Outcome Reflector::take(Event event) {
  ++counts_.events[static_cast<size_t>(event.type)];
  if (event.type == EventType::kError) {
    Failure failure{
        event.code == 410   ? Reason::kGone
        : event.code == 429 ? Reason::kThrottled
        : event.code >= 500 ? Reason::kServer
                            : Reason::kRefused,
        "the watch of " + called() + " is broken off with " + std::to_string(event.code) + ": " + event.message};
    if (failure.reason == Reason::kGone || ++broken_watches_ >= kBrokenWatches) version_.clear();
    return failure;
  }
  broken_watches_ = 0;
  version_ = event.item.version;
  if (event.type != EventType::kBookmark) {
    const bool kept = event.type != EventType::kDeleted && keeps(event.item);
    count_kept(event.item, event.type, kept);
    // What is not wanted goes, too: should it be wanted again, an old state must not be there.
    if (kept) {
      sink_.put(resource_, std::move(event.item));
    } else {
      sink_.remove(resource_, event.item.ns, event.item.name);
    }
  }
  hear();
  return {};
}

void Reflector::count_kept(const Item& item, EventType type, bool kept) {
  if (!options_.wanted) {
    if (type == EventType::kAdded) ++counts_.objects;
    if (type == EventType::kDeleted) --counts_.objects;
    return;
  }
  const std::string key = item.ns + "/" + item.name;
  if (kept) {
    kept_.insert(key);
  } else {
    kept_.erase(key);
  }
  counts_.objects = static_cast<int64_t>(kept_.size());
}

void Reflector::fetch(std::string ns, std::string name) {
  if (!is_name(ns) || !is_name(name)) return;
  {
    const std::lock_guard lock(mutex_);
    if (to_fetch_.size() >= kMostFetches) {
      fetches_lost_ = true;
    } else {
      to_fetch_.emplace(std::move(ns), std::move(name));
    }
  }
  work_.raise();
}

void Reflector::run_fetches() {
  work_.clear();
  for (size_t done = 0; !stop_.raised(); ++done) {
    std::pair<std::string, std::string> next;
    {
      const std::lock_guard lock(mutex_);
      if (to_fetch_.empty()) return;
      if (done < kFetchesAtOnce) next = std::move(to_fetch_.extract(to_fetch_.begin()).value());
    }
    // The watch has its turn in between.
    if (done == kFetchesAtOnce) return work_.raise();
    const auto& [ns, name] = next;
    const Outcome failure = fetch_one(ns, name);
    if (!failure) {
      fetch_backoff_.reset();
      told_fetch_ = false;
      continue;
    }
    if (failure->reason == Reason::kStopped) return;
    ++counts_.errors[static_cast<size_t>(failure->reason)];
    if (!std::exchange(told_fetch_, true)) {
      tell(true, "a single object of " + called() + " cannot be read", ns + "/" + name + ": " + failure->text);
    }
    const bool pointless = failure->reason == Reason::kForbidden || failure->reason == Reason::kRefused ||
                           failure->reason == Reason::kTooLarge;
    if (pointless) continue;
    return again(ns, name, *failure);
  }
}

void Reflector::again(const std::string& ns, const std::string& name, const Failure& failure) {
  const Timing::Duration asked = failure.retry_after.value_or(std::chrono::seconds(0));
  fetch_after_ = Clock::now() + std::max(fetch_backoff_.next(), std::min(asked, options_.timing.retry_after_most));
  {
    const std::lock_guard lock(mutex_);
    to_fetch_.emplace(ns, name);
  }
  work_.raise();
}

Reflector::Outcome Reflector::fetch_one(const std::string& ns, const std::string& name) {
  if (!fetch_stream_) fetch_stream_ = std::make_unique<Stream>(access_, stop_, options_.access);
  const Timing::Duration most = options_.timing.fetch;
  const auto head = fetch_stream_->get(object_path(resource_, ns, name), {most, most, most, most});
  if (!head) return head.error();
  if (head->status != 200 && head->status != 404) return refusal(*fetch_stream_, *head, "get");
  const auto text = fetch_stream_->rest(options_.largest_object);
  if (!text) return text.error();
  auto item = head->status == 200 ? reducer_.item(*text) : std::nullopt;
  if (head->status == 200 && (!item || item->ns != ns || item->name != name)) {
    return Failure{Reason::kGarbage, "the answer is another object"};
  }
  ++counts_.events[kFetched];
  if (!item || !keeps(*item)) {
    count_kept({ns, name, {}, {}}, EventType::kDeleted, false);
    sink_.remove(resource_, ns, name);
  } else {
    count_kept(*item, EventType::kModified, true);
    sink_.put(resource_, std::move(*item));
  }
  return {};
}

}  // namespace brokergate::webhook::watch
