#include "certs/issue.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "certs/authority.h"
#include "certs/facts.h"
#include "certs/files.h"

namespace brokergate::certs {
namespace {

using Lines = std::vector<std::string>;
constexpr mode_t kSecret = 0600, kPublic = 0644;

// What the folder's authority files hold; none when neither is there.
tl::expected<std::optional<Authority>, std::string> present(const Files& files) {
  const auto certificates = files.read("ca.crt"), key = files.read("ca.key");
  if (!certificates) return tl::unexpected(certificates.error());
  if (!key) return tl::unexpected(key.error());
  if (!*certificates && !*key) return std::optional<Authority>();
  if (!*certificates || !*key) {
    const auto [missing, other] = *key ? std::pair("ca.crt", "ca.key") : std::pair("ca.key", "ca.crt");
    return tl::unexpected(files.name(missing) + ": is missing beside " + other + "; --new-ca makes a new authority");
  }
  auto out = authority_in(**certificates, files.name("ca.crt"), **key, files.name("ca.key"));
  if (!out) return tl::unexpected(out.error() + "; --new-ca makes a new authority");
  return std::optional<Authority>(std::move(*out));
}

// The authorities that clients may still trust; a folder whose key is lost has them too.
tl::expected<Certificates, std::string> trusted_before(const Files& files, const IssueRequest& request) {
  const auto text = files.read("ca.crt");
  if (!text) return tl::unexpected(text.error());
  if (!*text || request.drop_old) return Certificates();
  auto all = certificates_in(**text, files.name("ca.crt"));
  if (!all) return tl::unexpected(all.error() + "; --drop-old does without it");
  return still_trusted(*all, request.now);
}

tl::expected<Authority, std::string> authority_for(const Files& files, const IssueRequest& request, Lines& told) {
  std::optional<Authority> there;
  if (!request.new_ca) {
    auto found = present(files);
    if (!found) return tl::unexpected(found.error());
    there = std::move(*found);
  }
  if (there) {
    if (ends(there->own.certificate) <= request.now) {
      return tl::unexpected(files.name("ca.crt") + ": expired " + from_now(ends(there->own.certificate), request.now) +
                            "; --new-ca makes a new authority, which clients must be given");
    }
    told.push_back("signed by the authority that was there, " + subject_of(there->own.certificate));
    there->former = request.drop_old ? Certificates() : still_trusted(there->former, request.now);
    return std::move(*there);
  }
  auto former = trusted_before(files, request);
  if (!former) return tl::unexpected(former.error());
  auto made = make_authority(request.now, request.ca_days);
  if (!made) return tl::unexpected(made.error());
  told.push_back("made authority " + subject_of(made->certificate) + ", expires " + moment(ends(made->certificate)));
  return Authority{std::move(*made), std::move(*former)};
}

// The names that the certificate that is there has, and the new one has not.
Names names_lost(const Files& files, const Names& kept) {
  const auto text = files.read("tls.crt");
  if (!text || !*text) return {};
  const auto there = certificates_in(**text, files.name("tls.crt"));
  if (!there) return {};
  const auto without = [](std::vector<std::string> all, const std::vector<std::string>& some) {
    std::erase_if(all, [&](const std::string& one) { return std::find(some.begin(), some.end(), one) != some.end(); });
    return all;
  };
  const Names before = names_of(there->front());
  return {without(before.dns, kept.dns), without(before.addresses, kept.addresses)};
}

tl::expected<Names, std::string> names_for(const Files& files, const IssueRequest& request) {
  if (!request.names.empty()) return request.names;
  const auto text = files.read("tls.crt");
  if (!text) return tl::unexpected(text.error());
  if (!*text) return tl::unexpected(std::string("for which names? Give --service with --namespace, or --host"));
  const auto there = certificates_in(**text, files.name("tls.crt"));
  if (!there) return tl::unexpected(there.error());
  Names names = names_of(there->front());
  if (names.empty()) return tl::unexpected(files.name("tls.crt") + ": has no names to take over");
  return names;
}

}  // namespace

tl::expected<Lines, std::string> issue(const IssueRequest& request) {
  auto files = Files::in(request.folder);
  if (!files) return tl::unexpected(files.error());
  Lines told;
  const auto names = names_for(*files, request);
  if (!names) return tl::unexpected(names.error());
  const auto authority = authority_for(*files, request, told);
  if (!authority) return tl::unexpected(authority.error());
  const auto leaf = make_leaf(authority->own, *names, request.now, request.days);
  if (!leaf) return tl::unexpected(leaf.error());
  told.push_back("issued a certificate for " + to_string(*names) + ", expires " + moment(ends(leaf->certificate)));
  if (const Names lost = names_lost(*files, *names); !lost.empty()) {
    told.push_back("no longer for " + to_string(lost) + ", as the certificate before was");
  }
  if (ends(leaf->certificate) < request.now + request.days * kDay) {
    told.emplace_back("it ends with its authority; --new-ca makes one that lasts longer");
  }
  for (const Certificate& former : authority->former) {
    told.push_back("still trusted: authority " + subject_of(former) + ", expires " + moment(ends(former)));
  }
  for (const auto& [file, text, mode] : {std::tuple{"ca.key", pem_of(authority->own.key), kSecret},
                                         {"ca.crt", bundle_of(*authority), kPublic},
                                         {"tls.key", pem_of(leaf->key), kSecret},
                                         {"tls.crt", pem_of(leaf->certificate), kPublic}}) {
    if (std::string wrong = files->stage(file, text, mode); !wrong.empty()) return tl::unexpected(std::move(wrong));
  }
  if (std::string wrong = files->commit(); !wrong.empty()) return tl::unexpected(std::move(wrong));
  told.push_back("wrote tls.crt, tls.key, ca.crt and ca.key in " + request.folder);
  return told;
}

}  // namespace brokergate::certs
