// Random manifests in many styles, and random edits for them. Deterministic:
// the same seed gives the same case with every compiler.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "brokergate/edit.h"

namespace edit_test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 0x1234567u) {}
  uint64_t next();
  // 0 … below-1; 0 for 0.
  size_t below(size_t limit) { return limit == 0 ? 0 : static_cast<size_t>(next() % limit); }
  bool chance(size_t percent) { return below(100) < percent; }
  template <typename List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  uint64_t state_;
};

// A stream of YAML documents, or one JSON document. `anchors` says whether
// there may be anchors, aliases and merge keys in it.
struct Manifest {
  std::string text;
  size_t documents = 0;
  bool anchors = false;
};
Manifest make_manifest(Random& random);

// Edits of one object. `clean` when no two of them meet, so that their outcome
// needs no rule for that.
struct EditSet {
  std::vector<brokergate::Edit> edits;
  bool clean = true;
  bool removes = false;  // something goes: an entry, or a container that is replaced
};
EditSet make_edits(Random& random, brokergate::Value root);

}  // namespace edit_test
