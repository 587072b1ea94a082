// PEM text: certificates, keys, bundles and client authorities, from a Secret or a file.
#include <openssl/err.h>

#include <ctime>
#include <string>

#include "certs/authority.h"
#include "certs/check.h"
#include "certs/facts.h"
#include "certs/pem.h"
#include "fuzz/common.h"

using namespace brokergate;

namespace {

constexpr int64_t kNow = 1'800'000'000;

void must_read_back(const certs::Certificates& certificates) {
  const auto again = certs::certificates_in(certs::pem_of(certificates), "again");
  fuzz::must(again && again->size() == certificates.size(), "certificates read back", again ? "" : again.error());
  for (size_t i = 0; i < certificates.size(); ++i) {
    fuzz::must(certs::same(certificates[i], (*again)[i]), "a certificate stays what it is");
    for (const char c : certs::subject_of(certificates[i])) {
      const auto byte = static_cast<unsigned char>(c);
      fuzz::must(byte >= 0x20 && byte != 0x7F, "a subject holds no control character");
    }
    (void)certs::names_of(certificates[i]);
    (void)certs::is_authority(certificates[i]);
    (void)certs::moment(certs::begins(certificates[i]));
    (void)certs::from_now(certs::ends(certificates[i]), kNow);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto certificates = certs::certificates_in(text, "fuzz.pem");
  const auto key = certs::key_in(text, "fuzz.pem");
  fuzz::must(certificates || !certificates.error().empty(), "what is refused has a reason");
  fuzz::must(key || !key.error().empty(), "what is refused has a reason");
  if (certificates) {
    must_read_back(*certificates);
    certs::Judged judged;
    judged.certificates = &*certificates;
    judged.key = key ? &*key : nullptr;
    judged.authorities = &*certificates;
    judged.names.dns = {"brokergate.guard.svc"};
    judged.now = kNow;
    if (key) {
      for (const certs::Fault& fault : certs::judge(judged)) fuzz::must(!fault.what.empty(), "a fault says what it is");
    }
    (void)certs::still_trusted(*certificates, kNow);
  }
  if (const auto authority = certs::authority_in(text, "fuzz.pem", text, "fuzz.pem")) {
    fuzz::must(certs::certificates_in(certs::bundle_of(*authority), "bundle").has_value(), "a bundle reads back");
  }
  ERR_clear_error();
  return 0;
}
