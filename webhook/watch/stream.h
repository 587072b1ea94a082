// GET requests to the API server whose answers are read as they come in.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "webhook/watch/connection.h"
#include "webhook/watch/head.h"

namespace brokergate::webhook::watch {

// How long one request may take, from connecting to the end of its answer, and how long nothing may come before the
// answer begins and within it.
struct Allowance {
  std::chrono::milliseconds connect, head, silence, whole;
};

// What an Access was made of, read once more: authorities and client certificates change in their files while we run.
// Thread-safe.
using AccessReader = std::function<tl::expected<certs::Access, std::string>()>;

// One request after the other over one connection, which is made again when it has ended. Not thread-safe; for
// the thread it is used on see Connection. Failures name the server.
class Stream {
 public:
  // `stop` has to outlive it: raised, it ends every call at once with kStopped. `again`, where given, is called before
  // each connection; while it fails, or names another server, what was read last counts, and failures to connect say
  // so: a kubeconfig whose current context is changed must not take one watch of four to another cluster.
  Stream(std::shared_ptr<const certs::Access> access, const Wake& stop, AccessReader again = {});
  ~Stream();

  // Sends GET `target` (percent-encoded) and reads the answer's head. What is left of an answer before is thrown
  // away. No redirect is followed: the status is the caller's to judge.
  tl::expected<Head, Failure> get(const std::string& target, const Allowance& allowance);
  // The next piece of the body, valid until the next call; empty when it has ended in order.
  // kWoken when `also` is raised or it is `tick`; the reading may go on then.
  tl::expected<std::string_view, Failure> next(const Wake* also = nullptr,
                                               Clock::time_point tick = Clock::time_point::max());
  // The rest of the body, at most `most` bytes of it: more is kTooLarge.
  tl::expected<std::string, Failure> rest(size_t most);
  // Ends the connection.
  void drop();

 private:
  tl::expected<std::string, Failure> request(const std::string& target) const;
  tl::expected<Head, Failure> exchange(const std::string& request, const Allowance& allowance);
  tl::expected<Head, Failure> head();
  Clock::time_point limit() const;
  Failure named(Failure failure) const;
  void read_access();

  std::shared_ptr<const certs::Access> access_;
  const Wake& stop_;
  AccessReader again_;
  std::string unreadable_;  // why what was read before still counts; empty: it does not have to
  std::unique_ptr<TlsClient> tls_;
  std::unique_ptr<Connection> connection_;
  std::chrono::milliseconds silence_{0};
  Clock::time_point end_;
  Body body_ = Body::sized(0);
  bool keeps_ = false;
  std::array<char, 65536> buffer_;
  std::string_view unread_;  // of the buffer
};

}  // namespace brokergate::webhook::watch
