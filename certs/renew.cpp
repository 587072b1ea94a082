#include "certs/renew.h"

#include <optional>
#include <utility>

#include "brokergate/base64.h"
#include "certs/authority.h"
#include "certs/base64.h"
#include "certs/check.h"
#include "certs/facts.h"
#include "certs/webhook_config.h"

namespace brokergate::certs {
namespace {

using Lines = std::vector<std::string>;
constexpr int kMostTries = 5;
constexpr int64_t kSettled = 3600;

std::string secrets_path(const RenewRequest& request) {
  return "/api/v1/namespaces/" + request.name_space + "/secrets";
}
std::string secret_path(const RenewRequest& request) { return secrets_path(request) + "/" + request.secret; }

// What the Secret holds now; empty texts where it does not.
struct Stored {
  bool there = false;
  Json resource_version;
  std::string tls_crt, tls_key, ca_crt, ca_key;
};

std::string data_of(const Json& secret, const char* key) {
  return from_base64(text_member(member(secret, "data"), key)).value_or("");
}

// Whoever else writes this Secret would undo what is written here.
std::string other_owner(const Json& metadata) {
  const Json& annotations = member(metadata, "annotations");
  for (const char* key : {"cert-manager.io/certificate-name", "cert-manager.io/issuer-name"}) {
    if (annotations.is_object() && annotations.contains(key)) return "cert-manager (" + std::string(key) + ")";
  }
  return {};
}

tl::expected<Stored, ApiError> stored(Cluster& cluster, const RenewRequest& request) {
  const auto secret = cluster.get(secret_path(request));
  if (!secret && secret.error().absent()) return Stored();
  if (!secret) return tl::unexpected(secret.error());
  Stored out;
  out.there = true;
  const Json& metadata = member(*secret, "metadata");
  const std::string who = "Secret " + request.name_space + "/" + request.secret;
  if (const std::string owner = other_owner(metadata); !owner.empty()) {
    return tl::unexpected(ApiError{0, who + " is managed by " + owner + "; let that renew it, or name another Secret"});
  }
  out.resource_version = member(metadata, "resourceVersion");
  out.tls_crt = data_of(*secret, "tls.crt");
  out.tls_key = data_of(*secret, "tls.key");
  out.ca_crt = data_of(*secret, "ca.crt");
  out.ca_key = data_of(*secret, "ca.key");
  if (!out.tls_crt.empty() && out.ca_key.empty()) {
    return tl::unexpected(ApiError{
        0, who + " holds a certificate but no ca.key: somebody else made it; delete it or name another Secret"});
  }
  return out;
}

// The Secret's authority; none when there is none or it signs no more.
std::optional<Authority> authority_of(const Stored& secret, const RenewRequest& request) {
  auto out = authority_in(secret.ca_crt, "ca.crt", secret.ca_key, "ca.key");
  if (!out || ends(out->own.certificate) <= request.now) return std::nullopt;
  out->former = still_trusted(out->former, request.now);
  return std::move(*out);
}

// Why a new certificate has to be made; empty when none has to.
std::string due(const Stored& secret, const std::optional<Authority>& authority, const RenewRequest& request) {
  if (!secret.there) return "there was no Secret";
  const auto certificates = certificates_in(secret.tls_crt, "tls.crt");
  if (!certificates) return secret.tls_crt.empty() ? "the Secret held no certificate" : certificates.error();
  const auto key = key_in(secret.tls_key, "tls.key");
  if (!key) return key.error();
  if (!authority) return "the Secret held no authority that could sign";
  Certificates own;
  own.push_back(shared(authority->own.certificate));
  Judged judged{&*certificates,           &*key, &own, request.names, "tls.crt", "tls.key", "ca.crt", request.now,
                request.renew_before_days};
  const auto faults = judge(judged);
  return faults.empty() ? "" : faults.front().where + ": " + faults.front().what;
}

// The one that is there, unless what it signs now would end before its time.
tl::expected<Authority, std::string> signing(std::optional<Authority> there, const Stored& secret,
                                             const RenewRequest& request, Lines& told) {
  if (there && ends(there->own.certificate) >= request.now + request.days * kDay) return std::move(*there);
  Certificates former;
  // Also of a Secret without a usable key: what its authority has signed is still served.
  if (auto before = certificates_in(secret.ca_crt, "ca.crt")) former = still_trusted(*before, request.now);
  auto made = make_authority(request.now, request.ca_days);
  if (!made) return tl::unexpected(made.error());
  told.push_back("made authority " + subject_of(made->certificate) + ", expires " + moment(ends(made->certificate)));
  return Authority{std::move(*made), std::move(former)};
}

tl::expected<void, ApiError> write_secret(Cluster& cluster, const RenewRequest& request, const Stored& before,
                                          const Authority& authority, const Issued& leaf) {
  Json data;
  data["tls.crt"] = encode_base64(pem_of(leaf.certificate));
  data["tls.key"] = encode_base64(pem_of(leaf.key));
  data["ca.crt"] = encode_base64(bundle_of(authority));
  data["ca.key"] = encode_base64(pem_of(authority.own.key));
  Json body;
  body["apiVersion"] = "v1";
  body["kind"] = "Secret";
  body["metadata"]["name"] = request.secret;
  if (before.there) {
    body["metadata"]["resourceVersion"] = before.resource_version;
  } else {
    body["metadata"]["namespace"] = request.name_space;
    body["type"] = "kubernetes.io/tls";
  }
  body["data"] = std::move(data);
  const auto answer =
      before.there ? cluster.merge_patch(secret_path(request), body) : cluster.post(secrets_path(request), body);
  // Gone since it was read: begin anew, as after any other writer.
  if (!answer && before.there && answer.error().absent()) return tl::unexpected(ApiError{409, answer.error().message});
  return answer ? tl::expected<void, ApiError>() : tl::unexpected(answer.error());
}

Certificates trusted(const Authority& authority) {
  Certificates out;
  out.push_back(shared(authority.own.certificate));
  for (const Certificate& former : authority.former) out.push_back(shared(former));
  return out;
}

tl::expected<void, ApiError> once(Cluster& cluster, const RenewRequest& request, Lines& told) {
  const auto secret = stored(cluster, request);
  if (!secret) return tl::unexpected(secret.error());
  std::optional<Authority> there = authority_of(*secret, request);
  const std::string why = due(*secret, there, request);
  if (why.empty() && there) {
    const auto leaf = certificates_in(secret->tls_crt, "tls.crt");
    const bool settled = leaf && begins(leaf->front()) + kBackdated + kSettled <= request.now;
    auto set = set_bundle(cluster, request.webhooks, {trusted(*there), !settled, request.now}, told);
    if (set && leaf) told.push_back("nothing is due: the certificate expires " + moment(ends(leaf->front())));
    return set;
  }
  const auto authority = signing(std::move(there), *secret, request, told);
  if (!authority) return tl::unexpected(ApiError{0, authority.error()});
  const auto leaf = make_leaf(authority->own, request.names, request.now, request.days);
  if (!leaf) return tl::unexpected(ApiError{0, leaf.error()});
  if (auto set = set_bundle(cluster, request.webhooks, {trusted(*authority), true, request.now}, told); !set)
    return set;
  if (auto wrote = write_secret(cluster, request, *secret, *authority, *leaf); !wrote) return wrote;
  told.push_back("wrote Secret " + request.name_space + "/" + request.secret + " (" + why + "): a certificate for " +
                 to_string(request.names) + ", expires " + moment(ends(leaf->certificate)));
  // Another run may have put its own authorities into the configurations meanwhile.
  return set_bundle(cluster, request.webhooks, {trusted(*authority), true, request.now}, told);
}

}  // namespace

tl::expected<void, std::string> renew(Cluster& cluster, const RenewRequest& request, Lines& told) {
  for (int tries = 1;; ++tries) {
    const auto done = once(cluster, request, told);
    if (done) return {};
    if (!done.error().conflict()) return tl::unexpected(done.error().message);
    if (tries == kMostTries) {
      return tl::unexpected("given up after " + std::to_string(tries) + " tries: " + done.error().message);
    }
    told.push_back("another writer came between, beginning anew: " + done.error().message);
  }
}

}  // namespace brokergate::certs
