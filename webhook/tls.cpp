#include "webhook/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

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

struct Allowed {
  std::vector<std::string> names;  // empty: all
  certs::Certificate self;
};

void free_allowed(void*, void* allowed, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Allowed*>(allowed); }

// The place in a context where it is kept whom it lets in.
int allowed_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_allowed);
  return kIndex;
}

// Called once per certificate of the client's chain; 0 refuses the handshake.
int judge_client(int verified, X509_STORE_CTX* chain) {
  if (verified != 1 || X509_STORE_CTX_get_error_depth(chain) != 0) return verified;
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* allowed = static_cast<const Allowed*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), allowed_index()));
  X509* client = X509_STORE_CTX_get_current_cert(chain);
  if (allowed && (allowed->names.empty() || certs::is_named(client, allowed->names))) return 1;
  if (allowed && allowed->self && X509_cmp(allowed->self.get(), client) == 0) return 1;
  X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

bool ask_clients(SSL_CTX* ctx, const certs::Clients& clients, X509* self) {
  X509_STORE* store = SSL_CTX_get_cert_store(ctx);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  for (const certs::Certificate& authority : clients.authorities) {
    // The client is told which authorities count: Go sends no certificate of others.
    if (X509_STORE_add_cert(store, authority.get()) != 1) return false;
    if (SSL_CTX_add_client_CA(ctx, authority.get()) != 1) return false;
  }
  auto allowed = std::make_unique<Allowed>();
  allowed->names = clients.names;
  if (self) {
    if (X509_STORE_add_cert(store, self) != 1 || X509_up_ref(self) != 1) return false;
    allowed->self.reset(self);
  }
  if (SSL_CTX_set_ex_data(ctx, allowed_index(), allowed.get()) != 1) return false;
  (void)allowed.release();  // the context has it now
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, judge_client);
  return true;
}

}  // namespace

tl::expected<net::Context, std::string> make_context(const certs::Pair& pair, const certs::Clients* clients,
                                                     X509* self) {
  net::Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context && set_up(context.get(), pair) && (!clients || ask_clients(context.get(), *clients, self)))
    return context;
  const unsigned long code = ERR_get_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return tl::unexpected("OpenSSL refuses the certificate: " + std::string(reason ? reason : "unknown error"));
}

}  // namespace brokergate::webhook
