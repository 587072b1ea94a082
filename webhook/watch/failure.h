// What can go wrong between us and the API server.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brokergate::webhook::watch {

enum class Reason : uint8_t {
  kConnect,       // no such host, refused, unreachable
  kTls,           // the handshake failed, or the server's certificate is not accepted
  kToken,         // the token file cannot be read, or OpenSSL refuses the client certificate
  kTimeout,       // nothing came, or too slowly
  kEnded,         // the connection ended within an answer
  kGarbage,       // no HTTP, or no JSON of the kind that was asked for
  kTooLarge,      // over a limit
  kGone,          // 410: the place in the history is no longer known
  kUnauthorized,  // 401
  kForbidden,     // 403
  kThrottled,     // 429
  kServer,        // 5xx
  kRefused,       // any other status
  kMemory,        // there was none left
  kStopped,       // by us; never counted
  kWoken,         // so that the caller can look after something else; the reading may go on
};
inline constexpr std::array<std::string_view, 14> kReasons = {
    "connect", "tls",          "token",     "timeout",   "ended",  "garbage", "too_large",
    "gone",    "unauthorized", "forbidden", "throttled", "server", "refused", "memory"};

struct Failure {
  Reason reason = Reason::kStopped;
  std::string text = {};  // one line of printable text
  std::optional<std::chrono::seconds> retry_after = {};
};

}  // namespace brokergate::webhook::watch
