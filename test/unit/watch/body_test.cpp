// How an answer's body and head are read, whatever way it is cut.
#include <string>

#include "catch.h"
#include "webhook/watch/body.h"
#include "webhook/watch/head.h"

using namespace brokergate::webhook::watch;

namespace {

struct Taken {
  std::string text;
  bool done, broken;
  size_t left;  // bytes behind the end
};

Taken take(Body body, const std::string& bytes, size_t cut) {
  Taken out{};
  size_t at = 0;
  while (at < bytes.size() && !body.done() && !body.broken()) {
    std::string_view piece = std::string_view(bytes).substr(at, cut);
    const size_t size = piece.size();
    while (!piece.empty() && !body.done() && !body.broken()) out.text += body.take(piece);
    at += size - piece.size();
  }
  out.done = body.done();
  out.broken = body.broken();
  out.left = bytes.size() - at;
  return out;
}

}  // namespace

TEST_CASE("watch: chunks are put together, however they are cut") {
  const std::string bytes = "5\r\nhello\r\n1;name=value\r\n \r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nnext";
  for (size_t cut = 1; cut <= bytes.size(); ++cut) {
    const Taken taken = take(Body::chunked(), bytes, cut);
    CHECK(taken.text == "hello 0123456789");
    CHECK(taken.done);
    CHECK_FALSE(taken.broken);
    CHECK(taken.left == 4);
  }
  for (size_t cut = 1; cut <= 8; ++cut) {
    const Taken taken = take(Body::sized(5), "hello!!!", cut);
    CHECK(taken.text == "hello");
    CHECK(taken.done);
    CHECK(taken.left == 3);
  }
  CHECK(Body::sized(0).done());
}

TEST_CASE("watch: broken chunks are seen and not taken for an end") {
  for (const std::string bytes :
       {"\r\n", "x", "-1\r\n", "5\n", "5\rx", "1\r\naa", "1\r\na\rx", "fffffffffffff\r\n", "1;a\n"}) {
    INFO(bytes);
    CHECK(take(Body::chunked(), bytes, 1).broken);
    CHECK(take(Body::chunked(), bytes, 100).broken);
  }
  CHECK(take(Body::chunked(), "0\r\n" + std::string(10000, 'a') + "\r\n\r\n", 100).broken);
  CHECK(take(Body::chunked(), "1;" + std::string(10000, 'a') + "\r\n\r\n", 100).broken);
  // Cut short: neither.
  for (const std::string bytes : {"5", "5\r\nhel", "5\r\nhello\r\n", "0\r\n", "0\r\n\r", "0\r\na: b\r\n"}) {
    INFO(bytes);
    const Taken taken = take(Body::chunked(), bytes, 1);
    CHECK_FALSE(taken.done);
    CHECK_FALSE(taken.broken);
  }
}

TEST_CASE("watch: an answer's head says how the body ends, or is refused") {
  const auto head = [](const std::string& fields) { return read_head("HTTP/1.1 200 OK\r\n" + fields + "\r\n"); };
  const auto chunked = head("transfer-encoding: Chunked\r\nRetry-After: 7\r\nConnection: close\r\n");
  REQUIRE(chunked);
  CHECK(chunked->status == 200);
  CHECK_FALSE(chunked->keeps);
  CHECK(chunked->retry_after == std::chrono::seconds(7));
  CHECK_FALSE(chunked->body.done());
  const auto empty = head("Content-Length: 0\r\n");
  REQUIRE(empty);
  CHECK(empty->keeps);
  CHECK(empty->body.done());
  CHECK_FALSE(empty->retry_after);
  CHECK(read_head("HTTP/1.0 404 Not Found\r\nContent-Length: 1\r\n\r\n")->keeps == false);
  CHECK(read_head("HTTP/1.1 204\r\n\r\n")->body.done());
  CHECK(head("").error() == "the answer has neither a length nor chunks");
  CHECK(head("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n").error() ==
        "the answer has a Content-Length and is chunked");
  CHECK(head("Content-Length: 1\r\nContent-Length: 2\r\n").error() == "the answer has a Content-Length that is none");
  CHECK(head("Content-Length: -1\r\n").error() == "the answer has a Content-Length that is none");
  CHECK(head("Transfer-Encoding: gzip, chunked\r\n").error() == "the answer has an unknown Transfer-Encoding");
  CHECK(head("Content-Length: 1\r\nContent-Encoding: gzip\r\n").error() ==
        "the answer has a Content-Encoding that was not asked for");
  CHECK(head("no colon\r\n").error() == "the answer has a header line without a name");
  for (const char* first :
       {"", "HTTP/2 200 OK", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 abc", "ICY 200 OK", "HTTP/1.1 099"}) {
    INFO(first);
    CHECK_FALSE(read_head(std::string(first) + "\r\n\r\n"));
  }
}
