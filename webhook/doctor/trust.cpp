#include <algorithm>
#include <iterator>
#include <optional>

#include "certs/base64.h"
#include "certs/check.h"
#include "certs/facts.h"
#include "webhook/doctor/judges.h"
#include "webhook/doctor/place.h"

namespace brokergate::webhook::doctor {
namespace {

using certs::member;
using certs::text_member;

struct Bundle {
  std::string where;
  certs::Certificates authorities;
};

bool from_cert_manager(const Thing& configuration) {
  if (!configuration.there()) return false;
  const Json& annotations = member(member(configuration.object, "metadata"), "annotations");
  return !text_member(annotations, "cert-manager.io/inject-ca-from").empty();
}

void judge_dates(const Bundle& bundle, const Facts& facts, Symptoms& out) {
  int64_t last = 0;
  for (const certs::Certificate& next : bundle.authorities) last = std::max(last, certs::ends(next));
  const size_t count = bundle.authorities.size();
  const std::string holds =
      "its caBundle holds " + (count == 1 ? "one authority" : std::to_string(count) + " authorities");
  const std::string when = certs::from_now(last, facts.now) + ", " + certs::moment(last);
  if (last <= facts.now) {
    out.fail("ca-bundle", bundle.where, holds + (count == 1 ? ", which expired " : ", all expired, the last ") + when,
             renewing(facts));
  } else if (last - facts.now < facts.within_days * int64_t{86400}) {
    out.warn("ca-bundle", bundle.where, holds + ", good until " + when, renewing(facts));
  } else {
    out.ok("ca-bundle", bundle.where, holds + ", good until " + certs::moment(last));
  }
}

struct Blocks {
  std::string text;  // those that are read
  size_t left_out = 0;
};

// crypto/x509's AppendCertsFromPEM: of type CERTIFICATE, which OpenSSL calls X509 CERTIFICATE and TRUSTED CERTIFICATE
// as well, and without headers.
Blocks blocks_read_by_go(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ", kPlain = "CERTIFICATE-----";
  Blocks out;
  for (size_t at = pem.find(kBegin); at != pem.npos;) {
    const size_t next = pem.find(kBegin, at + 1);
    const std::string_view block = pem.substr(at, next == pem.npos ? next : next - at);
    at = next;
    const bool plain = block.substr(kBegin.size()).starts_with(kPlain);
    const std::string_view body = block.substr(0, block.find("-----END "));
    if (plain && body.find(':') == body.npos) {
      out.text += block;
    } else {
      ++out.left_out;
    }
  }
  return out;
}

void judge_bundle(const Json& entry, const std::string& where, const Facts& facts, std::vector<Bundle>& all,
                  Symptoms& out) {
  const std::string text = text_member(member(entry, "clientConfig"), "caBundle");
  const std::string name = text_member(entry, "name") + ": ";
  if (text.empty()) {
    if (place_of(entry).url.empty()) {
      out.fail("ca-bundle", where, name + "its caBundle is empty: the API server trusts no certificate of a Service",
               renewing(facts));
    } else {
      out.unknown("ca-bundle", where, name + "its caBundle is empty: the API server's own roots decide");
    }
    return;
  }
  auto pem = certs::from_base64(text);
  if (pem) {
    const Blocks blocks = blocks_read_by_go(*pem);
    if (blocks.left_out > 0 && blocks.text.empty()) {
      return out.fail("ca-bundle", where,
                      name + "its caBundle holds no plain CERTIFICATE block: the API server passes over all others",
                      renewing(facts));
    }
    if (blocks.left_out > 0) {
      out.warn("ca-bundle", where,
               name + "its caBundle holds " + std::to_string(blocks.left_out) +
                   " blocks that are no plain CERTIFICATE: the API server passes over them",
               renewing(facts));
      pem = blocks.text;
    }
  }
  auto authorities =
      pem ? certs::certificates_in(*pem, "its caBundle")
          : tl::expected<certs::Certificates, std::string>(tl::unexpected(std::string("its caBundle is not base64")));
  if (!authorities) return out.fail("ca-bundle", where, name + authorities.error(), renewing(facts));
  all.push_back({where, std::move(*authorities)});
  judge_dates(all.back(), facts, out);
}

std::vector<Bundle> judge_bundles(const Facts& facts, Symptoms& out) {
  std::vector<Bundle> all;
  for (const bool mutating : {true, false}) {
    std::vector<std::string> seen;
    for (const Json* entry : entries_of(mutating ? facts.mutating : facts.validating)) {
      std::string text = text_member(member(*entry, "clientConfig"), "caBundle");
      if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
      seen.push_back(std::move(text));
      judge_bundle(*entry, name_of(facts, mutating), facts, all, out);
    }
  }
  return all;
}

std::optional<std::string> decoded(const Json& secret, const char* key) {
  const std::string text = text_member(member(secret, "data"), key);
  return text.empty() ? std::nullopt : certs::from_base64(text);
}

// What judge() needs, of a Secret of type kubernetes.io/tls.
struct Served {
  certs::Certificates certificates;
  certs::Key key;
};
tl::expected<Served, std::string> served_of(const Json& secret) {
  const auto certificate = decoded(secret, "tls.crt"), key = decoded(secret, "tls.key");
  if (!certificate) return tl::unexpected(std::string("tls.crt is missing or not base64"));
  if (!key) return tl::unexpected(std::string("tls.key is missing or not base64"));
  auto certificates = certs::certificates_in(*certificate, "tls.crt");
  if (!certificates) return tl::unexpected(certificates.error());
  auto parsed = certs::key_in(*key, "tls.key");
  if (!parsed) return tl::unexpected(parsed.error());
  return Served{std::move(*certificates), std::move(*parsed)};
}

std::vector<certs::Fault> faults_of(const Served& served, const std::vector<Bundle>& bundles, const Facts& facts) {
  certs::Judged judged;
  judged.certificates = &served.certificates;
  judged.key = &served.key;
  // The name that the API server verifies, whatever address it dials.
  for (const Place& place : services_of(facts)) {
    std::string name = place.service + "." + place.ns + ".svc";
    auto& names = judged.names.dns;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  judged.cert_origin = "tls.crt";
  judged.key_origin = "tls.key";
  judged.now = facts.now;
  judged.within_days = facts.within_days;
  std::vector<certs::Fault> out = certs::judge(judged);
  for (const Bundle& bundle : bundles) {
    judged.authorities = &bundle.authorities;
    judged.ca_origin = "the caBundle of " + bundle.where;
    for (certs::Fault& fault : certs::judge(judged)) {
      // The rest has been said without a bundle.
      if (std::string_view(fault.id) == "chain" || fault.where == judged.ca_origin) out.push_back(std::move(fault));
    }
  }
  return out;
}

void judge_secret(const std::vector<Bundle>& bundles, const Facts& facts, Symptoms& out) {
  const std::string name = mounts_of(facts.deployment).secret;
  const std::string where = "Secret " + facts.ns + "/" + name;
  if (facts.secret.absent()) {
    return out.fail("certificate", where, "is not there: pods wait for it and do not start", renewing(facts));
  }
  if (facts.secret.unread()) {
    return out.unknown("certificate", where, facts.secret.why, "what the API server gets to see is tried below");
  }
  if (!facts.secret.there()) {
    // Where a URL is asked, what is served there is in no Secret of this installation.
    if (!service_of(facts) || !name.empty()) return;
    return out.unknown("certificate", "Secret of Deployment " + facts.ns + "/" + facts.name,
                       unnamed_volume(facts, "the certificate"), "what the API server gets to see is tried below");
  }
  const auto served = served_of(facts.secret.object);
  if (!served) return out.fail("certificate", where, served.error(), renewing(facts));
  const std::vector<certs::Fault> faults = faults_of(*served, bundles, facts);
  for (const certs::Fault& fault : faults) {
    const std::string what = fault.where == "tls.crt" ? fault.what : fault.where + ": " + fault.what;
    out.add({"certificate", fault.broken ? Level::kFail : Level::kWarn, where, what, renewing(facts)});
  }
  if (!faults.empty()) return;
  const certs::Certificate& leaf = served->certificates.front();
  out.ok("certificate", where,
         "for " + to_string(certs::names_of(leaf)) + ", good until " + certs::moment(certs::ends(leaf)) +
             (bundles.empty() ? "" : ", and verifies against the caBundle"));
}

}  // namespace

std::string renewing(const Facts& facts) {
  if (from_cert_manager(facts.mutating) || from_cert_manager(facts.validating)) {
    return "see what cert-manager says (kubectl --namespace " + facts.ns +
           " describe certificate), and whether its cainjector runs";
  }
  if (facts.renewal.there()) {
    const std::string name = text_member(member(facts.renewal.object, "metadata"), "name");
    return "run the Job that makes it: kubectl --namespace " + facts.ns + " create job --from=cronjob/" + name + " " +
           name + "-now";
  }
  return "brokergate certs issue makes a certificate, brokergate certs bundle --apply sets the caBundle";
}

void judge_trust(const Facts& facts, Symptoms& out) {
  const std::vector<Bundle> bundles = judge_bundles(facts, out);
  judge_secret(bundles, facts, out);
}

}  // namespace brokergate::webhook::doctor
