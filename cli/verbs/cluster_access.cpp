#include "cli/verbs/cluster_access.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "cli/verbs/read_file.h"

namespace brokergate::cli {
namespace {

using Text = tl::expected<std::string, std::string>;

constexpr const char* kPodFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr size_t kLargestToken = size_t{64} << 10;

// As kubectl looks for it: KUBECONFIG's first file, else the one in the home directory.
std::string usual_kubeconfig() {
  const char* named = std::getenv("KUBECONFIG");
  if (named && *named) {
    const std::string all = named;
    return all.substr(0, all.find(':'));
  }
  const char* home = std::getenv("HOME");
  std::error_code failure;
  const std::string file = home && *home ? std::string(home) + "/.kube/config" : "";
  return !file.empty() && std::filesystem::exists(file, failure) ? file : "";
}

Text token_of(const ClusterOptions& options) {
  if (options.token_file.empty()) return std::string();
  auto text = read_file(options.token_file, kLargestToken);
  if (!text) return tl::unexpected("--token-file " + options.token_file + ": " + text.error());
  while (!text->empty() && std::string_view("\r\n ").find(text->back()) != std::string_view::npos) text->pop_back();
  if (text->empty() || text->find_first_of("\r\n") != std::string::npos) {
    return tl::unexpected("--token-file " + options.token_file + ": holds no token");
  }
  return std::move(*text);
}

}  // namespace

tl::expected<ClusterAccess, std::string> cluster_access(const ClusterOptions& options) {
  const auto token = token_of(options);
  if (!token) return tl::unexpected(token.error());
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  std::string file = options.kubeconfig;
  if (file.empty() && options.context.empty() && host && port) {
    auto access = certs::pod_access(kPodFolder, host, port);
    if (!access) return tl::unexpected(access.error());
    if (!token->empty()) {
      access->token = *token;
      access->token_file.clear();
    }
    return ClusterAccess{std::move(*access), true};
  }
  if (file.empty()) file = usual_kubeconfig();
  if (file.empty()) {
    return tl::unexpected(std::string("this is no pod of a cluster, and there is no kubeconfig; give --kubeconfig"));
  }
  auto access = certs::kubeconfig_access(file, options.context, *token);
  if (access) return ClusterAccess{std::move(*access), false};
  // Managed clusters' kubeconfigs run a program for each token.
  const bool exec = access.error().find("exec is not supported") != std::string::npos;
  return tl::unexpected(access.error() +
                        (exec ? " (give one with --token-file, as `gcloud auth print-access-token` or `kubectl create "
                                "token` prints it)"
                              : ""));
}

}  // namespace brokergate::cli
