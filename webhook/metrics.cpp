#include "webhook/metrics.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "brokergate/rule.h"

namespace brokergate::webhook {
namespace {

using Counter = std::atomic<uint64_t>;

constexpr std::array<std::string_view, 2> kEndpoints = {"mutate", "validate"};
constexpr std::array<std::string_view, 5> kOperations = {"CREATE", "UPDATE", "DELETE", "CONNECT", "other"};
constexpr std::array<std::string_view, 5> kResults = {"allowed", "warned", "patched", "denied", "skipped"};
constexpr size_t kOutcomes = 6;
constexpr std::array<int, 12> kStatuses = {400, 404, 405, 408, 411, 413, 415, 417, 431, 500, 503, 505};
// Seconds. A review takes some tens of microseconds; an API server gives up after three seconds.
constexpr std::array<double, 12> kBounds = {0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                            0.0025,   0.005,   0.01,   0.05,    0.25,   1};
constexpr std::array<std::string_view, 12> kBoundTexts = {"2.5e-05", "5e-05", "0.0001", "0.00025", "0.0005", "0.001",
                                                          "0.0025",  "0.005", "0.01",   "0.05",    "0.25",   "1"};

struct Histogram {
  std::array<Counter, kBounds.size() + 1> buckets{};
  Counter sum_ns{0};
};

template <typename List, typename Wanted>
size_t place(const List& list, const Wanted& wanted, size_t otherwise) {
  const auto found = std::find(list.begin(), list.end(), wanted);
  return found == list.end() ? otherwise : static_cast<size_t>(found - list.begin());
}

size_t result_of(const Decision& decision) {
  if (!decision.skipped.empty()) return 4;
  if (!decision.allowed) return 3;
  if (decision.patched) return 2;
  return decision.warned ? 1 : 0;
}

uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
    out_.append(type).append("\n");
  }
  void sample(std::string_view labels, std::string_view value, std::string_view suffix = {}) {
    out_.append(name_).append(suffix);
    if (!labels.empty()) out_.append("{").append(labels).append("}");
    out_.append(" ").append(value).append("\n");
  }
  void sample(std::string_view labels, uint64_t value, std::string_view suffix = {}) {
    sample(labels, std::to_string(value), suffix);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string_view name_;
  std::string out_;
};

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + "\"";
}

}  // namespace

struct Metrics::Impl {
  std::string version;
  std::array<std::array<std::array<Counter, kResults.size()>, kOperations.size()>, kEndpoints.size()> requests{};
  std::array<Histogram, kEndpoints.size()> durations;
  std::vector<std::string_view> rules = rule_ids();  // sorted
  std::vector<std::array<Counter, kOutcomes>> outcomes{rules.size()};
  std::array<Counter, kStatuses.size() + 1> refusals{};
  std::array<std::array<Counter, 2>, 2> reloads{};
  std::atomic<int64_t> expires{0};
  std::atomic<bool> is_ready{false};
  const watch::Counters* watched = nullptr;
  std::function<cluster::State()> view;

  void add_requests(Text& out) const;
  void add_durations(Text& out) const;
  void add_rules(Text& out) const;
  void add_process(Text& out) const;
  void add_watches(Text& out) const;
};

Metrics::Metrics(std::string version) : impl_(std::make_unique<Impl>()) { impl_->version = std::move(version); }
Metrics::~Metrics() = default;

void Metrics::decision(const Decision& decision, Endpoint endpoint, std::chrono::nanoseconds took) {
  const auto door = static_cast<size_t>(endpoint);
  const size_t operation = place(kOperations, decision.operation, kOperations.size() - 1);
  ++impl_->requests[door][operation][result_of(decision)];
  Histogram& histogram = impl_->durations[door];
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  ++histogram.buckets[static_cast<size_t>(bucket)];
  histogram.sum_ns += static_cast<uint64_t>(took.count());
  for (const RuleOutcome& outcome : decision.outcomes) {
    const auto rule = std::lower_bound(impl_->rules.begin(), impl_->rules.end(), outcome.rule);
    if (rule == impl_->rules.end() || *rule != outcome.rule) continue;
    ++impl_->outcomes[static_cast<size_t>(rule - impl_->rules.begin())][static_cast<size_t>(outcome.outcome)];
  }
}

