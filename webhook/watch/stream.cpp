#include "webhook/watch/stream.h"

#include <algorithm>
#include <utility>

namespace brokergate::webhook::watch {
namespace {

using Error = tl::unexpected<Failure>;
constexpr const char* kRefused = "OpenSSL refuses the client certificate";
constexpr int kMostInterim = 8;  // 1xx answers before the one that counts

}  // namespace

Stream::Stream(std::shared_ptr<const certs::Access> access, const Wake& stop, AccessReader again)
    : access_(std::move(access)), stop_(stop), again_(std::move(again)), tls_(std::make_unique<TlsClient>(*access_)) {}
Stream::~Stream() = default;

void Stream::drop() {
  connection_.reset();
  unread_ = {};
}

Clock::time_point Stream::limit() const { return std::min(end_, Clock::now() + silence_); }

Failure Stream::named(Failure failure) const {
  if (failure.reason == Reason::kStopped || failure.reason == Reason::kWoken) return failure;
  const bool v6 = access_->host.find(':') != std::string::npos;
  failure.text = "https://" + (v6 ? "[" + access_->host + "]" : access_->host) + ":" + std::to_string(access_->port) +
                 ": " + failure.text;
  return failure;
}

// Only while there is no connection: those that are made refer to the one before.
void Stream::read_access() {
  if (!again_) return;
  auto access = again_();
  unreadable_ = access ? "" : std::move(access.error());
  if (!access) return;
  if (access->host != access_->host || access->port != access_->port || access->prefix != access_->prefix) {
    unreadable_ = "another server stands there now, " + access->host + ", which counts after a restart";
    return;
  }
  auto next = std::make_shared<const certs::Access>(std::move(*access));
  auto tls = std::make_unique<TlsClient>(*next);
  if (tls->broken()) {
    // A certificate is written before its key, or after it.
    unreadable_ = kRefused;
    return;
  }
  access_ = std::move(next);
  tls_ = std::move(tls);
}

tl::expected<std::string, Failure> Stream::request(const std::string& target) const {
  const auto token = certs::token_of(*access_);
  if (!token) return Error(Failure{Reason::kToken, token.error()});
  const bool v6 = access_->host.find(':') != std::string::npos;
  std::string out = "GET " + access_->prefix + target +
                    " HTTP/1.1\r\nHost: " + (v6 ? "[" + access_->host + "]" : access_->host) + ":" +
                    std::to_string(access_->port) +
                    "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: brokergate\r\n";
  if (!token->empty()) out += "Authorization: Bearer " + *token + "\r\n";
  return out + "\r\n";
}

tl::expected<Head, Failure> Stream::get(const std::string& target, const Allowance& allowance) {
  const auto start = Clock::now();
  end_ = start + allowance.whole;
  silence_ = allowance.head;
  if (!keeps_ || !body_.done() || !unread_.empty()) drop();
  if (connection_) {
    // The server may have ended it meanwhile, which is nobody's fault.
    auto wanted = request(target);
    if (!wanted) return Error(std::move(wanted.error()));
    auto answer = exchange(*wanted, allowance);
    if (answer || answer.error().reason != Reason::kEnded) return answer;
  }
  drop();
  read_access();
  if (tls_->broken()) return Error(Failure{Reason::kToken, kRefused});
  auto wanted = request(target);
  if (!wanted) return Error(std::move(wanted.error()));
  auto made = Connection::open(*access_, *tls_, stop_, std::min(end_, start + allowance.connect));
  if (!made) {
    if (!unreadable_.empty()) made.error().text += "; what was read before counts, because " + unreadable_;
    return Error(named(std::move(made.error())));
  }
  connection_ = std::move(*made);
  return exchange(*wanted, allowance);
}

tl::expected<Head, Failure> Stream::exchange(const std::string& request, const Allowance& allowance) {
  keeps_ = false;
  body_ = Body::sized(0);
  if (auto failure = connection_->write(request, limit())) {
    drop();
    return Error(named(std::move(*failure)));
  }
  auto answer = head();
  if (!answer) {
    drop();
    return Error(named(std::move(answer.error())));
  }
  silence_ = allowance.silence;
  body_ = answer->body;
  keeps_ = answer->keeps;
  return answer;
}

tl::expected<Head, Failure> Stream::head() {
  std::string text;
  int interim = 0;
  for (;;) {
    const size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos) {
      auto head = read_head(std::string_view(text).substr(0, end + 4));
      if (!head) return Error(Failure{Reason::kGarbage, std::move(head.error())});
      if (head->status >= 200) {
        // What is behind the head is the body's; it stands in the buffer, too.
        unread_.remove_prefix(unread_.size() - (text.size() - end - 4));
        return *head;
      }
      if (++interim > kMostInterim) return Error(Failure{Reason::kGarbage, "the answer does not begin"});
      text.erase(0, end + 4);
      continue;
    }
    if (text.size() > kLargestHead) return Error(Failure{Reason::kTooLarge, "the answer's head is over 64 KiB"});
    const auto got = connection_->read(buffer_.data(), buffer_.size(), limit());
    if (!got) return Error(got.error());
    unread_ = {buffer_.data(), *got};
    // No HTTP at all is told at once, not when the head has not ended after 64 KiB.
    const size_t known = std::min<size_t>(text.size() + *got, 5);
    text.append(unread_);
    if (std::string_view(text).substr(0, known) != std::string_view("HTTP/").substr(0, known)) {
      return Error(Failure{Reason::kGarbage, "the answer is not HTTP/1.1"});
    }
  }
}

tl::expected<std::string_view, Failure> Stream::next(const Wake* also, Clock::time_point tick) {
  for (;;) {
    while (!unread_.empty() && !body_.done() && !body_.broken()) {
      if (const std::string_view piece = body_.take(unread_); !piece.empty()) return piece;
    }
    if (body_.done()) return std::string_view();
    if (body_.broken()) {
      drop();
      return Error(named({Reason::kGarbage, "the answer's chunks are broken"}));
    }
    if (!connection_) return Error(named({Reason::kEnded, "the connection was ended"}));
    const auto until = limit();
    const auto got = connection_->read(buffer_.data(), buffer_.size(), std::min(until, tick), also);
    if (got) {
      unread_ = {buffer_.data(), *got};
      continue;
    }
    Failure failure = got.error();
    if (failure.reason == Reason::kTimeout && tick < until) failure.reason = Reason::kWoken;
    if (failure.reason != Reason::kWoken) drop();
    return Error(named(std::move(failure)));
  }
}

tl::expected<std::string, Failure> Stream::rest(size_t most) {
  std::string out;
  for (;;) {
    const auto piece = next();
    if (!piece) return Error(piece.error());
    if (piece->empty()) return out;
    if (out.size() + piece->size() > most) {
      drop();
      return Error(named({Reason::kTooLarge, "an answer over " + std::to_string(most >> 10) + " KiB"}));
    }
    out.append(*piece);
  }
}

}  // namespace brokergate::webhook::watch
