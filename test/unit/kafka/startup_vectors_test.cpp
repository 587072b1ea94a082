// What Kafka said of the configurations in test/oracle/vectors.txt.
#include <algorithm>

#include "catch.h"
#include "oracle/vectors.h"

using namespace brokergate;

TEST_CASE("every version refuses what Kafka refuses, in Kafka's words") {
  const auto vectors = oracle::read_vectors(BROKERGATE_SOURCE_DIR "/test/oracle/vectors.txt");
  CHECK(vectors.size() > 100);
  for (const oracle::Vector& vector : vectors) {
    DYNAMIC_SECTION(vector.name) {
      CHECK(vector.verdicts.size() == 8);
      for (const auto& [version, words] : vector.verdicts) {
        const auto asked = vector.asked(version);
        std::vector<std::string> said;
        for (const auto& refusal : startup::refusals(asked, version)) said.push_back(refusal.message);
        INFO("Kafka " << version.major << "." << version.minor);
        if (words.empty()) {
          CHECK(said == std::vector<std::string>());
        } else {
          CHECK_THAT(said, Catch::VectorContains(words));
        }
      }
    }
  }
}