void Metrics::refused(int status) { ++impl_->refusals[place(kStatuses, status, kStatuses.size())]; }
void Metrics::reload(Reloaded what, bool worked) { ++impl_->reloads[static_cast<size_t>(what)][worked ? 1 : 0]; }
void Metrics::certificate_expires(int64_t when) { impl_->expires = when; }
void Metrics::ready(bool is) { impl_->is_ready = is; }
void Metrics::watches(const watch::Counters& counters, std::function<cluster::State()> view) {
  impl_->watched = &counters;
  impl_->view = std::move(view);
}

void Metrics::Impl::add_requests(Text& out) const {
  out.family("brokergate_requests_total", "counter", "Reviews answered.");
  for (size_t e = 0; e < kEndpoints.size(); ++e) {
    for (size_t o = 0; o < kOperations.size(); ++o) {
      for (size_t r = 0; r < kResults.size(); ++r) {
        out.sample(label("endpoint", kEndpoints[e]) + "," + label("operation", kOperations[o]) + "," +
                       label("result", kResults[r]),
                   requests[e][o][r]);
      }
    }
  }
  out.family("brokergate_refused_total", "counter", "Requests answered with an HTTP error instead of a review.");
  for (size_t i = 0; i < refusals.size(); ++i) {
    out.sample(label("code", i < kStatuses.size() ? std::to_string(kStatuses[i]) : "other"), refusals[i]);
  }
}

void Metrics::Impl::add_durations(Text& out) const {
  out.family("brokergate_request_duration_seconds", "histogram",
             "Time from a complete request to its answer, without the network.");
  for (size_t e = 0; e < kEndpoints.size(); ++e) {
    const std::string endpoint = label("endpoint", kEndpoints[e]);
    uint64_t total = 0;
    for (size_t b = 0; b <= kBounds.size(); ++b) {
      total += durations[e].buckets[b];
      out.sample(endpoint + "," + label("le", b < kBounds.size() ? kBoundTexts[b] : "+Inf"), total, "_bucket");
    }
    out.sample(endpoint, std::to_string(static_cast<double>(durations[e].sum_ns) / 1e9), "_sum");
    out.sample(endpoint, total, "_count");
  }
}

void Metrics::Impl::add_rules(Text& out) const {
  out.family("brokergate_rule_outcomes_total", "counter",
             "What rules did: injected, denied, warned; under the modes warn and observe what they would have done.");
  for (size_t i = 0; i < rules.size(); ++i) {
    for (size_t o = 0; o < kOutcomes; ++o) {
      out.sample(label("rule", rules[i]) + "," + label("outcome", to_string(static_cast<Outcome>(o))), outcomes[i][o]);
    }
  }
}

void Metrics::Impl::add_process(Text& out) const {
  out.family("brokergate_reloads_total", "counter", "Certificate and policy files read again after a change.");
  for (size_t what = 0; what < 2; ++what) {
    for (size_t worked = 0; worked < 2; ++worked) {
      out.sample(label("what", what ? "policy" : "certificate") + "," + label("result", worked ? "used" : "rejected"),
                 reloads[what][worked]);
    }
  }
  out.family("brokergate_certificate_expiry_timestamp_seconds", "gauge",
             "When the serving certificate expires, in seconds since 1970.");
  out.sample("", std::to_string(expires));
  out.family("brokergate_ready", "gauge", "1 while /readyz answers 200.");
  out.sample("", is_ready ? 1 : 0);
  out.family("brokergate_build_info", "gauge", "Always 1.");
  out.sample(label("version", version), 1);
  out.family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
  out.sample("", resident_bytes());
}

