// Compares startup::refusals with Kafka itself: oracle VERSION SEED COUNT VECTORS COMMAND…,
// COMMAND being what starts KafkaVerdict.java with that version's jars and VECTORS the file
// whose words Kafka is asked for, too. Prints one row of figures; exit 1 and the smallest
// disagreement when there is any.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "oracle/generator.h"
#include "oracle/kafka_process.h"
#include "oracle/vectors.h"

namespace {

using brokergate::KafkaVersion;
using brokergate::startup::refusals;
using brokergate::startup::Texts;

size_t size_of(const Texts& configuration) {
  size_t size = configuration.size() * 100;
  for (const auto& [name, value] : configuration) size += value.size();
  return size;
}

// The configuration without one property, or without one element of a list.
std::vector<Texts> smaller(const Texts& configuration) {
  std::vector<Texts> out;
  for (const auto& [name, value] : configuration) {
    Texts less = configuration;
    less.erase(name);
    out.push_back(less);
    for (size_t begin = 0; begin <= value.size();) {
      const size_t comma = std::min(value.find(',', begin), value.size());
      std::string rest = value;
      rest.erase(begin > 0 ? begin - 1 : begin, comma - begin + 1);
      less = configuration;
      less[name] = rest;
      if (rest.size() < value.size()) out.push_back(less);
      begin = comma + 1;
    }
  }
  return out;
}

Texts shrink(Texts configuration, KafkaVersion version, oracle::KafkaProcess& kafka) {
  const auto differs = [&](const Texts& one) { return refusals(one, version).empty() != kafka.ask(one).accepted; };
  for (bool again = true; again;) {
    again = false;
    for (const Texts& less : smaller(configuration)) {
      if (!differs(less)) continue;
      configuration = less;
      again = true;
      break;
    }
  }
  return configuration;
}

void print(const Texts& configuration, KafkaVersion version, oracle::KafkaProcess& kafka) {
  const auto answer = kafka.ask(configuration);
  for (const auto& [name, value] : configuration) std::printf("    %s=%s\n", name.c_str(), value.c_str());
  std::printf("  Kafka: %s\n", answer.accepted ? "accepts" : answer.message.c_str());
  const auto ours = refusals(configuration, version);
  if (ours.empty()) std::printf("  brokergate: accepts\n");
  for (const auto& refusal : ours) std::printf("  brokergate: %s\n", refusal.message.c_str());
}

struct Tally {
  size_t accepted = 0, refused = 0, same_words = 0, words_among = 0, differ = 0;
  std::map<std::string, size_t> other_words;
  Texts smallest;
};

void count(const Texts& configuration, KafkaVersion version, const oracle::KafkaProcess::Answer& answer, Tally& tally) {
  const auto ours = refusals(configuration, version);
  (answer.accepted ? tally.accepted : tally.refused)++;
  if (ours.empty() != answer.accepted) {
    if (tally.differ++ == 0 || size_of(configuration) < size_of(tally.smallest)) tally.smallest = configuration;
    return;
  }
  if (answer.accepted) return;
  const auto same = [&](const auto& refusal) { return refusal.message == answer.message; };
  if (same(ours.front())) ++tally.same_words;
  if (std::any_of(ours.begin(), ours.end(), same)) {
    ++tally.words_among;
  } else {
    ++tally.other_words[answer.message + "\n      brokergate: " + ours.front().message];
  }
}

// The vectors whose recorded words are not Kafka's.
size_t wrong_vectors(const std::vector<oracle::Vector>& vectors, KafkaVersion version, oracle::KafkaProcess& kafka) {
  size_t wrong = 0;
  for (const oracle::Vector& vector : vectors) {
    for (const auto& [recorded, words] : vector.verdicts) {
      if (recorded != version) continue;
      const auto answer = kafka.ask(vector.asked(version));
      if (answer.accepted ? words.empty() : answer.message == words) continue;
      ++wrong;
      std::printf("  vector \"%s\": recorded is \"%s\", Kafka: %s\n", vector.name.c_str(), words.c_str(),
                  answer.accepted ? "accepts" : answer.message.c_str());
    }
  }
  return wrong;
}

bool read_number(const char* text, uint64_t& number) {
  const std::string_view view(text);
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  return error == std::errc{} && end == view.data() + view.size();
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t seed = 0;
  uint64_t total = 0;
  const auto version = argc > 5 ? brokergate::kafka_version(brokergate::ImageFamily::kApache, argv[1]) : std::nullopt;
  if (!version || !read_number(argv[2], seed) || !read_number(argv[3], total) || total == 0) {
    std::fprintf(stderr, "usage: oracle VERSION SEED COUNT VECTORS COMMAND...\n");
    return 2;
  }
  const auto vectors = oracle::read_vectors(argv[4]);
  if (vectors.empty()) {
    std::fprintf(stderr, "oracle: %s holds no vectors\n", argv[4]);
    return 2;
  }
  oracle::KafkaProcess kafka(std::vector<std::string>(argv + 5, argv + argc));
  oracle::Generator generator(seed, *version);
  Tally tally;
  for (uint64_t done = 0; done < total;) {
    std::vector<Texts> batch;
    for (; done < total && batch.size() < 2000; ++done) batch.push_back(generator.next());
    const auto answers = kafka.ask(batch);
    for (size_t i = 0; i < batch.size(); ++i) count(batch[i], *version, answers[i], tally);
  }
  std::printf("%-8s %8zu %9zu %9zu %9zu %11zu %11zu\n", argv[1], static_cast<size_t>(total), tally.accepted,
              tally.refused, tally.differ, tally.same_words, tally.words_among);
  if (std::getenv("BROKERGATE_ORACLE_WORDS")) {
    for (const auto& [words, times] : tally.other_words) std::printf("  %zu x %s\n", times, words.c_str());
  }
  const bool recorded = wrong_vectors(vectors, *version, kafka) == 0;
  if (tally.differ == 0) return recorded ? 0 : 1;
  std::printf("  the smallest disagreement:\n");
  print(shrink(tally.smallest, *version, kafka), *version, kafka);
  return 1;
}
