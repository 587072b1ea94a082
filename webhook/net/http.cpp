#include "webhook/net/http.h"

#include <httplib.h>

#include <algorithm>
#include <cstring>

namespace brokergate::webhook::net {
namespace {

// A head to be read and an answer to be collected.
class Bytes final : public httplib::Stream {
 public:
  Bytes(std::string_view in, std::string& out) : in_(in), out_(out) {}

  bool is_readable() const override { return !in_.empty(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* into, size_t room) override {
    const size_t count = std::min(room, in_.size());
    std::memcpy(into, in_.data(), count);
    in_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* from, size_t size) override {
    out_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  std::string_view in_;
  std::string& out_;
};

}  // namespace

struct Http::Impl final : httplib::Server {
  Impl() {
    // Before any route: the library would read a body for those.
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      const Reply reply = door ? door->answer(*call) : Reply{refusal.status, std::string(refusal.why) + "\n"};
      response.status = reply.status;
      if (reply.status == 405) response.set_header("Allow", "POST");
      // The library announces what it was told at the beginning.
      if (reply.close && !close) response.set_header("Connection", "close");
      close = close || reply.close;
      response.set_content(reply.body, reply.media_type);
      return HandlerResponse::Handled;
    });
  }

  std::string exchange(std::string_view head_bytes) {
    std::string out;
    Bytes stream(head_bytes, out);
    bool ends = false;
    process_request(stream, close, ends, {});
    close = close || ends;
    return out;
  }

  // Of the request that is being answered.
  Door* door = nullptr;
  Call* call = nullptr;
  Refusal refusal;
  bool close = false;
};

Http::Http() : impl_(std::make_unique<Impl>()) {}
Http::~Http() = default;

std::string Http::answer(Door& door, Call& call, std::string_view head_bytes, bool& close) {
  impl_->door = &door;
  impl_->call = &call;
  impl_->close = close || call.head.close;
  std::string out = impl_->exchange(head_bytes);
  close = impl_->close;
  return out;
}

std::string Http::refuse(const Refusal& refusal) {
  impl_->door = nullptr;
  impl_->refusal = refusal;
  impl_->close = true;
  return impl_->exchange("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
}

}  // namespace brokergate::webhook::net
