// A small client of the Kubernetes API: JSON over HTTPS, one object at a time.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "certs/access.h"

namespace brokergate::certs {

// Keeps the order of keys: what is sent back differs in what was changed only.
using Json = nlohmann::ordered_json;
// Null when it is absent, or when there are no members at all.
const Json& member(const Json& of, const char* key);
// Empty when it is absent or no string.
std::string text_member(const Json& of, const char* key);

struct ApiError {
  int status = 0;  // of HTTP; 0: no answer came
  std::string message;
  bool untrusted = false;  // the server's certificate is not accepted
  bool too_large = false;  // the answer is longer than what is read: a list may be had in smaller pages
  bool absent() const { return status == 404; }
  // Somebody else has changed or made the object meanwhile: read it again.
  bool conflict() const { return status == 409; }
};

class Cluster {
 public:
  using Answer = tl::expected<Json, ApiError>;
  explicit Cluster(Access access);
  ~Cluster();

  // Paths begin with a slash and are percent-encoded by the caller where that is
  // needed (names of Kubernetes objects need it never). Answers are at most
  // 16 MiB, no call lasts longer than 15 seconds, from connecting to the last byte of the
  // answer (the system's lookup of a name aside), nothing is tried twice and no redirect is followed. The error's
  // message is the server's own. Thread-safe; calls come one after the other over one connection.
  Answer get(const std::string& path);
  // `warnings`, when given, gets the values of the answer's Warning headers (RFC 7234), a refusal's too.
  Answer post(const std::string& path, const Json& body, std::vector<std::string>* warnings = nullptr);
  Answer put(const std::string& path, const Json& body);
  // RFC 7386. With metadata.resourceVersion in it the server refuses a patch of
  // what has changed since (409).
  Answer merge_patch(const std::string& path, const Json& body);

  using Clock = std::chrono::steady_clock;
  // No call of this one goes on after `end`, or begins. Not while another thread calls.
  void end_at(Clock::time_point end) { end_ = end; }
  Clock::time_point end() const { return end_; }

 private:
  struct Impl;
  Answer call(const char* method, const std::string& path, const Json* body, const char* content_type,
              std::vector<std::string>* warnings = nullptr);

  std::mutex mutex_;
  Clock::time_point end_ = Clock::time_point::max();
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::certs
