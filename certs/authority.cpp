#include "certs/authority.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "certs/facts.h"

namespace brokergate::certs {
namespace {

// 127 bits: positive, and never as short as to be negative or zero.
bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), BN_free);
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& name) {
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()),
                                    -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value);
  if (!extension) return false;
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool push(GENERAL_NAMES* to, int type, int string_type, const void* data, size_t size) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_STRING* text = ASN1_STRING_type_new(string_type);
  if (!name || !text || ASN1_STRING_set(text, data, static_cast<int>(size)) != 1) {
    GENERAL_NAME_free(name);
    ASN1_STRING_free(text);
    return false;
  }
  GENERAL_NAME_set0_value(name, type, text);
  if (sk_GENERAL_NAME_push(to, name) > 0) return true;
  GENERAL_NAME_free(name);
  return false;
}

bool add_names(X509* certificate, const Names& names) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> all(sk_GENERAL_NAME_new_null(), GENERAL_NAMES_free);
  if (!all) return false;
  for (const std::string& name : names.dns) {
    if (!push(all.get(), GEN_DNS, V_ASN1_IA5STRING, name.data(), name.size())) return false;
  }
  for (const std::string& address : names.addresses) {
    std::array<unsigned char, 16> bytes{};
    const bool long_one = address.find(':') != std::string::npos;
    if (::inet_pton(long_one ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1) return false;
    if (!push(all.get(), GEN_IPADD, V_ASN1_OCTET_STRING, bytes.data(), long_one ? 16 : 4)) return false;
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, 0) == 1;
}

// A user's own authority may be of Ed25519, which brings its digest along.
const EVP_MD* digest_for(const Key& key) { return EVP_PKEY_is_a(key.get(), "ED25519") ? nullptr : EVP_sha256(); }

// Version, serial, key, validity; a new key pair.
bool begin(Issued& out, int64_t from, int64_t to) {
  out.certificate.reset(X509_new());
  out.key.reset(EVP_EC_gen("P-256"));
  X509* certificate = out.certificate.get();
  return certificate && out.key && X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), from) && ASN1_TIME_set(X509_getm_notAfter(certificate), to) &&
         X509_set_pubkey(certificate, out.key.get()) == 1;
}

}  // namespace

tl::expected<Issued, std::string> make_authority(int64_t now, int days) {
  ERR_clear_error();
  Issued out;
  bool fine = begin(out, now - kBackdated, now + days * kDay);
  X509* self = out.certificate.get();
  // The serial in the name: generations must differ in it, or a verifier may pick the wrong one.
  std::array<unsigned char, 4> bytes{};
  fine = fine && RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
  std::string name = "brokergate CA " + moment(now).substr(0, 10) + " ";
  for (const unsigned char byte : bytes) name += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  fine = fine && set_subject(self, name) && X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
         add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         add_extension(self, self, NID_subject_key_identifier, "hash") &&
         add_extension(self, self, NID_authority_key_identifier, "keyid:always") &&
         X509_sign(self, out.key.get(), EVP_sha256()) > 0;
  if (!fine) return tl::unexpected("cannot make a certificate authority: " + last_error());
  return out;
}

tl::expected<Issued, std::string> make_leaf(const Issued& authority, const Names& names, int64_t now, int days) {
  ERR_clear_error();
  if (names.empty()) return tl::unexpected(std::string("a certificate without a name is of no use"));
  Issued out;
  X509* issuer = authority.certificate.get();
  const int64_t to = std::min(now + days * kDay, ends(authority.certificate));
  const int64_t from = std::max(now - kBackdated, begins(authority.certificate));
  bool fine = begin(out, from, to);
  X509* self = out.certificate.get();
  fine = fine && set_subject(self, "brokergate webhook") &&
         X509_set_issuer_name(self, X509_get_subject_name(issuer)) == 1 &&
         add_extension(self, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(self, issuer, NID_key_usage, "critical,digitalSignature") &&
         add_extension(self, issuer, NID_ext_key_usage, "serverAuth") && add_names(self, names) &&
         add_extension(self, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(self, issuer, NID_authority_key_identifier, "keyid:always") &&
         X509_sign(self, authority.key.get(), digest_for(authority.key)) > 0;
  if (!fine) return tl::unexpected("cannot make a certificate: " + last_error());
  return out;
}

tl::expected<Issued, std::string> make_self() {
  ERR_clear_error();
  Issued out;
  // RFC 5280 4.1.2.5: a process lives as long as it lives.
  bool fine = begin(out, 0, 253402300799);
  X509* self = out.certificate.get();
  fine = fine && set_subject(self, "brokergate itself") &&
         X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
         add_extension(self, self, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(self, self, NID_key_usage, "critical,digitalSignature") &&
         add_extension(self, self, NID_ext_key_usage, "clientAuth") && X509_sign(self, out.key.get(), EVP_sha256()) > 0;
  if (!fine) return tl::unexpected("cannot make a certificate: " + last_error());
  return out;
}

tl::expected<Authority, std::string> authority_in(std::string_view certificates, const std::string& certificates_origin,
                                                  std::string_view key, const std::string& key_origin) {
  auto all = certificates_in(certificates, certificates_origin);
  if (!all) return tl::unexpected(all.error());
  auto own_key = key_in(key, key_origin);
  if (!own_key) return tl::unexpected(own_key.error());
  Authority out;
  out.own = {std::move(all->front()), std::move(*own_key)};
  out.former.assign(std::make_move_iterator(all->begin() + 1), std::make_move_iterator(all->end()));
  if (!is_authority(out.own.certificate)) {
    return tl::unexpected(certificates_origin + ": its first certificate is not one of a certificate authority");
  }
  if (X509_check_private_key(out.own.certificate.get(), out.own.key.get()) != 1) {
    ERR_clear_error();
    return tl::unexpected(key_origin + ": is not the private key of the first certificate in " + certificates_origin);
  }
  return out;
}

Certificates still_trusted(const Certificates& candidates, int64_t now) {
  Certificates out;
  for (const Certificate& next : candidates) {
    if (!is_authority(next) || ends(next) <= now) continue;
    if (std::none_of(out.begin(), out.end(), [&](const Certificate& there) { return same(there, next); })) {
      out.push_back(shared(next));
    }
  }
  return out;
}

std::string bundle_of(const Authority& authority) {
  return pem_of(authority.own.certificate) + pem_of(authority.former);
}

}  // namespace brokergate::certs
