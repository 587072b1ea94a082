#include "certs/pair.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <iterator>
#include <utility>

#include "certs/facts.h"

namespace brokergate::certs {

tl::expected<Pair, std::string> load_pair(const std::string& cert_file, const std::string& key_file) {
  auto certificates = load_certificates(cert_file);
  if (!certificates) return tl::unexpected(certificates.error());
  auto key = load_key(key_file);
  if (!key) return tl::unexpected(key.error());
  Pair pair;
  pair.leaf = std::move(certificates->front());
  pair.chain.assign(std::make_move_iterator(certificates->begin() + 1), std::make_move_iterator(certificates->end()));
  pair.key = std::move(*key);
  if (X509_check_private_key(pair.leaf.get(), pair.key.get()) != 1) {
    ERR_clear_error();
    return tl::unexpected(key_file + ": is not the private key of the first certificate in " + cert_file);
  }
  if (X509_cmp_current_time(X509_get0_notAfter(pair.leaf.get())) < 0) {
    pair.warnings.push_back(cert_file + ": the certificate has expired");
  }
  if (X509_cmp_current_time(X509_get0_notBefore(pair.leaf.get())) > 0) {
    pair.warnings.push_back(cert_file + ": the certificate is not valid yet");
  }
  if (X509_get_ext_by_NID(pair.leaf.get(), NID_subject_alt_name, -1) < 0) {
    pair.warnings.push_back(cert_file + ": the certificate has no subjectAltName; the API server will refuse it");
  }
  ERR_clear_error();
  return pair;
}

int64_t expires(const Pair& pair) { return ends(pair.leaf); }

std::string told(const Pair& pair) {
  const Names names = names_of(pair.leaf);
  return (names.empty() ? "expires " : "for " + to_string(names) + "; expires ") + moment(expires(pair));
}

}  // namespace brokergate::certs
