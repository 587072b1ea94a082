// usage: brokergate_bench_reviews PORT RATE SECONDS FOLDER
//
// Asks the webhook on 127.0.0.1 at a steady rate over kept TLS connections, each request with the next of the bodies in
// FOLDER, and prints {"answered":N,"p50":MS,"p99":MS,"worst":MS}: from sending to the answer's last byte. Exit 1 when
// something was not answered, or not with 200. ./dev bench cluster uses it beside a stream of events.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "hardening/client.h"

namespace {

using namespace brokergate::hardening;
using Clock = std::chrono::steady_clock;

constexpr size_t kConnections = 8;

std::vector<std::string> requests_in(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    out.push_back(post("/validate", text.str()));
  }
  return out;
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(part * static_cast<double>(sorted.size())))];
}

int ask(int port, double rate, double seconds, const std::vector<std::string>& requests) {
  std::mutex mutex;
  std::vector<double> times;
  std::atomic<bool> wrong = false;
  std::vector<std::thread> threads;
  const auto begin = Clock::now();
  const std::chrono::duration<double> interval(kConnections / rate);
  for (size_t number = 0; number < kConnections; ++number) {
    threads.emplace_back([&, number] {
      std::vector<double> took;
      Client client(port);
      bool fine = client.handshake();
      for (size_t i = 0; fine; ++i) {
        const double due = (static_cast<double>(i) + static_cast<double>(number) / kConnections) * interval.count();
        if (due > seconds) break;
        std::this_thread::sleep_until(begin +
                                      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due)));
        const auto sent = Clock::now();
        fine =
            client.send(requests[(i * kConnections + number) % requests.size()]) && status_of(client.answer()) == 200;
        took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
      }
      if (!fine) wrong = true;
      const std::lock_guard lock(mutex);
      times.insert(times.end(), took.begin(), took.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (wrong || times.empty()) return 1;
  std::sort(times.begin(), times.end());
  std::printf("{\"answered\":%zu,\"p50\":%.4f,\"p99\":%.4f,\"worst\":%.4f}\n", times.size(), percentile(times, 0.5),
              percentile(times, 0.99), times.back());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s PORT RATE SECONDS FOLDER\n", argv[0]);
    return 2;
  }
  const std::vector<std::string> requests = requests_in(argv[4]);
  if (requests.empty()) {
    std::fprintf(stderr, "no bodies in %s\n", argv[4]);
    return 2;
  }
  return ask(std::atoi(argv[1]), std::atof(argv[2]), std::atof(argv[3]), requests);
}
