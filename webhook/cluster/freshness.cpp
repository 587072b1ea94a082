#include "webhook/cluster/freshness.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rules/text.h"

namespace brokergate::webhook::cluster {
namespace {

// `silent`: how many of the doubts are that nothing was heard.
std::string in_brief(const std::string& first, size_t doubts, size_t silent) {
  if (doubts == 0) return {};
  const size_t more = doubts - 1;
  if (silent == doubts) return cat(first, ", nor of ", more, " more");
  return cat(first, ", and ", more, more == 1 ? " more reason" : " more reasons");
}

}  // namespace

void Freshness::heard(Resource resource, Clock::time_point when) {
  Of& of = of_[static_cast<size_t>(resource)];
  of.heard.store(when.time_since_epoch().count());
  // Last: who finds it not given up any more finds it heard of.
  of.given_up.store(false);
}

void Freshness::synced(Resource resource) {
  Of& of = of_[static_cast<size_t>(resource)];
  of.synced.store(true);
  of.torn.store(false);
}

void Freshness::give_up(Resource resource) { of_[static_cast<size_t>(resource)].given_up.store(true); }

void Freshness::torn(Resource resource) { of_[static_cast<size_t>(resource)].torn.store(true); }

bool Freshness::is_torn(Resource resource) const { return of_[static_cast<size_t>(resource)].torn.load(); }

bool Freshness::is_synced(Resource resource) const { return of_[static_cast<size_t>(resource)].synced.load(); }

State Freshness::state(Clock::time_point now, std::chrono::seconds stale_after) const {
  State out;
  out.synced = true;
  std::string first;  // of the doubts, without what the full one adds
  size_t doubts = 0, silent = 0;
  const auto doubt = [&](std::string text, std::string_view more = {}) {
    out.doubt += cat(out.doubt.empty() ? "" : "; ", text, more);
    if (doubts++ == 0) first = std::move(text);
  };
  for (const Resource resource : kResources) {
    const Of& from = of_[static_cast<size_t>(resource)];
    State::Of& of = out.of[static_cast<size_t>(resource)];
    of.given_up = from.given_up.load();
    of.synced = from.synced.load();
    of.torn = from.torn.load();
    if (const int64_t heard = from.heard.load(); heard != INT64_MIN) {
      // A thread may have heard something after `now` was taken.
      const auto since = std::max(now - Clock::time_point(Clock::duration(heard)), Clock::duration::zero());
      of.age = std::chrono::duration_cast<std::chrono::milliseconds>(since);
    }
    if (of.torn) doubt(cat("there was no memory for all ", plural_of(resource)));
    // Known once, it is relied on as long as after any other failure, and is as old as it is.
    const bool held = of.synced && of.age;
    bool told = false;
    if (held) {
      out.age = std::max(out.age, *of.age);
      if (*of.age > stale_after) {
        doubt(cat("nothing heard of ", plural_of(resource), " for ",
                  std::chrono::duration_cast<std::chrono::seconds>(*of.age).count(), " s"),
              of.given_up ? ", which may not be read" : "");
        ++silent;
        told = true;
      }
    } else if (!of.given_up) {
      out.synced = false;
      doubt(cat(plural_of(resource), " are not read yet"));
    } else if (resource == Resource::kServices || resource == Resource::kStatefulSets) {
      doubt(cat(plural_of(resource), " may not be read"));
      told = true;
    }
    if (of.given_up && !told) out.given_up += cat(out.given_up.empty() ? "" : ", ", plural_of(resource));
  }
  out.brief_doubt = doubts == 1 ? out.doubt : in_brief(first, doubts, silent);
  return out;
}

}  // namespace brokergate::webhook::cluster
