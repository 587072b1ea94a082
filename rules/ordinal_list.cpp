#include "rules/ordinal_list.h"

#include <algorithm>
#include <utility>

#include "rules/text.h"

namespace brokergate {

std::vector<int64_t> in_order(std::vector<int64_t> ordinals) {
  std::sort(ordinals.begin(), ordinals.end());
  ordinals.erase(std::unique(ordinals.begin(), ordinals.end()), ordinals.end());
  return ordinals;
}

std::string brokers_text(std::vector<int64_t> ordinals) {
  constexpr size_t kMost = 4;
  const std::vector<int64_t> all = in_order(std::move(ordinals));
  std::string out = all.size() == 1 ? "broker " : "brokers ";
  size_t told = 0;
  for (const int64_t ordinal : all) {
    if (told == kMost && all.size() > kMost + 1) return out + cat(" and ", all.size() - kMost, " more");
    if (told != 0) out += told + 1 == all.size() ? " and " : ", ";
    out += std::to_string(ordinal);
    ++told;
  }
  return out;
}

std::string also_text(int64_t subject, std::vector<int64_t> others) {
  std::erase(others, subject);
  return others.empty() ? std::string() : cat(" (also ", brokers_text(std::move(others)), ")");
}

}  // namespace brokergate
