#include "hardening/herd.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "hardening/client.h"

namespace brokergate::hardening {
namespace {

using Clock = std::chrono::steady_clock;

struct Animal {
  int socket = -1;
  SSL* ssl = nullptr;
  bool up = false;
  size_t sent = 0;
  Clock::time_point since;
};

void raise_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

bool wait_until(const std::atomic<size_t>& value, size_t count, double seconds) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  while (value < count) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return true;
}

}  // namespace

Herd::Herd(int port, size_t count, Behaviour behaviour, size_t sources) : behaviour_(std::move(behaviour)) {
  raise_descriptors();
  thread_ = std::thread([=, this] { run(port, count, sources); });
}

Herd::~Herd() {
  ending_ = true;
  thread_.join();
}

bool Herd::wait_settled(size_t count, double seconds) const { return wait_until(settled_, count, seconds); }
bool Herd::wait_ended(size_t count, double seconds) const { return wait_until(ended_, count, seconds); }

void Herd::run(int port, size_t count, size_t sources) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  std::vector<Animal> animals(count);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const auto drop = [&](Animal& animal) {
    SSL_free(animal.ssl);
    animal.ssl = nullptr;
    ::close(animal.socket);
    animal.socket = -1;
    ++ended_;
  };
  const auto step = [&](Animal& animal) {
    if (animal.socket < 0) return;
    ERR_clear_error();
    int result = 0;
    if (!animal.ssl) {
      char byte = 0;
      const ssize_t got = ::recv(animal.socket, &byte, 1, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) drop(animal);
      return;
    }
    if (!animal.up) {
      result = SSL_connect(animal.ssl);
      if (result == 1) {
        animal.up = true;
        animal.since = Clock::now();
        ++settled_;
      }
    }
    if (animal.up && behaviour_.reads) {
      char buffer[4096];
      size_t got = 0;
      while ((result = SSL_read_ex(animal.ssl, buffer, sizeof buffer, &got)) == 1) {
      }
    }
    const int wanted = result == 1 ? SSL_ERROR_NONE : SSL_get_error(animal.ssl, result);
    if (wanted != SSL_ERROR_NONE && wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) drop(animal);
  };
  const auto feed = [&](Animal& animal) {
    if (animal.socket < 0 || !animal.up || animal.sent >= behaviour_.then.size()) return;
    size_t due = behaviour_.then.size();
    if (behaviour_.bytes_per_second) {
      const double passed = std::chrono::duration<double>(Clock::now() - animal.since).count();
      due = std::min(due, static_cast<size_t>(passed * static_cast<double>(behaviour_.bytes_per_second)) + 1);
    }
    while (animal.sent < due) {
      ERR_clear_error();
      size_t put = 0;
      if (SSL_write_ex(animal.ssl, behaviour_.then.data() + animal.sent, due - animal.sent, &put) != 1) break;
      animal.sent += put;
    }
  };

  for (size_t i = 0; i < count && !ending_; ++i) {
    Animal& animal = animals[i];
    const size_t source = i % sources;
    animal.socket =
        connect_from("127.1." + std::to_string(source / 250) + "." + std::to_string(source % 250 + 1), port);
    if (animal.socket < 0) {
      ++ended_;
      continue;
    }
    ++connected_;
    ::fcntl(animal.socket, F_SETFL, O_NONBLOCK);
    // So that what is not read soon fills the server's side.
    const int small = 4096;
    if (!behaviour_.reads) ::setsockopt(animal.socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &animal;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, animal.socket, &event);
    if (behaviour_.handshake) {
      animal.ssl = SSL_new(context.get());
      SSL_set_fd(animal.ssl, animal.socket);
      step(animal);
    } else {
      ++settled_;
    }
    // The server's answers to those before, so that none is kept waiting.
    epoll_event events[64];
    const int ready = ::epoll_wait(epoll, events, 64, 0);
    for (int k = 0; k < ready; ++k) step(*static_cast<Animal*>(events[k].data.ptr));
  }
  std::vector<epoll_event> events(1024);
  while (!ending_) {
    const int ready = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < ready; ++i) step(*static_cast<Animal*>(events[static_cast<size_t>(i)].data.ptr));
    for (Animal& animal : animals) feed(animal);
  }
  for (Animal& animal : animals) {
    if (animal.socket < 0) continue;
    SSL_free(animal.ssl);
    ::close(animal.socket);
  }
  ::close(epoll);
}

}  // namespace brokergate::hardening
