#include "certs/check.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <utility>

#include "certs/authority.h"
#include "certs/facts.h"

namespace brokergate::certs {
namespace {

using Faults = std::vector<Fault>;
constexpr const char* kIssueAgain = "issue it again (brokergate certs issue)";

void judge_dates(const Certificate& certificate, const std::string& whose, const std::string& where,
                 const Judged& judged, Faults& out) {
  const int64_t from = begins(certificate), to = ends(certificate);
  const auto tell = [&](const char* id, bool broken, const std::string& what, const char* remedy) {
    out.push_back({id, broken, where, whose + " " + what, remedy});
  };
  if (to <= judged.now) {
    tell("expired", true, "expired " + from_now(to, judged.now) + ", " + moment(to), kIssueAgain);
  } else if (from > judged.now) {
    tell("not-yet-valid", true, "is not valid before " + moment(from),
         "set this machine's clock, or wait; certs issue begins ten minutes back");
  } else if (to - judged.now < judged.within_days * kDay) {
    tell("expires-soon", false, "expires " + from_now(to, judged.now) + ", " + moment(to), kIssueAgain);
  }
}

// Go's TLS client takes RSA, ECDSA on three curves and Ed25519.
void judge_key_kind(const Certificate& leaf, const Judged& judged, Faults& out) {
  EVP_PKEY* key = X509_get0_pubkey(leaf.get());
  const std::string where = judged.cert_origin;
  const int bits = key ? EVP_PKEY_get_bits(key) : 0;
  char group[64] = "";
  size_t length = 0;
  if (key && EVP_PKEY_is_a(key, "RSA")) {
    if (bits < 1024 || bits > 8192) {
      out.push_back({"key-kind", true, where, "RSA key of " + std::to_string(bits) + " bits, Go takes 1024 to 8192",
                     kIssueAgain});
    } else if (bits < 2048) {
      out.push_back({"key-kind", false, where, "RSA key of only " + std::to_string(bits) + " bits", kIssueAgain});
    }
    return;
  }
  bool known = key && EVP_PKEY_is_a(key, "ED25519");
  if (key && EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1) {
    const std::string curve(group, length);
    known = curve == "prime256v1" || curve == "secp384r1" || curve == "secp521r1";
  }
  if (!known) {
    out.push_back({"key-kind", true, where, "a key that Go's TLS cannot use (RSA, P-256, P-384, P-521 and Ed25519 can)",
                   kIssueAgain});
  }
  ERR_clear_error();
}

void judge_signatures(const Judged& judged, Faults& out) {
  for (const Certificate& next : *judged.certificates) {
    // Nobody verifies the signature that a root has put under itself.
    if (&next != &judged.certificates->front() && (X509_get_extension_flags(next.get()) & EXFLAG_SS)) continue;
    int digest = NID_undef;
    X509_get_signature_info(next.get(), &digest, nullptr, nullptr, nullptr);
    if (digest == NID_sha1 || digest == NID_md5 || digest == NID_md2 || digest == NID_md4) {
      out.push_back({"weak-signature", true, judged.cert_origin,
                     "\"" + subject_of(next) + "\" is signed with " + OBJ_nid2sn(digest) + ", which Go refuses",
                     kIssueAgain});
    }
    if (ASN1_INTEGER* serial = X509_get_serialNumber(next.get()); serial && serial->type == V_ASN1_NEG_INTEGER) {
      out.push_back({"serial", true, judged.cert_origin,
                     "\"" + subject_of(next) + "\" has a negative serial number, which Go 1.23 refuses", kIssueAgain});
    }
  }
}

void judge_purpose(const Certificate& leaf, const Judged& judged, Faults& out) {
  const uint32_t usage = X509_get_extended_key_usage(leaf.get());
  if (usage == UINT32_MAX || (usage & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0) return;
  out.push_back({"purpose", true, judged.cert_origin, "its extended key usage does not hold serverAuth", kIssueAgain});
}

void judge_names(const Certificate& leaf, const Judged& judged, Faults& out) {
  const Names there = names_of(leaf);
  if (there.empty()) {
    out.push_back({"no-names", true, judged.cert_origin,
                   "no subjectAltName with a DNS name or address; the common name counts for nothing", kIssueAgain});
    return;
  }
  const auto missing = [&](const std::string& name) {
    out.push_back({"name", true, judged.cert_origin, "it is not for " + name + " (but for " + to_string(there) + ")",
                   "issue it for that name as well"});
  };
  for (const std::string& name : judged.names.dns) {
    const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    if (X509_check_host(leaf.get(), name.data(), name.size(), flags, nullptr) != 1) missing(name);
  }
  for (const std::string& address : judged.names.addresses) {
    if (X509_check_ip_asc(leaf.get(), address.c_str(), 0) != 1) missing(address);
  }
  ERR_clear_error();
}

void judge_chain(const Certificate& leaf, const Judged& judged, Faults& out) {
  const auto free_stack = [](STACK_OF(X509) * stack) { sk_X509_free(stack); };
  using Stack = std::unique_ptr<STACK_OF(X509), decltype(free_stack)>;
  const Stack trusted(sk_X509_new_null(), free_stack), between(sk_X509_new_null(), free_stack);
  for (const Certificate& next : *judged.authorities) sk_X509_push(trusted.get(), next.get());
  for (const Certificate& next : *judged.certificates) sk_X509_push(between.get(), next.get());
  const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(), X509_STORE_free);
  const std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> context(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  if (!store || !context || X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), between.get()) != 1) return;
  X509_STORE_CTX_set0_trusted_stack(context.get(), trusted.get());
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  // Go takes any certificate of the bundle as an anchor, a root or not.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
  if (X509_verify_cert(context.get()) != 1) {
    const char* why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    out.push_back({"chain", true, judged.cert_origin,
                   "it does not verify against " + judged.ca_origin + ": " + std::string(why ? why : "unknown error"),
                   "give the authority that signed it, or put the missing intermediates behind the certificate"});
  } else {
    // Only those that this certificate needs make it fail when they end.
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 1; i < sk_X509_num(chain); ++i) {
      X509* next = sk_X509_value(chain, i);
      X509_up_ref(next);
      const Certificate held(next);
      judge_dates(held, "authority \"" + subject_of(held) + "\"", judged.ca_origin, judged, out);
    }
  }
  ERR_clear_error();
}

}  // namespace

