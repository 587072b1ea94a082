#include "webhook/tls.h"

#include <openssl/err.h>

namespace brokergate::webhook {
namespace {

// A record of 16 KiB and its frame, and the next one's beginning: a usual review in one system call.
constexpr size_t kReadBuffer = size_t{32} << 10;

bool set_up(SSL_CTX* ctx, const certs::Pair& pair) {
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Resuming sessions saves nothing for a client that keeps its connections.
  SSL_CTX_set_num_tickets(ctx, 0);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  // An idle connection keeps no buffers.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(ctx, 1);
  SSL_CTX_set_default_read_buffer_len(ctx, kReadBuffer);
  if (SSL_CTX_use_certificate(ctx, pair.leaf.get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(ctx, pair.key.get()) != 1) return false;
  for (const certs::Certificate& next : pair.chain) {
    if (SSL_CTX_add1_chain_cert(ctx, next.get()) != 1) return false;
  }
  return SSL_CTX_check_private_key(ctx) == 1;
}

}  // namespace

tl::expected<net::Context, std::string> make_context(const certs::Pair& pair) {
  net::Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context && set_up(context.get(), pair)) return context;
  const unsigned long code = ERR_get_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return tl::unexpected("OpenSSL refuses the certificate: " + std::string(reason ? reason : "unknown error"));
}

}  // namespace brokergate::webhook
