// A listening socket, what is served behind it, and with which certificate.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>

#include <tl/expected.hpp>

#include "webhook/net/address.h"
#include "webhook/net/door.h"

namespace brokergate::webhook::net {

// Counted by OpenSSL; connections keep the one they began with.
using Context = std::shared_ptr<SSL_CTX>;

class Port {
 public:
  // Plain without a context. `door` must outlive the port.
  Port(Door& the_door, Context context) : door_(the_door), context_(std::move(context)) {}
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // Takes the address; connections queue from then on. The port taken, or what went wrong.
  tl::expected<int, std::string> bind(const Address& wanted);

  int socket() const { return socket_; }
  Door& door() const { return door_; }
  bool plain() const { return plain_; }
  // Thread-safe both.
  Context context() const;
  void replace(Context context);

 private:
  Door& door_;
  mutable std::mutex mutex_;
  Context context_;
  bool plain_ = context_ == nullptr;
  int socket_ = -1;
};

}  // namespace brokergate::webhook::net
