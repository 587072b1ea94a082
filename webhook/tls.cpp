#include "webhook/tls.h"

#include <sys/socket.h>

#include <mutex>
#include <unordered_map>

namespace brokergate::webhook {

bool set_up_tls(SSL_CTX& context, const certs::Pair& pair) {
  SSL_CTX* ctx = &context;
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Resuming sessions saves nothing for a client that keeps its connections.
  SSL_CTX_set_num_tickets(ctx, 0);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate(ctx, pair.leaf.get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(ctx, pair.key.get()) != 1) return false;
  for (const certs::Certificate& next : pair.chain) {
    if (SSL_CTX_add1_chain_cert(ctx, next.get()) != 1) return false;
  }
  return SSL_CTX_check_private_key(ctx) == 1;
}

struct Connections::State {
  struct Entry {
    int socket = -1;
    bool busy = false;
  };
  std::mutex mutex;
  std::unordered_map<const SSL*, Entry> open;
  bool closing = false;

  static int context_slot() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }
  static int slot() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, forget);
    return index;
  }
  static State* of(const SSL* ssl) { return static_cast<State*>(SSL_get_ex_data(ssl, slot())); }

  // SSL_free calls this before the socket is closed, so an entry's socket is
  // always the connection's own.
  static void forget(void* ssl, void* data, CRYPTO_EX_DATA*, int, long, void*) {
    auto* state = static_cast<State*>(data);
    if (!state) return;
    const std::lock_guard lock(state->mutex);
    state->open.erase(static_cast<const SSL*>(ssl));
  }

  static void on_info(const SSL* ssl, int where, int) {
    if (!(where & SSL_CB_HANDSHAKE_START)) return;
    auto* state = static_cast<State*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_slot()));
    if (!state || of(ssl)) return;
    SSL_set_ex_data(const_cast<SSL*>(ssl), slot(), state);
    const std::lock_guard lock(state->mutex);
    const int socket = SSL_get_fd(ssl);
    state->open.try_emplace(ssl, Entry{socket, false});
    if (state->closing) ::shutdown(socket, SHUT_RD);
  }
};

Connections::Connections() : state_(std::make_unique<State>()) {}
Connections::~Connections() = default;

void Connections::follow(SSL_CTX& context) {
  State::slot();
  SSL_CTX_set_ex_data(&context, State::context_slot(), state_.get());
  SSL_CTX_set_info_callback(&context, State::on_info);
}

void Connections::close(bool all) {
  const std::lock_guard lock(state_->mutex);
  state_->closing = true;
  for (const auto& [ssl, entry] : state_->open) {
    if (all || !entry.busy) ::shutdown(entry.socket, all ? SHUT_RDWR : SHUT_RD);
  }
}

void Connections::set_busy(const SSL* ssl, bool busy) {
  State* state = ssl ? State::of(ssl) : nullptr;
  if (!state) return;
  const std::lock_guard lock(state->mutex);
  if (const auto found = state->open.find(ssl); found != state->open.end()) found->second.busy = busy;
  // A connection that fell idle after close() looked at it.
  if (!busy && state->closing) ::shutdown(SSL_get_fd(ssl), SHUT_RD);
}

void Connections::read_no_more(const SSL* ssl) {
  // OpenSSL then hands out nothing, not even what it has received already.
  if (ssl) SSL_set_shutdown(const_cast<SSL*>(ssl), SSL_RECEIVED_SHUTDOWN);
}

void Connections::hang_up(const SSL* ssl) {
  if (ssl) ::shutdown(SSL_get_fd(ssl), SHUT_RD);
}

}  // namespace brokergate::webhook
