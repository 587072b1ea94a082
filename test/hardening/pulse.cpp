#include "hardening/pulse.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "hardening/client.h"

namespace brokergate::hardening {
namespace {

using Clock = std::chrono::steady_clock;

double percentile(const std::vector<double>& sorted, double part) {
  return sorted.empty()
             ? 0
             : sorted[std::min(sorted.size() - 1, static_cast<size_t>(part * static_cast<double>(sorted.size())))];
}

}  // namespace

Pulse::Pulse(int port, double rate, size_t connections) {
  for (size_t i = 0; i < connections; ++i) {
    threads_.emplace_back([=, this] { run(port, static_cast<double>(connections) / rate); });
  }
}

Pulse::~Pulse() {
  ending_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Pulse::run(int port, double interval) {
  std::vector<double> times;
  std::vector<std::string> failures;
  std::vector<long> serials;
  std::unique_ptr<Client> client;
  const std::string request = post("/mutate", small_review());
  auto due = Clock::now();
  while (!ending_) {
    std::this_thread::sleep_until(due);
    std::string wrong;
    if (!client) {
      client = std::make_unique<Client>(port);
      if (!client->handshake()) wrong = "handshake";
      if (wrong.empty()) serials.push_back(client->serial());
    }
    std::string reply;
    if (wrong.empty() && !client->send(request)) wrong = "send";
    if (wrong.empty()) {
      reply = client->answer();
      if (status_of(reply) != 200) wrong = reply.empty() ? "no answer" : reply.substr(0, 40);
    }
    if (wrong.empty()) {
      times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
    } else {
      failures.push_back(wrong);
    }
    if (!wrong.empty() || reply.find("Connection: close") != std::string::npos) client.reset();
    due += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(interval));
  }
  const std::lock_guard lock(mutex_);
  times_.insert(times_.end(), times.begin(), times.end());
  failures_.insert(failures_.end(), failures.begin(), failures.end());
  serials_.insert(serials_.end(), serials.begin(), serials.end());
}

Health Pulse::stop(const std::string& title) {
  ending_ = true;
  for (std::thread& thread : threads_) thread.join();
  std::sort(times_.begin(), times_.end());
  Health out;
  out.answered = times_.size();
  out.failures = failures_;
  out.p50 = percentile(times_, 0.5);
  out.p99 = percentile(times_, 0.99);
  out.worst = times_.empty() ? 0 : times_.back();
  std::printf("%-58s %7zu answered %4zu failed  p50 %6.2f  p99 %6.2f  worst %7.2f ms  (aim: p99 < 50)\n", title.c_str(),
              out.answered, out.failures.size(), out.p50, out.p99, out.worst);
  std::fflush(stdout);
  return out;
}

std::vector<long> Pulse::serials() {
  const std::lock_guard lock(mutex_);
  return serials_;
}

}  // namespace brokergate::hardening
