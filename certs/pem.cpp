#include "certs/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstring>

namespace brokergate::certs {
namespace {

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

Bio over(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// An encrypted key must be an error, not a prompt on the terminal.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

tl::expected<Certificates, std::string> read_certificates(BIO* from, const std::string& origin) {
  ERR_clear_error();
  Certificates out;
  while (X509* next = PEM_read_bio_X509(from, nullptr, nullptr, nullptr)) out.emplace_back(next);
  // The end of the text shows as "no start line"; anything else is a broken block.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return tl::unexpected(origin + ": not a PEM certificate: " + last_error());
  }
  ERR_clear_error();
  if (out.empty()) return tl::unexpected(origin + ": holds no certificate (wanted a block BEGIN CERTIFICATE)");
  return out;
}

tl::expected<Key, std::string> read_key(BIO* from, const std::string& origin) {
  ERR_clear_error();
  bool password_asked = false;
  Key key(PEM_read_bio_PrivateKey(from, nullptr, no_password, &password_asked));
  if (key) return key;
  if (password_asked) {
    ERR_clear_error();
    return tl::unexpected(origin + ": the private key is encrypted; give it without a password");
  }
  // What is no key at all, or one that OpenSSL cannot use, shows as either of these.
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const bool none = reason == PEM_R_NO_START_LINE || reason == ERR_R_UNSUPPORTED;
  const std::string why = last_error();
  return tl::unexpected(origin + (none ? ": holds no private key that can be used (wanted a block BEGIN PRIVATE KEY)"
                                       : ": not a PEM private key: " + why));
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

}  // namespace

tl::expected<Certificates, std::string> load_certificates(const std::string& file) {
  const auto bio = open(file, "certificate");
  return bio ? read_certificates(bio->get(), file) : tl::unexpected(bio.error());
}

tl::expected<Certificates, std::string> certificates_in(std::string_view text, const std::string& origin) {
  return read_certificates(over(text).get(), origin);
}

tl::expected<Key, std::string> load_key(const std::string& file) {
  const auto bio = open(file, "private key");
  if (!bio) return tl::unexpected(bio.error());
  return read_key(bio->get(), file);
}

tl::expected<Key, std::string> key_in(std::string_view text, const std::string& origin) {
  return read_key(over(text).get(), origin);
}

std::string pem_of(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return text_of(bio);
}

std::string pem_of(const Certificates& certificates) {
  std::string out;
  for (const Certificate& certificate : certificates) out += pem_of(certificate);
  return out;
}

std::string pem_of(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio);
}

Certificate shared(const Certificate& certificate) {
  X509_up_ref(certificate.get());
  return Certificate(certificate.get());
}

std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

}  // namespace brokergate::certs
