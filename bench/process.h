// What a child process costs, as the kernel counts it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

struct Usage {
  int status = -1;         // exit code; -1 when it could not be started or was killed
  double cpu_seconds = 0;  // user and system, all threads
  double wall_seconds = 0;
  long peak_kib = 0;  // ru_maxrss; Linux lets it start at what the parent had at the fork
};

// Runs a program with its output thrown away.
Usage run_program(const std::vector<std::string>& argv);
// Runs `work` in a child, which exits with what it returns.
Usage run_function(const std::function<int()>& work);
// The run with the median CPU time of `times` runs.
Usage median_of(int times, const std::function<Usage()>& once);

}  // namespace bench
