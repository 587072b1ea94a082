#include "webhook/watch/reflector.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <random>

#include "webhook/watch/background.h"

namespace brokergate::webhook::watch {
namespace {

constexpr size_t kMostItems = 2'000'000, kMostPages = 200'000, kLargestMessage = size_t{64} << 10;
constexpr int kMostRestarts = 3;
constexpr Timing::Duration kStarved{1'000};

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    }
  }
  return out;
}

std::function<double()> own_random() {
  return [engine = std::mt19937(std::random_device()())]() mutable {
    return static_cast<double>(engine()) / (static_cast<double>(std::mt19937::max()) + 1.0);
  };
}

Reason reason_of(int status) {
  switch (status) {
    case 401:
      return Reason::kUnauthorized;
    case 403:
      return Reason::kForbidden;
    case 410:
      return Reason::kGone;
    case 429:
      return Reason::kThrottled;
    default:
      return status >= 500 ? Reason::kServer : Reason::kRefused;
  }
}

}  // namespace

Reflector::Reflector(Resource resource, std::shared_ptr<const certs::Access> access, Sink& sink, Counts& counts,
                     Options options)
    : resource_(resource),
      access_(std::move(access)),
      sink_(sink),
      counts_(counts),
      options_(std::move(options)),
      reducer_(resource),
      stream_(access_, stop_, options_.access),
      backoff_(options_.timing.backoff_first, options_.timing.backoff_most,
               options_.random ? options_.random : (options_.random = own_random())),
      forbidden_backoff_(options_.timing.backoff_first, options_.timing.forbidden, options_.random),
      fetch_backoff_(options_.timing.backoff_first, options_.timing.backoff_most, options_.random),
      page_items_(std::max<size_t>(options_.page_items, 1)) {}

Reflector::~Reflector() {
  stop();
  join();
}

void Reflector::start(bool held) {
  const std::string name = ("watch-" + called()).substr(0, 15);
  thread_ = std::thread([this, held, name] {
    pthread_setname_np(pthread_self(), name.c_str());
    run(held);
  });
}

void Reflector::stop() { stop_.raise(); }

void Reflector::join() {
  if (thread_.joinable()) thread_.join();
}

State Reflector::state() const {
  const std::lock_guard lock(mutex_);
  State out = state_;
  out.heard = counts_.heard();
  return out;
}

void Reflector::run(bool held) {
  // Signals are for the main thread; a write to a connection that is gone is an error and no signal.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  run_in_background();
  for (bool over = false; !over && !stop_.raised();) {
    try {
      if (held) wait_for(-1, 0, stop_, &released_, Clock::time_point::max());
      held = false;
      over = stop_.raised() || !turn();
    } catch (const std::exception&) {
      starved();
    }
  }
  stream_.drop();
  fetch_stream_.reset();
}

bool Reflector::turn() {
  const Outcome failure = version_.empty() ? list() : watch();
  if (!failure) return true;
  if (failure->reason == Reason::kStopped) return false;
  failed(*failure);
  stop_.wait(delay(*failure));
  return true;
}

void Reflector::starved() {
  // What the sink has taken up of it, nobody knows.
  version_.clear();
  stream_.drop();
  fetch_stream_.reset();
  try {
    failed({Reason::kMemory, "no memory"});
  } catch (const std::exception&) {
    // Not even for telling so; it is counted.
  }
  stop_.wait(std::max(backoff_.next(), kStarved));
}

Reflector::Outcome Reflector::list() {
  {
    // What is wanted by now, the list brings.
    const std::lock_guard lock(mutex_);
    to_fetch_.clear();
    fetches_lost_ = false;
  }
  size_t count = 0;
  std::unordered_set<std::string> kept;
  std::string next, version;
  int restarts = 0;
  sink_.list_begins(resource_);
  for (size_t pages = 0;; ++pages) {
    if (pages > kMostPages || count > kMostItems) return Failure{Reason::kGarbage, "a list that does not end"};
    std::vector<Item> some;
    if (auto failure = page(next, version, some)) {
      if (failure->reason == Reason::kGone && !next.empty() && ++restarts <= kMostRestarts) {
        // The list took longer than its snapshot is kept.
        count = 0;
        kept.clear();
        next.clear();
        version.clear();
        sink_.list_begins(resource_);
      } else if (failure->reason == Reason::kTooLarge && page_items_ > 1) {
        page_items_ = std::max<size_t>(page_items_ / 4, 1);
      } else {
        return failure;
      }
      continue;
    }
    count += some.size();
    for (Item& item : some) {
      if (options_.wanted) kept.insert(item.ns + "/" + item.name);
      sink_.put(resource_, std::move(item));
    }
    if (next.empty()) break;
  }
  sink_.list_ends(resource_);
  // Only what the sink has taken up as a whole is gone on from.
  version_ = std::move(version);
  kept_ = std::move(kept);
  ++counts_.lists;
  counts_.objects = static_cast<int64_t>(count);
  hear();
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = !std::exchange(state_.synced, true);
  }
  if (first) {
    if (on_synced_) on_synced_();
    tell(false, "the cluster view has read " + called(), std::to_string(count) + " objects");
  }
  return {};
}

