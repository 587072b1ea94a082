#include "webhook/server.h"

#include <httplib.h>
#include <netdb.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>
#include <thread>
#include <utility>

#include "webhook/admission.h"
#include "webhook/http_rules.h"
#include "webhook/tls.h"

namespace brokergate::webhook {
namespace {

// Longer than the 90 s an API server keeps a connection idle: the side that
// closes first must be the client's, or a request is lost on the way.
constexpr time_t kKeepAliveSeconds = 120;
constexpr time_t kIoSeconds = 10;
constexpr auto kGrace = std::chrono::seconds(10);
// The library listens with a backlog of 5: a burst of connections would wait a
// second for the second SYN.
constexpr int kBacklog = 1024;
// With a parameter, because the library compresses what is exactly
// "application/json" whenever the client accepts gzip, as every API server does.
constexpr const char* kJson = "application/json; charset=utf-8";

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace

struct Server::Impl {
  Impl(ServerOptions wanted, const certs::Pair& pair, const Policy& the_policy, Log& the_log)
      : options(std::move(wanted)), policy(the_policy), log(the_log), http([&](SSL_CTX& context) {
          connections.follow(context);
          return set_up_tls(context, pair);
        }) {
    http.new_task_queue = [threads = options.threads] { return new httplib::ThreadPool(threads); };
    http.set_tcp_nodelay(true);
    http.set_keep_alive_max_count(std::numeric_limits<size_t>::max());
    http.set_keep_alive_timeout(kKeepAliveSeconds);
    http.set_read_timeout(kIoSeconds);
    http.set_write_timeout(kIoSeconds);
    // refusal() answers a larger one before; this is the library's own belt.
    http.set_payload_max_length(size_t{37} << 20);
    // Not SO_REUSEPORT, the library's default: a second server must be told that the port is taken.
    http.set_socket_options([this](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      listener = socket;
    });
    http.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      Connections::set_busy(request.ssl, true);
      const Refusal no = refusal(request);
      if (no.status == 0) return httplib::Server::HandlerResponse::Unhandled;
      refuse(request, response, no.status, no.why);
      return httplib::Server::HandlerResponse::Handled;
    });
    http.Post("/mutate", [this](const httplib::Request& request, httplib::Response& response) {
      serve(request, response, Endpoint::kMutate);
    });
    http.Post("/validate", [this](const httplib::Request& request, httplib::Response& response) {
      serve(request, response, Endpoint::kValidate);
    });
    http.set_exception_handler([this](const httplib::Request& request, httplib::Response& response,
                                      const std::exception_ptr&) { refuse(request, response, 500, "internal error"); });
    // Called after each answer is written.
    http.set_logger([](const httplib::Request& request, const httplib::Response& response) {
      Connections::set_busy(request.ssl, false);
      if (response.get_header_value("Connection") == "close") Connections::hang_up(request.ssl);
    });
  }

  void refuse(const httplib::Request& request, httplib::Response& response, int status, std::string_view why) {
    response.status = status;
    response.set_header("Connection", "close");
    if (status == 405) response.set_header("Allow", "POST");
    response.set_content(std::string(why) + "\n", "text/plain");
    Connections::read_no_more(request.ssl);
    log.refused(request.path, status, why, request.remote_addr);
  }

  void serve(const httplib::Request& request, httplib::Response& response, Endpoint endpoint) {
    const auto begin = std::chrono::steady_clock::now();
    Answer reply = answer(std::make_shared<const Source>("<request>", request.body), endpoint, policy, today_utc());
    // The library's next SSL_get_error must not see what the answer left behind.
    ERR_clear_error();
    if (reply.status != 200) {
      std::string why = std::to_string(reply.position.line) + ":" + std::to_string(reply.position.column) + ": ";
      why += reply.body;
      response.status = reply.status;
      response.set_content(why + "\n", "text/plain");
      log.refused(request.path, reply.status, why, request.remote_addr);
      return;
    }
    response.status = 200;
    response.set_content(reply.body, kJson);
    const auto took = std::chrono::steady_clock::now() - begin;
    log.decision(reply.decision, endpoint, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  }

  ServerOptions options;
  const Policy& policy;
  Log& log;
  Connections connections;  // outlives `http`, whose connections it follows
  socket_t listener = INVALID_SOCKET;
  std::atomic<bool> stopping = false;
  std::atomic<bool> finished = false;
  httplib::SSLServer http;
};

Server::Server(ServerOptions options, const certs::Pair& pair, const Policy& policy, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), pair, policy, log)) {}
Server::~Server() = default;

tl::expected<int, std::string> Server::bind() {
  const std::string& host = impl_->options.host;
  const std::string where = bracketed(host) + ":" + std::to_string(impl_->options.port);
  if (!impl_->http.is_valid()) {
    const unsigned long code = ERR_get_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    return tl::unexpected("OpenSSL refuses the certificate: " + std::string(reason ? reason : "unknown error"));
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found)) {
    return tl::unexpected("cannot listen on " + where + ": " + ::gai_strerror(error));
  }
  ::freeaddrinfo(found);
  errno = 0;
  int port = impl_->options.port;
  bool bound = false;
  if (port == 0) {
    port = impl_->http.bind_to_any_port(host);
    bound = port > 0;
  } else {
    bound = impl_->http.bind_to_port(host, port);
  }
  if (!bound) {
    return tl::unexpected("cannot listen on " + where + ": " + (errno ? std::strerror(errno) : "address not usable"));
  }
  ::listen(impl_->listener, kBacklog);
  return port;
}

bool Server::run() {
  // A stop() that came first has nothing to stop yet.
  const bool ended_well = impl_->stopping || impl_->http.listen_after_bind();
  impl_->finished = true;
  return ended_well || impl_->stopping;
}

void Server::stop() {
  using std::chrono::steady_clock;
  impl_->stopping = true;
  const auto deadline = steady_clock::now() + kGrace;
  while (!impl_->finished) {
    // is_running() is false until the accept loop has begun; stop() before it is lost.
    if (impl_->http.is_running()) impl_->http.stop();
    impl_->connections.close(steady_clock::now() > deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

tl::expected<ServerOptions, std::string> parse_listen(const std::string& text) {
  const auto wrong = [&](const char* why) {
    return tl::unexpected("--listen " + text + ": " + why + "; wanted HOST:PORT, [IPv6]:PORT or :PORT");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong("no port");
  ServerOptions options;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return wrong("an IPv6 address needs brackets");
  }
  if (!host.empty()) options.host = host;
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, options.port);
  if (begin == end || error != std::errc() || stop != end) return wrong("the port is not a number");
  if (options.port < 0 || options.port > 65535) return wrong("the port is not between 0 and 65535");
  return options;
}

}  // namespace brokergate::webhook
