#include "webhook/net/transport.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace brokergate::webhook::net {
namespace {

std::string_view fault_of_client(const SSL* ssl, unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return {};
  if (ERR_GET_REASON(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return "it shows no certificate";
  if (ERR_GET_REASON(error) != SSL_R_CERTIFICATE_VERIFY_FAILED) return {};
  const long verified = SSL_get_verify_result(ssl);
  // What the verification's own callback says of a name (webhook/tls.cpp).
  if (verified == X509_V_ERR_APPLICATION_VERIFICATION) return "its certificate has none of the names that are let in";
  const char* why = X509_verify_cert_error_string(verified);
  return why ? why : "its certificate is not accepted";
}

}  // namespace

Transport::Transport(int socket, SSL_CTX* context) : socket_(socket), plain_(false), ssl_(SSL_new(context)) {
  if (!ssl_) return;
  SSL_set_fd(ssl_.get(), socket);
  SSL_set_accept_state(ssl_.get());
}

Transport::Step Transport::step(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Step::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantWrite;
    default:
      return Step::kEnd;
  }
}

Transport::Step Transport::handshake() {
  if (plain_) return Step::kDone;
  if (!ssl_) return Step::kEnd;
  // SSL_get_error() looks at the whole queue of this thread, other connections' leavings included.
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Step::kDone;
  const Step out = step(result);
  if (out == Step::kEnd) client_fault_ = fault_of_client(ssl_.get(), ERR_peek_error());
  return out;
}

Transport::Step Transport::read(char* into, size_t room, size_t& count) {
  if (ssl_) {
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), into, room, &count);
    return result == 1 ? Step::kDone : step(result);
  }
  const ssize_t got = ::recv(socket_, into, room, 0);
  if (got > 0) {
    count = static_cast<size_t>(got);
    return Step::kDone;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? Step::kWantRead : Step::kEnd;
}

Transport::Step Transport::write(const char* from, size_t size, size_t& count) {
  if (ssl_) {
    ERR_clear_error();
    const int result = SSL_write_ex(ssl_.get(), from, size, &count);
    return result == 1 ? Step::kDone : step(result);
  }
  const ssize_t put = ::send(socket_, from, size, MSG_NOSIGNAL);
  if (put > 0) {
    count = static_cast<size_t>(put);
    return Step::kDone;
  }
  return put < 0 && (errno == EAGAIN || errno == EINTR) ? Step::kWantWrite : Step::kEnd;
}

bool Transport::pending() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

void Transport::end_writing() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  ::shutdown(socket_, SHUT_WR);
}

bool Transport::discard() {
  char junk[16384];
  // A bound, so that a fast sender holds the thread no longer than others.
  for (int i = 0; i < 16; ++i) {
    const ssize_t got = ::recv(socket_, junk, sizeof junk, 0);
    if (got > 0) continue;
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
  return true;
}

}  // namespace brokergate::webhook::net
