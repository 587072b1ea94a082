#include "certs/webhook_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "brokergate/base64.h"
#include "certs/authority.h"
#include "certs/base64.h"
#include "certs/facts.h"

namespace brokergate::certs {
namespace {

struct ConfigurationKind {
  std::string_view word, plural, name;
};
constexpr std::array<ConfigurationKind, 2> kKinds{{
    {"mutating", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration"},
    {"validating", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration"},
}};

struct Asked {
  std::string_view word;  // empty: either
  std::string name;
};

Asked asked(const std::string& text) {
  for (const ConfigurationKind& kind : kKinds) {
    const std::string prefix = std::string(kind.word) + "/";
    if (text.starts_with(prefix)) return {kind.word, text.substr(prefix.size())};
  }
  return {"", text};
}

// Null when it is absent, or of another form than a configuration has.
Json* config_of(Json& webhook) {
  if (!webhook.is_object()) return nullptr;
  const auto found = webhook.find("clientConfig");
  return found != webhook.end() && found->is_object() ? &*found : nullptr;
}

// What an entry's caBundle holds; what is no bundle counts as empty.
Certificates present(const Json& config) {
  const auto pem = from_base64(text_member(config, "caBundle"));
  if (!pem) return {};
  auto all = certificates_in(*pem, "caBundle");
  return all ? std::move(*all) : Certificates();
}

std::string bundle_for(const Json& config, const BundleWish& wish) {
  Certificates all;
  for (const Certificate& next : wish.authorities) all.push_back(shared(next));
  if (wish.keep_present) {
    for (const Certificate& next : present(config)) all.push_back(shared(next));
  }
  return encode_base64(pem_of(still_trusted(all, wish.now)));
}

tl::expected<void, ApiError> set_one(Cluster& cluster, const std::string& path, const std::string& what,
                                     const Json& before, const BundleWish& wish, std::vector<std::string>& told) {
  Json wanted = member(before, "webhooks");
  if (!wanted.is_array()) return {};
  bool changed = false;
  for (Json& webhook : wanted) {
    Json* config = config_of(webhook);
    if (!config) continue;
    std::string bundle = bundle_for(*config, wish);
    Json& now = (*config)["caBundle"];
    if (now.is_string() && now.get_ref<const std::string&>() == bundle) continue;
    now = std::move(bundle);
    changed = true;
  }
  if (!changed) return {};
  Json patch;
  // A list is replaced as a whole: only what was read may be written back.
  patch["metadata"]["resourceVersion"] = member(member(before, "metadata"), "resourceVersion");
  patch["webhooks"] = std::move(wanted);
  const auto answer = cluster.merge_patch(path, patch);
  if (!answer) return tl::unexpected(answer.error());
  told.push_back("set the caBundle of " + what);
  return {};
}

}  // namespace

tl::expected<void, std::string> parse_webhook(const std::string& text) {
  const std::string name = asked(text).name;
  const bool fine =
      !name.empty() && name.size() <= 253 && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
      });
  if (fine) return {};
  return tl::unexpected("--webhook \"" + text + "\" is not NAME, mutating/NAME or validating/NAME");
}

tl::expected<void, ApiError> set_bundle(Cluster& cluster, const std::vector<std::string>& webhooks,
                                        const BundleWish& wish, std::vector<std::string>& told) {
  for (const std::string& webhook : webhooks) {
    const Asked wanted = asked(webhook);
    bool found = false;
    for (const ConfigurationKind& kind : kKinds) {
      if (!wanted.word.empty() && wanted.word != kind.word) continue;
      const std::string path = "/apis/admissionregistration.k8s.io/v1/" + std::string(kind.plural) + "/" + wanted.name;
      const auto before = cluster.get(path);
      if (!before && before.error().absent()) continue;
      if (!before) return tl::unexpected(before.error());
      found = true;
      const std::string what = std::string(kind.name) + " " + wanted.name;
      if (auto set = set_one(cluster, path, what, *before, wish, told); !set) return set;
    }
    if (!found) return tl::unexpected(ApiError{404, "there is no webhook configuration " + webhook});
  }
  return {};
}

}  // namespace brokergate::certs
