// Certificates and private keys as PEM text, and what they are held in.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace brokergate::certs {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;
using Certificates = std::vector<Certificate>;

// All certificates, in the order they stand in; at least one. The error names
// the file (or `origin`) and what is wrong with it.
tl::expected<Certificates, std::string> load_certificates(const std::string& file);
tl::expected<Certificates, std::string> certificates_in(std::string_view text, const std::string& origin);
// The first private key. One with a password is an error, never a prompt.
tl::expected<Key, std::string> load_key(const std::string& file);
tl::expected<Key, std::string> key_in(std::string_view text, const std::string& origin);

std::string pem_of(const Certificate& certificate);
std::string pem_of(const Certificates& certificates);
std::string pem_of(const Key& key);  // PKCS #8

// A second owner of the same certificate.
Certificate shared(const Certificate& certificate);
// OpenSSL's reason for what has just failed in this thread; forgets it.
std::string last_error();

}  // namespace brokergate::certs
