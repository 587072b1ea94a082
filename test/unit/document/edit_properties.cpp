// What holds for every edit, on generated manifests in many styles.
#include "catch.h"
#include "edit_check.h"

using namespace edit_test;

TEST_CASE("JSON patch, edited text and apply() make the same object") {
  size_t edits = 0, refused = 0;
  constexpr uint64_t kCases = 4000;
  for (uint64_t seed = 1; seed <= kCases; ++seed) {
    const Outcome outcome = check_case(seed);
    CAPTURE(seed);
    REQUIRE(outcome.failure == "");
    edits += outcome.edits;
    refused += outcome.refused ? 1 : 0;
  }
  CHECK(edits > 3 * kCases);
  // Merge keys make some changes impossible to write; little else does.
  CHECK(refused < kCases / 50);
}

TEST_CASE("Without anchors no edit is refused") {
  size_t asked = 0;
  for (uint64_t seed = 10'001; seed <= 12'000; ++seed) {
    Random random(seed);
    const Manifest manifest = make_manifest(random);
    if (manifest.anchors) continue;
    const Outcome outcome = check_edits(random, manifest.text);
    CAPTURE(seed, outcome.refusal);
    REQUIRE(outcome.failure == "");
    CHECK_FALSE(outcome.refused);
    ++asked;
  }
  CHECK(asked > 1000);
}

TEST_CASE("The checks see what is wrong") {
  CHECK_THROWS(apply_patch("{\"a\":1}", R"([{"op":"add","path":"/a","value":2}])"));
  CHECK_THROWS(apply_patch("{}", R"([{"op":"replace","path":"/a","value":2}])"));
  CHECK_THROWS(apply_patch("[1]", R"([{"op":"remove","path":"/1"}])"));
  CHECK(apply_patch("[1,2]", R"([{"op":"remove","path":"/0"},{"op":"add","path":"/-","value":3}])") == "[2,3]");
}
