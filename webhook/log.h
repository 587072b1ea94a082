// The webhook's log: one JSON object per line on stderr. Only identities and
// outcomes are written, never what an object holds; every text is ASCII-escaped,
// so that nothing in a request can forge a line or steer a terminal.
//
// Thread-safe: lines of several threads do not mix.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "webhook/admission.h"

namespace spdlog {
class logger;
}

namespace brokergate::webhook {

class Log {
 public:
  Log();
  void decision(const Decision& decision, Endpoint endpoint, int64_t duration_us);
  // A request that is no review, or that the HTTP rules refuse.
  void refused(std::string_view path, int status, std::string_view why, std::string_view peer);
  void event(std::string_view message, std::string_view detail = {});
  // Something an operator should see to, while the server goes on.
  void problem(std::string_view message, std::string_view detail);

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

// `text` as a JSON string of printable ASCII, cut to 256 bytes of input.
void append_ascii_json(std::string_view text, std::string& out);

}  // namespace brokergate::webhook