void Metrics::Impl::add_watches(Text& out) const {
  const auto each = [&](const auto& print) {
    for (const watch::Resource resource : watch::kResources) {
      print(label("resource", watch::info(resource).name), (*watched)[static_cast<size_t>(resource)]);
    }
  };
  out.family("brokergate_watch_events_total", "counter", "What the watches have told; fetched: objects read singly.");
  each([&](const std::string& resource, const watch::Counts& counts) {
    for (size_t i = 0; i < watch::kEventNames.size(); ++i) {
      out.sample(resource + "," + label("type", watch::kEventNames[i]), counts.events[i]);
    }
  });
  out.family("brokergate_watch_lists_total", "counter", "Lists read to their end.");
  each([&](const std::string& resource, const watch::Counts& counts) { out.sample(resource, counts.lists); });
  out.family("brokergate_watch_errors_total", "counter", "Lists, watches and single reads that failed.");
  each([&](const std::string& resource, const watch::Counts& counts) {
    for (size_t i = 0; i < watch::kReasons.size(); ++i) {
      out.sample(resource + "," + label("reason", watch::kReasons[i]), counts.errors[i]);
    }
  });
  out.family("brokergate_watch_objects", "gauge", "Objects that are kept.");
  each([&](const std::string& resource, const watch::Counts& counts) {
    out.sample(resource, static_cast<uint64_t>(std::max<int64_t>(counts.objects, 0)));
  });
  out.family("brokergate_watch_age_seconds", "gauge",
             "Since the API server last showed that all is known; absent before the first list is read.");
  each([&](const std::string& resource, const watch::Counts& counts) {
    const auto heard = counts.heard();
    if (!heard) return;
    const std::chrono::duration<double> age = std::chrono::steady_clock::now() - *heard;
    out.sample(resource, std::to_string(std::max(age.count(), 0.0)));
  });
  const cluster::State state = view();
  out.family("brokergate_watch_forbidden", "gauge", "1 while the API server forbids to read it.");
  for (const watch::Resource resource : watch::kResources) {
    const bool given_up = state.of[static_cast<size_t>(resource)].given_up;
    out.sample(label("resource", watch::info(resource).name), given_up ? 1 : 0);
  }
  out.family("brokergate_cluster_view_synced", "gauge", "1 when all that may be read was read once.");
  out.sample("", state.synced ? 1 : 0);
  out.family("brokergate_cluster_view_doubtful", "gauge",
             "1 while the view is not to be relied on, and verdicts that rest on it are what whenStale says.");
  out.sample("", state.doubt.empty() ? 0 : 1);
}

std::string Metrics::text(const net::Counts& connections) const {
  Text out;
  impl_->add_requests(out);
  impl_->add_durations(out);
  impl_->add_rules(out);
  impl_->add_process(out);
  if (impl_->watched) impl_->add_watches(out);
  out.family("brokergate_connections", "gauge", "Connections that are open.");
  out.sample("", static_cast<uint64_t>(std::max<int64_t>(connections.open, 0)));
  out.family("brokergate_connections_accepted_total", "counter", "Connections taken.");
  out.sample("", connections.accepted);
  out.family("brokergate_connections_ended_total", "counter",
             "Connections ended by the server, and requests cut short.");
  out.sample(label("why", "cap"), connections.over_cap);
  out.sample(label("why", "evicted"), connections.evicted);
  out.sample(label("why", "handshake"), connections.handshakes_failed);
  out.sample(label("why", "bytes"), connections.over_bytes);
  out.sample(label("why", "timeout"), connections.timed_out);
  out.family("brokergate_clients_refused_total", "counter",
             "Of the handshakes that failed, those for the client's certificate or for want of one (--client-ca).");
  out.sample("", connections.clients_refused);
  return out.take();
}

}  // namespace brokergate::webhook
