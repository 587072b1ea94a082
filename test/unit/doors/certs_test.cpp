// certs issue, check and bundle: with the program, and with the library where time has to pass.
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "brokergate/base64.h"
#include "catch.h"
#include "certs/authority.h"
#include "certs/base64.h"
#include "certs/bundle.h"
#include "certs/check.h"
#include "certs/facts.h"
#include "certs/issue.h"
#include "certs/pair.h"
#include "tls_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

constexpr int64_t kNow = 1'800'000'000;

certs::Names service_names() {
  certs::Names names;
  REQUIRE(certs::add_service(names, "brokergate", "guard"));
  return names;
}

certs::IssueRequest request_for(const Folder& folder, int64_t now) {
  certs::IssueRequest out;
  out.folder = folder.path();
  out.names = service_names();
  out.now = now;
  return out;
}

std::vector<std::string> ids(const Folder& folder, int64_t now, int within = 30) {
  certs::CheckRequest request{
      folder.name("tls.crt"), folder.name("tls.key"), folder.name("ca.crt"), service_names(), within, now};
  const auto checked = certs::check(request);
  REQUIRE(checked);
  std::vector<std::string> out;
  for (const certs::Fault& fault : checked->faults)
    out.push_back((fault.broken ? "deny " : "warn ") + std::string(fault.id));
  return out;
}
using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("certs issue: files, modes, names, and what check says of them") {
  Folder folder;
  const std::string dir = folder.name("tls");
  const Outcome made = run_program({"certs", "issue", "--dir", dir, "--service", "brokergate", "--namespace", "guard",
                                    "--host", "127.0.0.1", "--host", "Hook.Example.COM", "--host", "0:0::1"});
  INFO(made.err);
  REQUIRE(made.code == 0);
  CHECK(made.out.find("made authority brokergate CA ") == 0);
  CHECK(
      made.out.find("for brokergate.guard.svc, brokergate.guard.svc.cluster.local, hook.example.com, 127.0.0.1, ::1") !=
      std::string::npos);
  for (const auto& [file, mode] : std::vector<std::pair<std::string, int>>{
           {"tls.crt", 0644}, {"tls.key", 0600}, {"ca.crt", 0644}, {"ca.key", 0600}}) {
    INFO(file);
    CHECK(mode_of(dir + "/" + file) == mode);
  }
  CHECK(std::distance(std::filesystem::directory_iterator(dir), std::filesystem::directory_iterator()) == 4);
  const auto pair = certs::load_pair(dir + "/tls.crt", dir + "/tls.key");
  REQUIRE(pair);
  CHECK(pair->warnings.empty());
  const X509* leaf = pair->leaf.get();
  CHECK(X509_get_version(leaf) == X509_VERSION_3);
  CHECK(X509_get_extended_key_usage(pair->leaf.get()) == XKU_SSL_SERVER);
  CHECK(X509_get_key_usage(pair->leaf.get()) == KU_DIGITAL_SIGNATURE);
  CHECK_FALSE(certs::is_authority(pair->leaf));
  CHECK(ASN1_STRING_length(X509_get0_serialNumber(leaf)) == 16);
  CHECK(X509_get_signature_nid(leaf) == NID_ecdsa_with_SHA256);
  CHECK(X509_get0_subject_key_id(pair->leaf.get()) != nullptr);
  const auto authority = certs::load_certificates(dir + "/ca.crt");
  REQUIRE(authority);
  REQUIRE(authority->size() == 1);
  CHECK(X509_get_key_usage(authority->front().get()) == (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  CHECK(X509_get_pathlen(authority->front().get()) == 0);
  REQUIRE(X509_get0_authority_key_id(pair->leaf.get()) != nullptr);
  CHECK(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(pair->leaf.get()),
                              X509_get0_subject_key_id(authority->front().get())) == 0);
  const Outcome checked =
      run_program({"certs", "check", "--cert", dir + "/tls.crt", "--key", dir + "/tls.key", "--ca", dir + "/ca.crt",
                   "--service", "brokergate", "--namespace", "guard", "--host", "::1", "--fail-on-warn"});
  CHECK(checked.code == 0);
  CHECK(checked.out.ends_with(": 0 deny, 0 warn\n"));
  const Outcome other = run_program(
      {"certs", "check", "--cert", dir + "/tls.crt", "--key", dir + "/tls.key", "--host", "other.guard.svc"});
  CHECK(other.code == 1);
  CHECK(other.out.find("deny: it is not for other.guard.svc (but for brokergate.guard.svc, ") != std::string::npos);
  CHECK(other.out.find("chain not checked (no --ca)") != std::string::npos);
  const std::vector<std::string> soon{"certs", "check",          "--cert",   dir + "/tls.crt",
                                      "--key", dir + "/tls.key", "--within", "400"};
  CHECK(run_program(soon).code == 0);
  std::vector<std::string> strict = soon;
  strict.emplace_back("--fail-on-warn");
  CHECK(run_program(strict).code == 3);
}

TEST_CASE("certs issue: the authority stays, a new one is trusted beside the old") {
  Folder folder;
  certs::IssueRequest request = request_for(folder, kNow);
  REQUIRE(certs::issue(request));
  const std::string first_ca = folder.read("ca.crt"), first_leaf = folder.read("tls.crt");
  CHECK(ids(folder, kNow) == Ids{});

  request.now = kNow + 340 * certs::kDay;
  request.names = {};
  CHECK(ids(folder, request.now) == Ids{"warn expires-soon"});
  REQUIRE(certs::issue(request));
  CHECK(folder.read("ca.crt") == first_ca);
  CHECK(folder.read("tls.crt") != first_leaf);
  CHECK(ids(folder, request.now) == Ids{});

  request.new_ca = true;
  REQUIRE(certs::issue(request));
  const auto both = certs::load_certificates(folder.name("ca.crt"));
  REQUIRE(both);
  REQUIRE(both->size() == 2);
  CHECK(certs::pem_of((*both)[1]) == first_ca);
  CHECK(ids(folder, request.now) == Ids{});
  // The leaf of before still verifies with the bundle of now, and no longer without the old authority.
  const auto old_leaf = certs::certificates_in(first_leaf, "old");
  REQUIRE(old_leaf);
  const auto any_key = certs::load_key(folder.name("tls.key"));
  REQUIRE(any_key);
  const auto verifies = [&](const certs::Certificates& authorities) {
    certs::Judged judged{&*old_leaf, &*any_key, &authorities, {}, "old", "key", "bundle", kNow, 0};
    const auto faults = certs::judge(judged);
    return std::none_of(faults.begin(), faults.end(),
                        [](const certs::Fault& fault) { return std::string(fault.id) == "chain"; });
  };
  CHECK(verifies(*both));
  certs::Certificates newest;
  newest.push_back(certs::shared(both->front()));
  CHECK_FALSE(verifies(newest));

  SECTION("an expired authority leaves the bundle") {
    request.new_ca = false;
    request.now = kNow + 3651 * certs::kDay;
    REQUIRE(certs::issue(request));
    CHECK(certs::load_certificates(folder.name("ca.crt"))->size() == 1);
    CHECK(folder.read("ca.crt") == certs::pem_of(both->front()));
  }
  SECTION("--drop-old") {
    request.new_ca = false;
    request.drop_old = true;
    REQUIRE(certs::issue(request));
    CHECK(folder.read("ca.crt") == certs::pem_of(both->front()));
  }
  SECTION("a certificate ends with its authority") {
    request.new_ca = false;
    request.now = kNow + 3640 * certs::kDay;
    const auto told = certs::issue(request);
    REQUIRE(told);
    CHECK(std::find(told->begin(), told->end(), "it ends with its authority; --new-ca makes one that lasts longer") !=
          told->end());
    const auto pair = certs::load_pair(folder.name("tls.crt"), folder.name("tls.key"));
    REQUIRE(pair);
    CHECK(certs::expires(*pair) == certs::ends(both->front()));
  }
}

TEST_CASE("certs issue: names that the certificate before had are told when they go") {
  Folder folder;
  certs::IssueRequest request = request_for(folder, kNow);
  REQUIRE(certs::add_host(request.names, "127.0.0.1"));
  const auto told = [&] {
    const auto lines = certs::issue(request);
    REQUIRE(lines);
    std::string out;
    for (const std::string& line : *lines) {
      if (line.starts_with("no longer for ")) out += line;
    }
    return out;
  };
  CHECK(told().empty());
  CHECK(told().empty());
  request.names = {};
  REQUIRE(certs::add_service(request.names, "brokergate", "other"));
  CHECK(told() ==
        "no longer for brokergate.guard.svc, brokergate.guard.svc.cluster.local, 127.0.0.1, as the certificate before "
        "was");
  request.names = {};
  CHECK(told().empty());
  folder.write("tls.crt", "nonsense");
  request.names = service_names();
  CHECK(told().empty());
}

TEST_CASE("certs issue: what keeps it from issuing changes nothing") {
  Folder folder;
  certs::IssueRequest request = request_for(folder, kNow);
  REQUIRE(certs::issue(request));
  const auto error = [&] {
    const std::string before = folder.read("tls.crt") + folder.read("ca.crt");
    const auto done = certs::issue(request);
    REQUIRE_FALSE(done);
    CHECK(folder.read("tls.crt") + folder.read("ca.crt") == before);
    return without(done.error(), folder.path().string() + "/");
  };
  SECTION("an authority that has expired") {
    request.now = kNow + 4000 * certs::kDay;
    CHECK(error().starts_with("ca.crt: expired 350 days ago; --new-ca makes a new authority"));
  }
  SECTION("a key of another authority") {
    folder.write("ca.key", certs::pem_of(certs::make_authority(kNow, 1)->key));
    CHECK(error() ==
          "ca.key: is not the private key of the first certificate in ca.crt; --new-ca makes a new authority");
  }
  SECTION("half of an authority") {
    std::filesystem::remove(folder.name("ca.key"));
    CHECK(error() == "ca.key: is missing beside ca.crt; --new-ca makes a new authority");
    request.new_ca = true;
    REQUIRE(certs::issue(request));
    CHECK(certs::load_certificates(folder.name("ca.crt"))->size() == 2);
  }
  SECTION("the authority is no authority") {
    folder.write("ca.crt", folder.read("tls.crt"));
    folder.write("ca.key", folder.read("tls.key"));
    CHECK(error().starts_with("ca.crt: its first certificate is not one of a certificate authority"));
  }
  SECTION("a file that is none") {
    std::filesystem::remove(folder.name("ca.key"));
    std::filesystem::create_directory(folder.name("ca.key"));
    CHECK(error() == "ca.key: not a regular file of at most 1 MiB");
  }
  Folder empty;
  const Outcome nameless = run_program({"certs", "issue", "--dir", empty.path().string()});
  CHECK(nameless.code == 2);
  CHECK(nameless.err == "brokergate: error: for which names? Give --service with --namespace, or --host\n");
  CHECK(run_program({"certs", "issue", "--dir", empty.path().string(), "--service", "a"}).err ==
        "brokergate: error: --service and --namespace go together\n");
  CHECK(run_program({"certs", "issue", "--dir", empty.path().string(), "--host", "a_b"}).err ==
        "brokergate: error: --host: \"a_b\" is neither a DNS name nor an IP address\n");
  CHECK(std::filesystem::is_empty(empty.path()));
}

TEST_CASE("certs check: each fault, and nothing else") {
  Folder folder;
  certs::IssueRequest request = request_for(folder, kNow);
  request.ca_days = 400;
  REQUIRE(certs::issue(request));
  CHECK(ids(folder, kNow + 364 * certs::kDay, 0) == Ids{});
  CHECK(ids(folder, kNow + 366 * certs::kDay, 0) == Ids{"deny expired"});
  CHECK(ids(folder, kNow + 401 * certs::kDay, 0) == Ids{"deny expired", "deny expired"});
  CHECK(ids(folder, kNow - 3600) == Ids{"deny not-yet-valid", "deny not-yet-valid"});
  SECTION("another authority") {
    folder.write("ca.crt", certs::pem_of(certs::make_authority(kNow, 400)->certificate));
    CHECK(ids(folder, kNow) == Ids{"deny chain"});
  }
  SECTION("another key") {
    folder.write("tls.key", certs::pem_of(certs::make_authority(kNow, 400)->key));
    CHECK(ids(folder, kNow) == Ids{"deny pair"});
  }
  SECTION("the authority's own certificate is served") {
    folder.write("tls.crt", folder.read("ca.crt"));
    folder.write("tls.key", folder.read("ca.key"));
    // Its key usage is for signing certificates only.
    CHECK(ids(folder, kNow) == Ids{"deny no-names", "deny chain"});
  }
  SECTION("self-signed, trusted as it is") {
    const PemPair own = make_pair();
    folder.write("tls.crt", own.cert);
    folder.write("tls.key", own.key);
    folder.write("ca.crt", own.cert);
    const auto now = static_cast<int64_t>(std::time(nullptr));
    CHECK(ids(folder, now, 1) == Ids{"deny name", "deny name", "warn no-authority"});
  }
  SECTION("the certificate in place of its authority's") {
    folder.write("ca.crt", folder.read("tls.crt"));
    CHECK(ids(folder, kNow) == Ids{"warn no-authority"});
  }
}

namespace {

// As issue makes it, then spoilt and signed again.
void spoil(const Folder& folder, const std::function<void(X509*)>& change, const EVP_MD* digest = EVP_sha256()) {
  const auto authority = certs::authority_in(folder.read("ca.crt"), "ca.crt", folder.read("ca.key"), "ca.key");
  REQUIRE(authority);
  auto leaf = certs::make_leaf(authority->own, service_names(), kNow, 365);
  REQUIRE(leaf);
  change(leaf->certificate.get());
  REQUIRE(X509_sign(leaf->certificate.get(), authority->own.key.get(), digest) > 0);
  folder.write("tls.crt", certs::pem_of(leaf->certificate));
  folder.write("tls.key", certs::pem_of(leaf->key));
}

void remove_extension(X509* certificate, int what) {
  X509_EXTENSION_free(X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, what, -1)));
}

}  // namespace

