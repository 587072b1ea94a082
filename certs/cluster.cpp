#include "certs/cluster.h"

#include <httplib.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iterator>
#include <utility>

#include "certs/reach.h"
#include "certs/server_trust.h"
#include "certs/watch.h"

namespace brokergate::certs {
namespace {

constexpr size_t kLargestAnswer = size_t{16} << 20;
constexpr size_t kLargestWire = kLargestAnswer + (size_t{4} << 20);  // with headers, chunks and TLS
constexpr size_t kLongestMessage = 2000;
constexpr int kDeepest = 200;  // nesting; a schema of a CustomResourceDefinition stays below 100
constexpr std::chrono::seconds kWhole{15}, kStep{5};

// OpenSSL writes to sockets without MSG_NOSIGNAL: a server that goes away must
// be an error here, whatever the process does about SIGPIPE.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

// When a call ends at the latest.
struct Late {
  explicit Late(Watch::Clock::time_point all_end)
      : end(std::min(Watch::Clock::now() + kWhole, all_end)), all(all_end) {}
  bool over() const { return Watch::Clock::now() >= all; }
  std::string said() const {
    return over() ? ": no whole answer before the time was up"
                  : ": an answer that does not end (" + std::to_string(kWhole.count()) + " s, or 20 MiB)";
  }
  Watch::Clock::time_point end, all;
};

// Control characters out: it goes to a terminal or log.
std::string shown(std::string text) {
  if (text.size() > kLongestMessage) text.resize(kLongestMessage);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

Json parsed(const std::string& text) {
  bool too_deep = false;
  Json out = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kDeepest;
        return depth <= kDeepest;
      },
      false);
  return too_deep ? Json(Json::value_t::discarded) : out;
}

std::string said(const Json& body, const std::string& text) {
  const std::string message = text_member(body, "message");
  return shown(message.empty() ? text.substr(0, kLongestMessage) : message);
}

}  // namespace

const Json& member(const Json& of, const char* key) {
  static const Json kNone;
  if (!of.is_object()) return kNone;
  const auto found = of.find(key);
  return found == of.end() ? kNone : *found;
}

std::string text_member(const Json& of, const char* key) {
  const Json& found = member(of, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

struct Cluster::Impl {
  explicit Impl(Access wanted)
      : access(std::move(wanted)),
        client(access.host, access.port, access.certificate.get(), access.key.get()),
        trust(access) {
    client.enable_server_certificate_verification(true);
    client.set_connection_timeout(kStep);
    client.set_read_timeout(kStep);
    client.set_write_timeout(kStep);
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
    client.set_decompress(false);
    client.set_socket_options([this](socket_t socket) { line.take(socket); });
    // The library would add the system's authorities to ours, and would take the common name for a host name.
    if (SSL_CTX* context = client.ssl_context()) trust.install(context);
  }

  std::string server() const { return "https://" + access.host + ":" + std::to_string(access.port); }

  std::string failure(httplib::Error error, Watch::Clock::time_point begin) const {
    // The library has one error for a handshake that is refused and one that nobody answers.
    if (error == httplib::Error::SSLConnection && Watch::Clock::now() - begin >= kStep) {
      return server() +
             ": a connection is made, and nothing answers on it for five seconds; is the API server at work?";
    }
    if (error == httplib::Error::SSLServerVerification) {
      return server() + ": " + not_accepted(access, client.get_openssl_verify_result());
    }
    return server() + ": " + broken(error);
  }

  std::string broken(httplib::Error error) const {
    switch (error) {
      case httplib::Error::Connection:
      case httplib::Error::ConnectionTimeout:
        return why_unreachable(access.host, access.port);
      case httplib::Error::SSLConnection:
        return "the TLS handshake failed; is this the API server's port, and does it take this client certificate?";
      case httplib::Error::Read:
      case httplib::Error::Write:
        return "the connection ended, or nothing came for five seconds, before an answer was there";
      default:
        return httplib::to_string(error);
    }
  }

  Access access;
  Line line;
  httplib::SSLClient client;
  ServerTrust trust;
};

Cluster::Cluster(Access access) : impl_(std::make_unique<Impl>(std::move(access))) {}
Cluster::~Cluster() {
  // Ending the connection tells the server so.
  const NoBrokenPipe quiet;
  impl_.reset();
}

Cluster::Answer Cluster::call(const char* method, const std::string& path, const Json* body, const char* content_type,
                              std::vector<std::string>* warnings) {
  const std::lock_guard lock(mutex_);
  const NoBrokenPipe quiet;
  if (!impl_->client.is_valid()) return tl::unexpected(ApiError{0, "OpenSSL refuses the client certificate"});
  const auto begin = Watch::Clock::now();
  const Late late(end_);
  if (late.over()) return tl::unexpected(ApiError{0, impl_->server() + path + ": not asked: the time is up"});
  const auto token = token_of(impl_->access);
  if (!token) return tl::unexpected(ApiError{0, token.error()});
  httplib::Request request;
  request.method = method;
  request.path = impl_->access.prefix + path;
  request.set_header("Accept", "application/json");
  request.set_header("User-Agent", "brokergate");
  if (!token->empty()) request.set_header("Authorization", "Bearer " + *token);
  if (body) {
    request.body = body->dump(-1, ' ', false, Json::error_handler_t::replace);
    request.set_header("Content-Type", content_type);
  }
  std::string text;
  bool too_large = false;
  request.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_large = text.size() + size > kLargestAnswer;
    if (!too_large) text.append(data, size);
    return !too_large;
  };
  Watch watch(impl_->line, late.end, kLargestWire);
  const httplib::Result result = impl_->client.send(request);
  ERR_clear_error();
  if (too_large) return tl::unexpected(ApiError{0, impl_->server() + path + ": an answer over 16 MiB", false, true});
  // An answer without a length ends where the line is cut.
  if (watch.has_cut()) return tl::unexpected(ApiError{0, impl_->server() + path + late.said()});
  if (!result) {
    return tl::unexpected(
        ApiError{0, impl_->failure(result.error(), begin), result.error() == httplib::Error::SSLServerVerification});
  }
  if (warnings) {
    const auto [from, to] = result->headers.equal_range("Warning");
    for (auto next = from; next != to; ++next) warnings->push_back(next->second);
  }
  // An answer without a receiver's call stands in the body.
  if (text.empty()) text = result->body;
  Json answer = parsed(text);
  if (result->status < 200 || result->status > 299) {
    return tl::unexpected(ApiError{result->status, std::string(method) + " " + path + ": " +
                                                       std::to_string(result->status) + " " + said(answer, text)});
  }
  if (!answer.is_object()) return tl::unexpected(ApiError{0, impl_->server() + path + ": the answer is not JSON"});
  return answer;
}

Cluster::Answer Cluster::get(const std::string& path) { return call("GET", path, nullptr, nullptr); }
Cluster::Answer Cluster::post(const std::string& path, const Json& body, std::vector<std::string>* warnings) {
  return call("POST", path, &body, "application/json", warnings);
}
Cluster::Answer Cluster::put(const std::string& path, const Json& body) {
  return call("PUT", path, &body, "application/json");
}
Cluster::Answer Cluster::merge_patch(const std::string& path, const Json& body) {
  return call("PATCH", path, &body, "application/merge-patch+json");
}

}  // namespace brokergate::certs
