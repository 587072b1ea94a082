#include "certs/server_trust.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>

namespace brokergate::certs {

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string not_accepted(const Access& access, long result) {
  const char* why = X509_verify_cert_error_string(result);
  return std::string("its certificate is not accepted: ") + (why ? why : "unknown error") +
         (access.system_authorities ? "; the kubeconfig names no certificate-authority, so this system's were asked "
                                      "(SSL_CERT_FILE names others)"
                                    : "");
}

ServerTrust::ServerTrust(const Access& access)
    : host_(access.host),
      is_address_(certs::is_address(access.host)),
      system_(access.system_authorities),
      anchors_(sk_X509_new_null()) {
  for (const Certificate& anchor : access.authorities) {
    if (X509_up_ref(anchor.get()) == 1 && sk_X509_push(anchors_, anchor.get()) == 0) X509_free(anchor.get());
  }
}

ServerTrust::~ServerTrust() { sk_X509_pop_free(anchors_, X509_free); }

void ServerTrust::install(SSL_CTX* context) const {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, const_cast<ServerTrust*>(this));
  if (system_) SSL_CTX_set_default_verify_paths(context);
}

int ServerTrust::verify(X509_STORE_CTX* context, void* with) {
  const ServerTrust& trust = *static_cast<const ServerTrust*>(with);
  if (!trust.system_) X509_STORE_CTX_set0_trusted_stack(context, trust.anchors_);
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const int named = trust.is_address_ ? X509_VERIFY_PARAM_set1_ip_asc(rules, trust.host_.c_str())
                                      : X509_VERIFY_PARAM_set1_host(rules, trust.host_.data(), trust.host_.size());
  if (named != 1) {
    X509_STORE_CTX_set_error(context, X509_V_ERR_UNSPECIFIED);
    return 0;
  }
  return X509_verify_cert(context);
}

}  // namespace brokergate::certs