TEST_CASE("certs check: what Go refuses and OpenSSL does not") {
  Folder folder;
  REQUIRE(certs::issue(request_for(folder, kNow)));
  SECTION("SHA-1") {
    spoil(
        folder, [](X509*) {}, EVP_sha1());
    const Ids found = ids(folder, kNow);
    CHECK(std::find(found.begin(), found.end(), "deny weak-signature") != found.end());
  }
  SECTION("a negative serial number") {
    spoil(folder, [](X509* leaf) { ASN1_INTEGER_set(X509_get_serialNumber(leaf), -5); });
    CHECK(ids(folder, kNow) == Ids{"deny serial"});
  }
  SECTION("a common name only") {
    spoil(folder, [](X509* leaf) {
      remove_extension(leaf, NID_subject_alt_name);
      X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("brokergate.guard.svc"), -1, -1, 0);
    });
    CHECK(ids(folder, kNow) == Ids{"deny no-names"});
  }
  SECTION("no usage at all is fine, clientAuth alone is not") {
    spoil(folder, [](X509* leaf) { remove_extension(leaf, NID_ext_key_usage); });
    CHECK(ids(folder, kNow) == Ids{});
    spoil(folder, [](X509* leaf) {
      remove_extension(leaf, NID_ext_key_usage);
      X509_EXTENSION* usage = X509V3_EXT_conf_nid(nullptr, nullptr, NID_ext_key_usage, "clientAuth");
      X509_add_ext(leaf, usage, -1);
      X509_EXTENSION_free(usage);
    });
    const Ids found = ids(folder, kNow);
    CHECK(std::find(found.begin(), found.end(), "deny purpose") != found.end());
  }
  SECTION("a curve that Go's TLS does not know") {
    const certs::Key key(EVP_EC_gen("secp256k1"));
    spoil(folder, [&](X509* leaf) { X509_set_pubkey(leaf, key.get()); });
    folder.write("tls.key", certs::pem_of(key));
    CHECK(ids(folder, kNow) == Ids{"deny key-kind"});
  }
}

