#include "webhook/cluster/freshness.h"

#include <algorithm>

#include "rules/text.h"

namespace brokergate::webhook::cluster {

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
  const auto doubt = [&](const std::string& text) { out.doubt += (out.doubt.empty() ? "" : "; ") + text; };
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
    if (of.given_up) {
      out.given_up += cat(out.given_up.empty() ? "" : ", ", plural_of(resource));
      const bool taken_for_none = resource == Resource::kServices || resource == Resource::kStatefulSets;
      if (of.synced || taken_for_none) doubt(cat(plural_of(resource), " may not be read"));
      continue;
    }
    if (!of.synced || !of.age) {
      out.synced = false;
      doubt(cat(plural_of(resource), " are not read yet"));
      continue;
    }
    out.age = std::max(out.age, *of.age);
    if (*of.age > stale_after)
      doubt(cat("nothing heard of ", plural_of(resource), " for ",
                std::chrono::duration_cast<std::chrono::seconds>(*of.age).count(), " s"));
  }
  return out;
}

}  // namespace brokergate::webhook::cluster
