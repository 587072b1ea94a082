#include "certs/access.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

#include "brokergate/document.h"
#include "certs/base64.h"

namespace brokergate::certs {
namespace {

using Error = tl::unexpected<std::string>;
constexpr std::streamsize kLargest = 1 << 20;

tl::expected<std::string, std::string> text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(file + ": cannot be read");
  std::string text(static_cast<size_t>(kLargest), '\0');
  in.read(text.data(), kLargest);
  if (in.gcount() == kLargest) return Error(file + ": larger than 1 MiB");
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

// One kubeconfig, with the names that its errors begin with.
struct Config {
  std::string file;
  Value root;

  Value named(const char* list, const char* what, std::string_view name) const {
    const Value all = root[list];
    for (size_t i = 0; i < all.size(); ++i) {
      if (all.at(i)["name"].str() == name) return all.at(i)[what];
    }
    return {};
  }
  // `key`-data in base64, or the file that `key` names, beside the kubeconfig.
  tl::expected<std::string, std::string> material(Value from, const std::string& key) const {
    if (const std::string_view data = from[key + "-data"].str(); !data.empty()) {
      const auto bytes = from_base64(data);
      return bytes ? tl::expected<std::string, std::string>(*bytes) : Error(key + "-data is not base64");
    }
    const std::string_view named_file = from[key].str();
    return named_file.empty() ? tl::expected<std::string, std::string>("") : text_of(beside(named_file));
  }
  std::string beside(std::string_view name) const {
    const size_t slash = file.rfind('/');
    if (name.starts_with('/') || slash == std::string::npos) return std::string(name);
    return file.substr(0, slash + 1) + std::string(name);
  }
};

std::string set_cluster(const Config& config, Value cluster, Access& access) {
  if (!set_server(access, cluster["server"].str())) return "the cluster's server is not an https:// address";
  if (cluster["insecure-skip-tls-verify"].as_bool().value_or(false)) {
    return "insecure-skip-tls-verify is not done here; give certificate-authority";
  }
  for (const char* key : {"tls-server-name", "proxy-url"}) {
    if (!cluster[key].str().empty()) return std::string(key) + " is not supported";
  }
  const auto authority = config.material(cluster, "certificate-authority");
  if (!authority) return authority.error();
  access.system_authorities = authority->empty();
  if (access.system_authorities) return {};
  auto certificates = certificates_in(*authority, "certificate-authority");
  if (!certificates) return certificates.error();
  access.authorities = std::move(*certificates);
  return {};
}

std::string set_user(const Config& config, Value user, Access& access) {
  for (const char* key : {"exec", "auth-provider", "username", "as"}) {
    if (user[key]) return std::string("the user's ") + key + " is not supported; a client certificate or token is";
  }
  access.token = user["token"].str();
  if (const std::string_view file = user["tokenFile"].str(); !file.empty()) access.token_file = config.beside(file);
  const auto certificate = config.material(user, "client-certificate"), key = config.material(user, "client-key");
  if (!certificate) return certificate.error();
  if (!key) return key.error();
  if (certificate->empty() && key->empty()) return {};
  auto parsed = certificates_in(*certificate, "client-certificate");
  if (!parsed) return parsed.error();
  auto parsed_key = key_in(*key, "client-key");
  if (!parsed_key) return parsed_key.error();
  access.certificate = std::move(parsed->front());
  access.key = std::move(*parsed_key);
  return {};
}

}  // namespace

tl::expected<std::string, std::string> token_of(const Access& access) {
  std::string text = access.token;
  if (!access.token_file.empty()) {
    constexpr std::streamsize kLargestToken = std::streamsize{64} << 10;
    std::ifstream in(access.token_file, std::ios::binary);
    text.assign(static_cast<size_t>(kLargestToken), '\0');
    in.read(text.data(), kLargestToken);
    text.resize(static_cast<size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    if (text.empty()) return Error(access.token_file + ": holds no token");
  }
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!plain) return Error((access.token_file.empty() ? "the token" : access.token_file) + ": is no token");
  return text;
}

bool set_server(Access& access, std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  const size_t slash = std::min(url.find('/'), url.size());
  access.prefix = url.substr(slash);
  while (access.prefix.ends_with('/')) access.prefix.pop_back();
  std::string_view place = url.substr(0, slash);
  const size_t bracket = place.starts_with('[') ? place.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const size_t colon = place.find(':', bracket);
  if (colon != std::string_view::npos) {
    const std::string_view port = place.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), access.port);
    if (error != std::errc() || end != port.data() + port.size() || access.port < 1 || access.port > 65535)
      return false;
    place = place.substr(0, colon);
  }
  if (bracket != 0) place = place.substr(1, bracket - 1);
  access.host = place;
  return !access.host.empty() && access.host.find_first_of("@?# %") == std::string::npos;
}

tl::expected<Access, std::string> pod_access(const std::string& folder, const std::string& host,
                                             const std::string& port) {
  Access out;
  const bool bare_v6 = host.find(':') != std::string::npos;
  if (!set_server(out, "https://" + (bare_v6 ? "[" + host + "]" : host) + ":" + port)) {
    return Error("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT do not name the API server");
  }
  auto authorities = load_certificates(folder + "/ca.crt");
  if (!authorities) return Error(authorities.error());
  out.authorities = std::move(*authorities);
  out.token_file = folder + "/token";
  return out;
}

tl::expected<Access, std::string> kubeconfig_access(const std::string& file, const std::string& wanted,
                                                    const std::string& token) {
  auto text = text_of(file);
  if (!text) return Error(text.error());
  const ReadResult read_result = read(std::make_shared<const Source>(file, std::move(*text)));
  if (!read_result.errors.empty()) {
    const ReadError& first = read_result.errors.front();
    return Error(file + ":" + std::to_string(first.position.line) + ": " + first.message);
  }
  if (read_result.documents.empty()) return Error(file + ": is empty");
  const Config config{file, read_result.documents.front().root()};
  const std::string_view current = wanted.empty() ? config.root["current-context"].str() : std::string_view(wanted);
  const Value context = config.named("contexts", "context", current);
  if (!context) {
    return Error(file + ": has no context \"" + std::string(current) +
                 (wanted.empty() ? "\" (current-context)" : "\""));
  }
  const Value cluster = config.named("clusters", "cluster", context["cluster"].str());
  if (!cluster) return Error(file + ": has no cluster \"" + std::string(context["cluster"].str()) + "\"");
  Access out;
  if (std::string wrong = set_cluster(config, cluster, out); !wrong.empty()) return Error(file + ": " + wrong);
  if (!token.empty()) {
    out.token = token;
    return out;
  }
  const Value user = config.named("users", "user", context["user"].str());
  if (std::string wrong = set_user(config, user, out); !wrong.empty()) return Error(file + ": " + wrong);
  return out;
}

}  // namespace brokergate::certs
