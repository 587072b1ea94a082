#include "certs/facts.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

namespace brokergate::certs {
namespace {

int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    ERR_clear_error();
    return 0;
  }
  return ::timegm(&parts);
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(std::max(0, ASN1_STRING_length(string)))};
}

std::string address_of(const ASN1_STRING* bytes) {
  const int length = ASN1_STRING_length(bytes);
  if (length != 4 && length != 16) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = length == 4 ? AF_INET : AF_INET6;
  const char* out = ::inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size());
  return out ? out : "";
}

}  // namespace

int64_t begins(const Certificate& certificate) { return seconds_of(X509_get0_notBefore(certificate.get())); }
int64_t ends(const Certificate& certificate) { return seconds_of(X509_get0_notAfter(certificate.get())); }

std::string moment(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  if (!::gmtime_r(&time, &parts)) return "at an unknown time";
  std::array<char, 48> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string from_now(int64_t seconds, int64_t now) {
  const int64_t away = std::llabs(seconds - now);
  const auto [unit, name] = away >= 2 * 86400 ? std::pair<int64_t, const char*>{86400, "days"}
                            : away >= 7200    ? std::pair<int64_t, const char*>{3600, "hours"}
                                              : std::pair<int64_t, const char*>{60, "minutes"};
  const std::string amount = std::to_string(away / unit) + " " + name;
  return seconds >= now ? "in " + amount : amount + " ago";
}

bool is_authority(const Certificate& certificate) {
  return (X509_get_extension_flags(certificate.get()) & EXFLAG_CA) != 0;
}

tl::expected<Certificates, std::string> load_authorities(const std::string& file) {
  auto all = load_certificates(file);
  if (!all) return all;
  for (const Certificate& next : *all) {
    if (is_authority(next)) continue;
    return tl::unexpected(file + ": \"" + subject_of(next) +
                          "\" is not a certificate authority's (basicConstraints lacks CA:TRUE)");
  }
  return all;
}

bool same(const Certificate& one, const Certificate& other) { return X509_cmp(one.get(), other.get()) == 0; }

Names names_of(const Certificate& certificate) {
  Names out;
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.dns.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) out.addresses.push_back(address_of(name->d.iPAddress));
  }
  ERR_clear_error();
  return out;
}

std::string subject_of(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  const X509_NAME* subject = X509_get_subject_name(certificate.get());
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  std::string out;
  if (at >= 0) {
    out = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  } else if (bio && X509_NAME_print_ex(bio.get(), subject, 0, XN_FLAG_RFC2253) >= 0) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    out.assign(data, static_cast<size_t>(std::max(0L, size)));
  }
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out.substr(0, 128);
}

std::string mark_of(const Certificate& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) return {};
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < 8; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

}  // namespace brokergate::certs