Reflector::Outcome Reflector::page(std::string& next, std::string& version, std::vector<Item>& some) {
  const Timing& timing = options_.timing;
  const std::string from = next.empty() ? "" : "&continue=" + percent_encoded(next);
  const auto head = stream_.get(list_path(resource_) + "?limit=" + std::to_string(page_items_) + from,
                                {timing.connect, timing.silence, timing.silence, timing.page});
  if (!head) return head.error();
  if (head->status != 200) return refusal(stream_, *head, "list");
  const auto wrong = [&](Failure failure) {
    stream_.drop();
    return failure;
  };
  Page page(
      [&](std::string_view text) {
        auto item = reducer_.item(text);
        if (item && keeps(*item)) some.push_back(std::move(*item));
        return item.has_value();
      },
      options_.largest_page, options_.largest_object);
  for (;;) {
    const auto piece = stream_.next();
    if (!piece) return wrong(piece.error());
    if (piece->empty()) break;
    switch (page.feed(*piece)) {
      case Cut::kFine:
        break;
      case Cut::kBroken:
        return wrong({Reason::kGarbage, "the list of " + called() + " is no JSON of such objects"});
      case Cut::kTooLarge:
        return wrong({Reason::kTooLarge, "the list of " + called() + " is too large"});
    }
  }
  auto meta = page.complete() ? reducer_.list_meta(page.metadata()) : std::nullopt;
  if (!meta) return wrong({Reason::kGarbage, "the list of " + called() + " has no end or no version"});
  if (!next.empty() && meta->next == next) return wrong({Reason::kGarbage, "a list that does not go on"});
  next = std::move(meta->next);
  if (version.empty()) version = std::move(meta->version);
  return {};
}

Failure Reflector::refusal(Stream& stream, const Head& head, std::string_view verb) {
  Failure out{reason_of(head.status), std::string(verb) + " " + called(), head.retry_after};
  const auto body = stream.rest(kLargestMessage);
  if (!body && body.error().reason == Reason::kStopped) return body.error();
  const std::string message = body ? reducer_.status(*body).message : std::string();
  out.text += out.reason == Reason::kForbidden ? " is forbidden" : " is answered with " + std::to_string(head.status);
  if (head.status >= 300 && head.status < 400) out.text += ", a redirect, which is not followed";
  if (!message.empty()) out.text += ": " + message;
  // Who we are may be the connection's client certificate: the next one shows what is in its file by then.
  if (out.reason == Reason::kUnauthorized) stream.drop();
  return out;
}

void Reflector::hear() {
  doubted_ = false;
  counts_.hear(Clock::now());
  sink_.heard(resource_);
}

void Reflector::well() {
  backoff_.reset();
  forbidden_backoff_.reset();
  broken_watches_ = 0;
  if (std::exchange(ailing_, std::nullopt)) tell(false, "the watch of " + called() + " works again", {});
  const std::lock_guard lock(mutex_);
  state_.error.clear();
}

void Reflector::failed(const Failure& failure) {
  ++counts_.errors[static_cast<size_t>(failure.reason)];
  doubted_ = true;
  if (failure.reason == Reason::kForbidden && options_.forbidden) options_.forbidden(resource_);
  // That a place in the history is forgotten is in the order of things.
  if (failure.reason == Reason::kGone) return;
  if (ailing_ != failure.reason) {
    ailing_ = failure.reason;
    tell(true, "the watch of " + called() + " fails", failure.text);
  }
  const std::lock_guard lock(mutex_);
  state_.error = failure.text;
}

Timing::Duration Reflector::delay(const Failure& failure) {
  const Timing& timing = options_.timing;
  if (failure.reason == Reason::kForbidden) return forbidden_backoff_.next();
  const Timing::Duration asked = failure.retry_after.value_or(std::chrono::seconds(0));
  const bool token = failure.reason == Reason::kToken || failure.reason == Reason::kUnauthorized;
  const Timing::Duration own = token ? std::min(backoff_.next(), timing.unaccepted) : backoff_.next();
  return std::max(own, std::min(asked, timing.retry_after_most));
}

}  // namespace brokergate::webhook::watch
