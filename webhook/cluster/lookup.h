// Finding entries by any of several things said of them, without looking at the others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace brokergate::webhook::cluster {

// One number for what is looked up: `what` tells tables apart that share a Lookup. Different things may
// have one number, so that who must be sure compares what was found.
inline uint64_t key_of(char what, std::string_view a, std::string_view b = {}, std::string_view c = {}) {
  uint64_t key = static_cast<unsigned char>(what);
  for (const std::string_view part : {a, b, c}) {
    key ^= std::hash<std::string_view>{}(part) + 0x9e3779b97f4a7c15 + (key << 6) + (key >> 2);
    key *= 0xff51afd7ed558ccd;
  }
  return key;
}

inline void sort_and_unite(std::vector<uint64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

// Does not own what it holds.
template <typename Entry>
class Lookup {
 public:
  // Room for one more, so that one add() cannot fail.
  void prepare(uint64_t key) {
    std::vector<Entry*>& entries = found_[key];
    // Twice as much at a time, as push_back does; most hold one.
    if (entries.size() == entries.capacity()) entries.reserve(std::max<size_t>(1, 2 * entries.size()));
  }
  void add(uint64_t key, Entry* entry) { found_[key].push_back(entry); }
  void remove(uint64_t key, Entry* entry) {
    const auto at = found_.find(key);
    if (at == found_.end()) return;
    std::vector<Entry*>& entries = at->second;
    // What came last goes first: an update takes out what it has just put in.
    const auto last = std::find(entries.rbegin(), entries.rend(), entry);
    if (last != entries.rend()) {
      *last = entries.back();
      entries.pop_back();
    }
    if (entries.empty()) found_.erase(at);
  }
  std::span<Entry* const> find(uint64_t key) const {
    const auto at = found_.find(key);
    return at == found_.end() ? std::span<Entry* const>() : std::span<Entry* const>(at->second);
  }

 private:
  std::unordered_map<uint64_t, std::vector<Entry*>> found_;
};

// Keys that a std::string map is asked for without making a string.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace brokergate::webhook::cluster
