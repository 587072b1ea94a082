// Where the API server is and who we are there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "certs/pem.h"

namespace brokergate::certs {

struct Access {
  std::string host;  // without brackets
  int port = 443;
  std::string prefix;               // of every path: "" or "/k8s/clusters/x"
  Certificates authorities;         // the server's certificate is verified with these and no others
  bool system_authorities = false;  // with those of this system instead (SSL_CERT_FILE and SSL_CERT_DIR name others)
  // One of these three, or none of them (anonymous).
  Certificate certificate;
  Key key;
  std::string token;
  std::string token_file;  // read again for each request: the kubelet renews it
};

// A pod's own (kubernetes.io, "Accessing the Kubernetes API from a Pod"):
// `folder` holds ca.crt and token; host and port are the environment's
// KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
tl::expected<Access, std::string> pod_access(const std::string& folder, const std::string& host,
                                             const std::string& port);
// A context of a kubeconfig, the current one when none is named. With a `token`
// the context's user is not read. Without a certificate-authority the system's
// authorities count, as with kubectl. What it asks for and is not done (exec
// plugins, skipping verification, proxies) is an error that says so.
tl::expected<Access, std::string> kubeconfig_access(const std::string& file, const std::string& context = {},
                                                    const std::string& token = {});
// What goes behind "Authorization: Bearer", read from its file now; empty when there is none to send.
tl::expected<std::string, std::string> token_of(const Access& access);
// https://HOST[:PORT][/PREFIX]; false when it is not that.
bool set_server(Access& access, std::string_view url);

}  // namespace brokergate::certs
