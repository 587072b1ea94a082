// What one admission review costs from bytes to answer bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

struct ReviewFigure {
  std::string name;
  double cpu_microseconds = 0;
  size_t bytes = 0;
};

// Runs the Google Benchmarks of the request path and prints their own table;
// the figures come back in the order of registration. Flags are Google Benchmark's.
std::vector<ReviewFigure> review_figures(int argc, char** argv);

// Writes the bodies that brokergate_bench_serve sends: service.json, brokers.json,
// update.json, other.json.
void write_reviews(const std::filesystem::path& folder);

}  // namespace bench
