#include "certs/pair.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace brokergate::certs {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

tl::expected<Bio, std::string> open(const std::string& file, const char* what) {
  errno = 0;
  Bio bio(BIO_new_file(file.c_str(), "r"));
  if (!bio) {
    const int why = errno;
    ERR_clear_error();
    return tl::unexpected(file + ": cannot read the " + what + ": " + (why ? std::strerror(why) : "unknown error"));
  }
  return bio;
}

std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

// An encrypted key must be an error, not a prompt on the terminal.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

bool has_names(X509* certificate) { return X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0; }

}  // namespace

tl::expected<Pair, std::string> load_pair(const std::string& cert_file, const std::string& key_file) {
  ERR_clear_error();
  Pair pair;
  auto cert_bio = open(cert_file, "certificate");
  if (!cert_bio) return tl::unexpected(cert_bio.error());
  while (X509* next = PEM_read_bio_X509(cert_bio->get(), nullptr, nullptr, nullptr)) {
    if (pair.leaf) {
      pair.chain.emplace_back(next);
    } else {
      pair.leaf.reset(next);
    }
  }
  // The end of the file shows as "no start line"; anything else is a broken block.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return tl::unexpected(cert_file + ": not a PEM certificate: " + last_error());
  ERR_clear_error();
  if (!pair.leaf) return tl::unexpected(cert_file + ": holds no certificate (wanted a block BEGIN CERTIFICATE)");

  auto key_bio = open(key_file, "private key");
  if (!key_bio) return tl::unexpected(key_bio.error());
  bool password_asked = false;
  pair.key.reset(PEM_read_bio_PrivateKey(key_bio->get(), nullptr, no_password, &password_asked));
  if (!pair.key) {
    if (password_asked) {
      ERR_clear_error();
      return tl::unexpected(key_file + ": the private key is encrypted; give it without a password");
    }
    // What is no key at all, or one that OpenSSL cannot use, shows as either of these.
    const int reason = ERR_GET_REASON(ERR_peek_last_error());
    const bool none = reason == PEM_R_NO_START_LINE || reason == ERR_R_UNSUPPORTED;
    const std::string why = last_error();
    return tl::unexpected(key_file + (none
                                          ? ": holds no private key that can be used (wanted a block BEGIN PRIVATE KEY)"
                                          : ": not a PEM private key: " + why));
  }
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
  if (!has_names(pair.leaf.get())) {
    pair.warnings.push_back(cert_file + ": the certificate has no subjectAltName; the API server will refuse it");
  }
  ERR_clear_error();
  return pair;
}

int64_t expires(const Pair& pair) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(pair.leaf.get()), &parts) != 1) return 0;
  return ::timegm(&parts);
}

std::string told(const Pair& pair) {
  std::string out;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(pair.leaf.get(), NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    out += (out.empty() ? "for " : ", ") + std::string(text, static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  const std::time_t end = expires(pair);
  std::tm parts{};
  gmtime_r(&end, &parts);
  char day[32];
  const size_t length = std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return out + (out.empty() ? "expires " : "; expires ") + std::string(day, length);
}

}  // namespace brokergate::certs
