// The bytes of one connection: over TLS, or plain on the operations' port.
// Never blocks; not thread-safe.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace brokergate::webhook::net {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class Transport {
 public:
  enum class Step : uint8_t {
    kDone,
    kWantRead,   // again when the socket can be read
    kWantWrite,  // again when it can be written
    kEnd,        // the peer has ended it, or it is broken
  };

  // Plain.
  explicit Transport(int socket) : socket_(socket) {}
  // TLS as a server. The context is counted by OpenSSL: it may be replaced
  // while connections made with it live on.
  // When OpenSSL has no memory for it, the handshake fails: nothing is ever plain instead.
  Transport(int socket, SSL_CTX* context);

  Step handshake();
  // After a handshake that has ended: what is wrong with the client's certificate, static text; empty when it ended for
  // another reason.
  std::string_view client_fault() const { return client_fault_; }
  // On kDone `count` is above zero.
  Step read(char* into, size_t room, size_t& count);
  Step write(const char* from, size_t size, size_t& count);
  // Bytes that have been received and decrypted, so that no event will tell of them.
  bool pending() const;
  // Tells the peer that nothing more will be written.
  void end_writing();
  // Throws away what the peer still sends. False when it has ended.
  bool discard();

 private:
  Step step(int result);

  int socket_;
  bool plain_ = true;
  std::string_view client_fault_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace brokergate::webhook::net
