#include "process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Usage run_function(const std::function<int()>& work) {
  Usage usage;
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) return usage;
  if (child == 0) _exit(work());
  int status = 0;
  rusage counted{};
  if (wait4(child, &status, 0, &counted) != child) return usage;
  usage.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  usage.cpu_seconds = seconds(counted.ru_utime) + seconds(counted.ru_stime);
  usage.peak_kib = counted.ru_maxrss;
  if (WIFEXITED(status)) usage.status = WEXITSTATUS(status);
  return usage;
}

Usage run_program(const std::vector<std::string>& argv) {
  return run_function([&argv] {
    const int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
      dup2(null, STDIN_FILENO);
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
    }
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    execvp(words[0], words.data());
    return 127;
  });
}

Usage median_of(int times, const std::function<Usage()>& once) {
  std::vector<Usage> runs;
  runs.reserve(static_cast<size_t>(times));
  for (int i = 0; i < times; ++i) runs.push_back(once());
  const auto middle = runs.begin() + times / 2;
  std::nth_element(runs.begin(), middle, runs.end(),
                   [](const Usage& a, const Usage& b) { return a.cpu_seconds < b.cpu_seconds; });
  return *middle;
}

}  // namespace bench