TEST_CASE("certs bundle: authorities only, each once, none that has expired") {
  Folder folder;
  const auto now = static_cast<int64_t>(std::time(nullptr));
  const auto one = certs::make_authority(now, 10), two = certs::make_authority(now, 20);
  const auto gone = certs::make_authority(now - 20 * certs::kDay, 10);
  REQUIRE((one && two && gone));
  const std::string first = certs::pem_of(one->certificate), second = certs::pem_of(two->certificate);
  folder.write("one.crt", first + certs::pem_of(gone->certificate));
  folder.write("two.crt", second + first);
  folder.write("gone.crt", certs::pem_of(gone->certificate));
  folder.write("leaf.crt", make_pair().cert);
  const auto bundle = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"certs", "bundle"};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all, "", {}, folder.path());
  };
  const Outcome plain = bundle({"--ca", "one.crt", "--ca", "two.crt"});
  CHECK(plain.code == 0);
  CHECK(certs::from_base64(plain.out) == first + second);
  CHECK(plain.err.find("left out: expired 10 days ago\n") != std::string::npos);
  CHECK(plain.err.find("left out: it is there already\n") != std::string::npos);
  CHECK(bundle({"--ca", "two.crt", "-o", "yaml"}).out == "caBundle: " + encode_base64(second + first) + "\n");
  const auto patch = nlohmann::json::parse(bundle({"--ca", "two.crt", "-o", "patch", "--entries", "2"}).out);
  const auto patched =
      nlohmann::json::parse(R"({"webhooks":[{"clientConfig":{"caBundle":"old"}},{"clientConfig":{}}]})").patch(patch);
  for (const auto& webhook : patched["webhooks"]) {
    CHECK(webhook["clientConfig"]["caBundle"] == encode_base64(second + first));
  }
  CHECK(bundle({"--ca", "gone.crt"}).code == 2);
  CHECK(bundle({"--ca", "leaf.crt"}).err.find("is not a certificate authority's") != std::string::npos);
  CHECK(bundle({"--ca", "none.crt"}).err.find("none.crt: cannot read the certificate") != std::string::npos);
  CHECK(bundle({"--ca", "two.crt", "--apply"}).err == "brokergate: error: --apply and --webhook go together\n");
}

TEST_CASE("base64 as Kubernetes writes it") {
  for (const std::string& text : std::vector<std::string>{"", "a", "ab", "abc", "abcd", std::string("\0\xff\n", 3)}) {
    CHECK(certs::from_base64(encode_base64(text)) == text);
  }
  CHECK(encode_base64("any") == "YW55");
  CHECK(certs::from_base64("YW\n55 ") == "any");
  for (const char* wrong : {"YW5", "Y=55", "YW5-", "====", "YW55="}) {
    INFO(wrong);
    CHECK_FALSE(certs::from_base64(wrong));
  }
}
