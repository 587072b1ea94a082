// usage: brokergate_bench_serve REVIEWS [WEBHOOK]
//
// What a request costs over TLS keep-alive, beside nginx returning a constant and a
// controller-runtime webhook in the same run: CPU per request, latency at a steady
// rate, the first answer after the start, memory. REVIEWS is a folder of request
// bodies (brokergate_bench writes it), WEBHOOK the program that
// bench/yardsticks/controller-runtime builds. Nothing fails on time.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "hardening/client.h"
#include "hardening/pulse.h"
#include "hardening/server_process.h"
#include "yardsticks.h"

namespace {

using namespace brokergate::hardening;
using Clock = std::chrono::steady_clock;

constexpr size_t kConnections = 8;
constexpr double kSeconds = 3;
constexpr int kRuns = 3;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

double cpu_seconds(pid_t pid) {
  std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Figure {
  double cpu_us = 0, per_second = 0;
};

// As many as `kConnections` clients get through in `seconds`.
Figure drive(int port, pid_t pid, const std::string& request, double seconds = kSeconds, size_t* total = nullptr) {
  std::atomic<bool> ending = false, wrong = false;
  std::atomic<size_t> answered = 0;
  std::vector<std::thread> threads;
  const double before = cpu_seconds(pid);
  const auto begin = Clock::now();
  for (size_t i = 0; i < kConnections; ++i) {
    threads.emplace_back([&] {
      Client client(port);
      bool fine = client.handshake();
      while (fine && !ending) {
        fine = client.send(request) && status_of(client.answer()) == 200;
        if (fine) ++answered;
      }
      if (!fine) wrong = true;
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  ending = true;
  for (std::thread& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(Clock::now() - begin).count();
  if (wrong || answered == 0) throw std::runtime_error("a request failed on port " + std::to_string(port));
  if (total) *total += answered;
  const auto count = static_cast<double>(answered.load());
  return {(cpu_seconds(pid) - before) * 1e6 / count, count / took};
}

Figure median(std::vector<Figure> figures) {
  std::sort(figures.begin(), figures.end(), [](const Figure& a, const Figure& b) { return a.cpu_us < b.cpu_us; });
  return figures[figures.size() / 2];
}

double first_answer_ms() {
  const auto begin = Clock::now();
  ServerProcess server;
  Client client(server.port());
  if (!client.handshake() || !client.send(post("/mutate", small_review())) || status_of(client.answer()) != 200) {
    throw std::runtime_error("no first answer");
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

struct Row {
  const char *file, *title, *aim, *peer_aim;
  // Whether the answer is to hold a patch: ours, and that of the controller-runtime webhook.
  bool patched, peer_patched;
};

void expect_patch(int port, const std::string& request, bool patched) {
  Client client(port);
  if (!client.handshake() || !client.send(request))
    throw std::runtime_error("no answer on port " + std::to_string(port));
  const std::string answer = client.answer();
  if (status_of(answer) != 200 || (answer.find("\"patch\"") != std::string::npos) != patched) {
    throw std::runtime_error("the answer on port " + std::to_string(port) + " is not what this is about: " + answer);
  }
}

// `peer` may be null.
void measure_requests(const std::string& folder, const ServerProcess& server, const bench::Yardstick& nginx,
                      const bench::Yardstick* peer) {
  std::printf("CPU per request over TLS keep-alive, %zu connections (median of %d x %.0f s)\n", kConnections, kRuns,
              kSeconds);
  // An UPDATE's template is nothing that brokergate rewrites behind the user's back.
  for (const Row& row : {Row{"service.json", "Service", "aim <= 3x", "", true, true},
                         Row{"brokers.json", "broker StatefulSet", "aim <= 3x", "aim >= 25x", true, true},
                         Row{"update.json", "its UPDATE, large", "", "", false, true},
                         Row{"other.json", "other StatefulSet", "aim <= 3x", "", false, false},
                         Row{"namesake.json", "one only called kafka", "", "", false, false}}) {
    const std::string body = read_file(folder + "/" + row.file);
    const std::string request = post("/mutate", body);
    expect_patch(server.port(), request, row.patched);
    if (peer) expect_patch(peer->port(), request, row.peer_patched);
    std::vector<Figure> floor, ours, theirs;
    for (int i = 0; i < kRuns; ++i) {
      floor.push_back(drive(nginx.port(), nginx.pid(), request));
      ours.push_back(drive(server.port(), server.pid(), request));
      if (peer) theirs.push_back(drive(peer->port(), peer->pid(), request));
    }
    const Figure constant = median(floor), answer = median(ours);
    std::printf("%-20s %6.1f KB   nginx %6.1f us %7.0f/s   brokergate %6.1f us %7.0f/s   %4.1fx nginx  %s\n", row.title,
                static_cast<double>(body.size()) / 1000, constant.cpu_us, constant.per_second, answer.cpu_us,
                answer.per_second, answer.cpu_us / constant.cpu_us, row.aim);
    if (peer) {
      const Figure typed = median(theirs);
      std::printf("%-32s controller-runtime %6.1f us %7.0f/s   brokergate %.1fx cheaper  %s\n", "", typed.cpu_us,
                  typed.per_second, typed.cpu_us / answer.cpu_us, row.peer_aim);
    }
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fprintf(stderr, "usage: %s REVIEWS [WEBHOOK]\n", argv[0]);
    return 2;
  }
  try {
    std::vector<double> starts;
    for (int i = 0; i < 9; ++i) starts.push_back(first_answer_ms());
    std::sort(starts.begin(), starts.end());
    const ServerProcess lender;
    lender.write("policy.yaml",
                 "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec: {domain: kafka.example.com}\n");
    ServerProcess server({"--policy", lender.folder() + "/policy.yaml"});
    const auto nginx = bench::nginx(lender);
    const auto peer = argc == 3 ? bench::controller_runtime(lender, argv[2]) : nullptr;
    const long idle = server.memory();
    measure_requests(argv[1], server, *nginx, peer.get());

    std::printf("\n");
    Pulse pulse(server.port(), 1000, 16);
    std::this_thread::sleep_for(std::chrono::seconds(5));
    pulse.stop("1,000 requests a second, here the aim is p99 <= 1");
    std::printf("first answer after exec: %.1f ms, median of 9 (aim < 100 ms)\n", starts[4]);

    size_t total = 0;
    const std::string request = post("/mutate", read_file(std::string(argv[1]) + "/service.json"));
    drive(server.port(), server.pid(), request, 5, &total);
    const long early = server.memory();
    while (total < 1000000) drive(server.port(), server.pid(), request, 10, &total);
    std::printf("memory: %.1f MiB idle (aim <= 32), %.1f after the first requests, %.1f after %zu more\n",
                static_cast<double>(idle) / 1024, static_cast<double>(early) / 1024,
                static_cast<double>(server.memory()) / 1024, total);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return 0;
}