Faults judge(const Judged& judged) {
  Faults out;
  const Certificate& leaf = judged.certificates->front();
  if (X509_check_private_key(leaf.get(), judged.key->get()) != 1) {
    ERR_clear_error();
    out.push_back({"pair", true, judged.key_origin,
                   "is not the private key of the first certificate in " + judged.cert_origin,
                   "give the key that was made with it, or issue both again"});
  }
  judge_dates(leaf, "the certificate", judged.cert_origin, judged, out);
  judge_names(leaf, judged, out);
  judge_purpose(leaf, judged, out);
  judge_key_kind(leaf, judged, out);
  judge_signatures(judged, out);
  if (judged.authorities) judge_chain(leaf, judged, out);
  return out;
}

tl::expected<Checked, std::string> check(const CheckRequest& request) {
  const auto certificates = load_certificates(request.cert_file);
  if (!certificates) return tl::unexpected(certificates.error());
  const auto key = load_key(request.key_file);
  if (!key) return tl::unexpected(key.error());
  Certificates authorities;
  if (!request.ca_file.empty()) {
    auto loaded = load_certificates(request.ca_file);
    if (!loaded) return tl::unexpected(loaded.error());
    authorities = std::move(*loaded);
  }
  Judged judged{&*certificates,
                &*key,
                request.ca_file.empty() ? nullptr : &authorities,
                request.names,
                request.cert_file,
                request.key_file,
                request.ca_file,
                request.now,
                request.within_days};
  const Names names = names_of(certificates->front());
  Checked out{judge(judged), (names.empty() ? "" : "for " + to_string(names) + "; ") + "expires " +
                                 moment(ends(certificates->front()))};
  for (const Certificate& authority : authorities) {
    if (is_authority(authority)) continue;
    out.faults.push_back(
        {"no-authority", false, request.ca_file,
         "\"" + subject_of(authority) + "\" is no authority's certificate: it vouches for itself at most",
         "give the certificate of the authority that signs (ca.crt)"});
  }
  return out;
}

}  // namespace brokergate::certs
