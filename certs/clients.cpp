#include "certs/clients.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <strings.h>

#include <algorithm>
#include <utility>

#include "certs/facts.h"

namespace brokergate::certs {
namespace {

// A NUL or a byte beyond ASCII inside a name must not shorten or disguise it.
bool equal(const unsigned char* data, int size, const std::string& name) {
  return size >= 0 && static_cast<size_t>(size) == name.size() && std::find(data, data + size, '\0') == data + size &&
         ::strncasecmp(reinterpret_cast<const char*>(data), name.data(), name.size()) == 0;
}

}  // namespace

tl::expected<Clients, std::string> load_clients(const std::string& ca_file, std::vector<std::string> names) {
  auto authorities = load_authorities(ca_file);
  if (!authorities) return tl::unexpected(authorities.error());
  return Clients{std::move(*authorities), std::move(names)};
}

bool is_named(X509* certificate, const std::vector<std::string>& names) {
  const auto wanted = [&](const ASN1_STRING* text) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return equal(ASN1_STRING_get0_data(text), ASN1_STRING_length(text), name);
    });
  };
  const X509_NAME* subject = X509_get_subject_name(certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
    if (wanted(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))) return true;
  }
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> others(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  const int count = others ? sk_GENERAL_NAME_num(others.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(others.get(), i);
    if (name->type == GEN_DNS && wanted(name->d.dNSName)) return true;
  }
  ERR_clear_error();
  return false;
}

}  // namespace brokergate::certs
