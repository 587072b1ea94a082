#include "rules/kafka/bitnami_builds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>

namespace brokergate {
namespace {

struct Tag {
  int major = -1, minor = -1, patch = -1;
  int revision = INT_MAX;  // none: the last one
};

// The number that `text` begins with, which is taken off; -1: none.
int take_number(std::string_view& text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

// 3.2.3-debian-11-r161, 2.4.1-r38-debian-10, 3.9
Tag read_tag(std::string_view text) {
  Tag tag;
  tag.major = take_number(text);
  for (int* part : {&tag.minor, &tag.patch}) {
    if (!text.starts_with('.')) break;
    text.remove_prefix(1);
    *part = take_number(text);
  }
  for (size_t at = text.find("-r"); at != text.npos; at = text.find("-r", at + 1)) {
    std::string_view digits = text.substr(at + 2);
    const int revision = take_number(digits);
    if (revision >= 0) tag.revision = revision;
  }
  // The revisions below are those on Debian 11; what stands on a later one is later.
  if (text.find("debian-12") != text.npos || text.find("photon") != text.npos) tag.revision = INT_MAX;
  return tag;
}

// Versions 3.MINOR.PATCH during which the scripts changed, with the first revision of each
// generation.
struct Change {
  int minor, patch, kraft, refactored;
};
constexpr std::array<Change, 6> kChanges = {{
    {2, 3, 73, 161},
    {3, 2, 29, 176},
    {4, 0, 23, -1},  // 3.4.0 ended before
    {4, 1, 0, 50},
    {5, 0, 0, -1},
    {5, 1, 0, 4},
}};

}  // namespace

BitnamiBuild bitnami_build(std::string_view text) {
  // AutoMQ's images on bitnami's scripts have versions of their own, and are all newer.
  if (text.empty() || text == "latest" || text.find("bitnami") != text.npos) return BitnamiBuild::kRefactored;
  const Tag tag = read_tag(text);
  if (tag.major < 0) return BitnamiBuild::kUnknown;
  if (tag.major < 2 || (tag.major == 2 && tag.minor >= 0 && tag.minor < 5)) return BitnamiBuild::kEarly;
  if (tag.major == 2 || (tag.major == 3 && (tag.minor == 0 || tag.minor == 1))) return BitnamiBuild::kZooKeeper;
  if (tag.major > 3 || tag.minor < 0 || tag.minor > 5 || tag.patch < 0) return BitnamiBuild::kRefactored;
  const auto* const change = std::find_if(kChanges.begin(), kChanges.end(), [&](const Change& one) {
    return one.minor == tag.minor && one.patch == tag.patch;
  });
  if (change != kChanges.end()) {
    if (change->refactored >= 0 && tag.revision >= change->refactored) return BitnamiBuild::kRefactored;
    return tag.revision >= change->kraft ? BitnamiBuild::kKraft : BitnamiBuild::kZooKeeper;
  }
  // A patch version before the one that changed, or after it.
  const bool later = std::any_of(kChanges.begin(), kChanges.end(), [&](const Change& one) {
    return one.minor == tag.minor && one.patch < tag.patch && one.refactored >= 0;
  });
  return later ? BitnamiBuild::kRefactored : BitnamiBuild::kZooKeeper;
}

}  // namespace brokergate
