#include "webhook/cluster/view.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace brokergate::webhook::cluster {
namespace {

class Walk {
 public:
  Walk(const View& view, const Question& question) : view_(view), question_(question) {}

  Neighbours run() {
    switch (question_.resource) {
      case Resource::kStatefulSets:
        from_set();
        break;
      case Resource::kServices:
        from_service();
        break;
      case Resource::kConfigMaps:
        for (const Set* set : view_.sets.users_of(question_.ns, question_.name)) take(*set);
        further();
        break;
      case Resource::kNodes:
        break;
    }
    std::sort(out_.records.begin(), out_.records.end(), [](const RecordPtr& a, const RecordPtr& b) {
      return std::tie(a->resource, a->ns, a->name) < std::tie(b->resource, b->ns, b->name);
    });
    return std::move(out_);
  }

 private:
  void from_set() {
    for (const std::string& map : question_.maps) take_map(question_.ns, map);
    for (const Pods& pods : question_.pods) services_for(pods);
    for (const std::string& governing : question_.governing) take_service(question_.ns, governing);
    take_service(question_.ns, question_.name);
    taken_by_services(0, services_.size());
    rivals();
    companions_of(0, sets_.size());
  }

  void from_service() {
    for (const Labels& selector : question_.selectors) {
      view_.sets.each_taken_by(question_.ns, selector, [&](const Set& set) { take(set); });
      view_.sets.each_meant_by(question_.ns, question_.name, selector, [&](const Set& set) { take(set); });
    }
    further();
    for (const uint64_t claim : question_.claims)
      for (const Service* service : view_.services.claiming(claim)) take(*service);
  }

  // Companions of the sets found, the sets that these take as well, and their companions.
  void further() {
    const size_t sets = sets_.size();
    companions_of(0, sets);
    taken_by_services(0, services_.size());
    companions_of(sets, sets_.size());
  }

  void companions_of(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Set& set = *sets_[i];
      const std::string_view ns = set.record->ns;
      for (const std::string& map : set.maps) take_map(ns, map);
      services_for(pods_of(ns, set.record->name, set.brokers->labels));
      take_service(ns, set.brokers->governing);
      take_service(ns, set.record->name);
    }
  }

  void services_for(const Pods& pods) {
    if (!view_.services.each_for(pods, [&](const Service& service) { return take(service); })) out_.complete = false;
  }

  void taken_by_services(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Service& service = *services_[i];
      if (!service.selector) continue;
      view_.sets.each_taken_by(service.record->ns, service.selector->pairs, [&](const Set& set) { take(set); });
    }
  }

  void rivals() {
    std::vector<const Set*> rivals;
    for (const uint64_t want : question_.wants) {
      for (const Set* set : view_.sets.claiming(want))
        if (set->brokers && !is_asked(*set->record)) rivals.push_back(set);
    }
    const auto rank = [](const Set* set) { return std::tie(set->record->ns, set->record->name); };
    std::sort(rivals.begin(), rivals.end(), [&](const Set* a, const Set* b) { return rank(a) < rank(b); });
    rivals.erase(std::unique(rivals.begin(), rivals.end()), rivals.end());
    if (rivals.size() > Neighbours::kMostRivals) {
      rivals.resize(Neighbours::kMostRivals);
      out_.complete = false;
    }
    for (const Set* rival : rivals) take(*rival);
  }

  bool is_asked(const Record& record) const {
    return record.resource == question_.resource && record.ns == question_.ns && record.name == question_.name;
  }

  // False when there is no room.
  bool take(const RecordPtr& record) {
    if (out_.records.size() >= Neighbours::kMost) return out_.complete = false;
    out_.records.push_back(record);
    return true;
  }
  bool take(const Service& service) {
    if (is_asked(*service.record) || !seen_.insert(&service).second) return true;
    if (!take(service.record)) return false;
    services_.push_back(&service);
    return true;
  }
  void take(const Set& set) {
    if (!set.brokers || is_asked(*set.record) || !seen_.insert(&set).second) return;
    if (cost_ > 0 && cost_ + set.brokers->cost > Neighbours::kMostCost) {
      out_.complete = false;
      return;
    }
    if (!take(set.record)) return;
    cost_ += set.brokers->cost;
    sets_.push_back(&set);
  }
  void take_service(std::string_view ns, std::string_view name) {
    const Service* service = name.empty() ? nullptr : view_.services.find(ns, name);
    if (service) take(*service);
  }
  void take_map(std::string_view ns, std::string_view name) {
    const RecordPtr* map = View::find(view_.maps, ns, name);
    if (map && !is_asked(**map) && seen_.insert(map->get()).second) take(*map);
  }

  const View& view_;
  const Question& question_;
  Neighbours out_;
  std::unordered_set<const void*> seen_;
  std::vector<const Service*> services_;  // in the order they were found
  std::vector<const Set*> sets_;
  size_t cost_ = 0;  // of these
};

}  // namespace

const RecordPtr* View::find(const Named& named, std::string_view ns, std::string_view name) {
  const auto found = named.find(full_name(ns, name));
  return found == named.end() ? nullptr : &found->second;
}

Neighbours neighbours_of(const View& view, const Question& question) { return Walk(view, question).run(); }

}  // namespace brokergate::webhook::cluster
