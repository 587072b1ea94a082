#include "rules/kafka/keep_off.h"

#include <algorithm>

#include "rules/text.h"

namespace brokergate {
namespace {

constexpr size_t kMostMarks = 3;

void add_new(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& text : list) out.append(out.empty() ? "" : " and ").append(text);
  return out;
}

size_t carriers(const NodeIndex::Impl& index, const NodeIndex::Impl::Away& away, const NodeSet& among) {
  NodeSet set(index.total);
  if (const auto key = index.labels.find(away.key); key != index.labels.end()) {
    if (const auto value = key->second.values.find(away.value); value != key->second.values.end()) {
      value->second.add_to(set);
    }
  }
  return (set &= among).count();
}

}  // namespace

void KeepOff::add(const KeepOff& other) {
  for (const std::string& text : other.labels) add_new(labels, text);
  for (const std::string& text : other.others) add_new(others, text);
  more += other.more;
  if (instead.empty()) instead = other.instead;
}

std::string not_in(std::string_view key, const std::vector<std::string_view>& values) {
  std::string out = cat(key, " NotIn [");
  for (size_t i = 0; i < values.size(); ++i) out.append(i ? ", " : "").append(values[i]);
  return out + "]";
}

KeepOff keep_off(const NodeSet& nodes, const NodeSet& staying, const NodeIndex::Impl& index) {
  KeepOff out;
  for (const NodeIndex::Impl::Mark& mark : index.marks) {
    if ((nodes & mark.nodes).empty()) continue;
    if (out.labels.size() + out.others.size() == kMostMarks || (mark.aways.empty() && mark.other.empty())) {
      ++out.more;
      continue;
    }
    if (mark.aways.empty()) {
      add_new(out.others, mark.other);
      continue;
    }
    const NodeIndex::Impl::Away* best = &mark.aways.front();
    for (const NodeIndex::Impl::Away& away : mark.aways) {
      if (mark.aways.size() > 1 && carriers(index, away, staying) < carriers(index, *best, staying)) best = &away;
    }
    add_new(out.labels, best->text);
  }
  return out;
}

std::string told(const KeepOff& way, bool several_terms) {
  std::string out;
  if (!way.labels.empty()) {
    out = cat("required node affinity", several_terms ? ", in each of its terms," : "", " with ", joined(way.labels));
  }
  if (!way.others.empty()) out += cat(out.empty() ? "" : " and ", joined(way.others));
  if (out.empty()) return out;
  if (way.more > 0) out += cat(" and the like for ", way.more, way.more == 1 ? " more mark" : " more marks");
  if (!way.instead.empty()) out += cat(way.labels.empty() ? ", and without " : " in place of ", way.instead);
  return out;
}

}  // namespace brokergate
