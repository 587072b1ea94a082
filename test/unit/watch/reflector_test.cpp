// Lists and watches against a server that does as it is told, and as it should not.
#include <algorithm>
#include <atomic>
#include <chrono>

#include "catch.h"
#include "run.h"

using namespace brokergate;
using namespace brokergate::test;
using std::chrono::milliseconds;
using watch::Reason;
using watch::Resource;

namespace {

using Request = Session::Request;
using Strings = std::vector<std::string>;

// One list with node a at version 1, then `watching` for each watch.
ScriptedApi::Script listed(const ScriptedApi::Script& watching) {
  return [watching](Session& session, const Request& request) {
    if (request.has("limit=")) return session.answer(200, list(1, {node("a", 1)}));
    return watching(session, request);
  };
}

bool quiet_watch(Session& session, const Request&) { return session.begin() && session.hang(); }

}  // namespace

TEST_CASE("watch: a list is read page by page, then watched from its version on") {
  Run run([](Session& session, const Request& request) {
    if (request.has("watch=1")) {
      return session.begin() && session.event(event("ADDED", node("d", 8))) &&
             session.event(event("MODIFIED", node("a", 9))) && session.event(event("DELETED", node("b", 10))) &&
             session.hang();
    }
    if (request.has("continue=p%2B2")) return session.answer(200, list(7, {node("b", 2)}, "p3"));
    if (request.has("continue=p3")) return session.answer(200, list(7, {node("c", 3)}));
    return session.answer(200, list(7, {node("a", 1)}, "p+2"));
  });
  CHECK(run.holds("a=9 c=3 d=8"));
  CHECK(run.api.targets() ==
        Strings{"/api/v1/nodes?limit=500", "/api/v1/nodes?limit=500&continue=p%2B2",
                "/api/v1/nodes?limit=500&continue=p3",
                "/api/v1/nodes?watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=1"});
  CHECK(run.held.calls() == Strings{"replace 3", "heard", "put d 8", "heard", "put a 9", "heard", "remove b", "heard"});
  // All over one connection.
  CHECK(run.api.connections() == 1);
  CHECK(run.told.lines() == Strings{"the cluster view has read nodes: 3 objects"});
  CHECK(run.counts.lists == 1);
  CHECK(run.counts.objects == 3);
  CHECK(run.counts.events[0] == 1);
  CHECK(run.counts.events[1] == 1);
  CHECK(run.counts.events[2] == 1);
  const auto state = run.reflector->state();
  CHECK(state.synced);
  REQUIRE(state.heard);
  CHECK(std::chrono::steady_clock::now() - *state.heard < std::chrono::seconds(5));
  CHECK(state.error.empty());
}

TEST_CASE("watch: it goes on where it was, also from a bookmark, and a watch that ends in order is heard") {
  std::atomic<int> watches{0};
  Run run(listed([&](Session& session, const Request&) {
    switch (++watches) {
      case 1:
        return session.begin() && session.event(bookmark(40)) && session.wait(milliseconds(150)) && session.end();
      case 2:
        return session.begin() && session.wait(milliseconds(150)) && session.end();
      default:
        return quiet_watch(session, {});
    }
  }));
  REQUIRE(soon([&] { return watches == 3; }));
  CHECK(run.asked("resourceVersion=1&") == 1);
  CHECK(run.asked("resourceVersion=40&") == 2);
  CHECK(run.held.calls() == Strings{"replace 1", "heard", "heard", "heard", "heard"});
  CHECK(run.counts.events[3] == 1);
  CHECK(run.counts.lists == 1);
  CHECK(run.api.connections() == 1);
}

TEST_CASE("watch: after a failure the first watch is short, so that it is soon known that nothing is missing") {
  std::atomic<int> watches{0};
  Run run(listed([&](Session& session, const Request& request) {
            if (++watches == 1) return session.answer(500, "");
            if (watches > 2) return quiet_watch(session, request);
            return session.begin() && session.wait(milliseconds(600)) && session.end();
          }),
          [](watch::Options& options) {
            options.timing.watch_least = std::chrono::seconds(25);
            options.timing.watch_most = std::chrono::seconds(35);
          });
  REQUIRE(soon([&] { return watches == 3; }));
  // In the middle of the range: the random number is 0.5.
  CHECK(run.asked("timeoutSeconds=30") == 2);
  CHECK(run.asked("timeoutSeconds=1") == 1);
  CHECK(run.held.calls() == Strings{"replace 1", "heard", "heard"});
}

TEST_CASE("watch: where silence is soon a doubt, watches are short enough to be heard of before") {
  std::atomic<int> within{12};
  std::atomic<int> watches{0};
  Run run(listed([&](Session& session, const Request& request) {
            if (++watches > 1) return quiet_watch(session, request);
            within = 60;
            return session.begin() && session.wait(milliseconds(600)) && session.end();
          }),
          [&](watch::Options& options) {
            options.timing.watch_least = std::chrono::seconds(25);
            options.timing.watch_most = std::chrono::seconds(35);
            options.heard_within = [&within] { return std::chrono::seconds(within); };
          });
  REQUIRE(soon([&] { return watches == 2; }));
  // In the middle of 4 to 6, and of 20 to 30.
  CHECK(run.asked("timeoutSeconds=5") == 1);
  CHECK(run.asked("timeoutSeconds=25") == 1);
}

TEST_CASE("watch: one that ends at once proves nothing and is not asked for again in haste") {
  Run run(
      listed([](Session& session, const Request&) { return session.begin() && session.end(); }),
      [](watch::Options& options) { options.timing.backoff_first = options.timing.backoff_most = milliseconds(100); });
  REQUIRE(run.fails(Reason::kEnded, 4));
  CHECK(run.held.calls() == Strings{"replace 1", "heard"});
  CHECK(run.asked("watch=1") <= 5);
  CHECK(run.told.lines() == Strings{"the cluster view has read nodes: 1 objects",
                                    "! the watch of nodes fails: the watch of nodes ends at once"});
  CHECK(run.reflector->state().error == "the watch of nodes ends at once");
}

TEST_CASE("watch: 410, in the status or in an event, asks for a new list") {
  for (const bool as_event : {false, true}) {
    std::atomic<int> lists{0}, watches{0};
    Run run([&](Session& session, const Request& request) {
      if (request.has("limit=")) {
        return ++lists == 1 ? session.answer(200, list(1, {node("a", 1), node("b", 1)}))
                            : session.answer(200, list(20, {node("b", 15)}));
      }
      if (++watches > 1) return quiet_watch(session, request);
      if (!as_event) return session.answer(410, status(410, "too old resource version: 1 (9)"));
      return session.begin() && session.event(event("ERROR", status(410, "too old resource version: 1 (9)"))) &&
             session.end();
    });
    CHECK(run.holds("b=15"));
    REQUIRE(soon([&] { return watches == 2; }));
    CHECK(run.asked("resourceVersion=20&") == 1);
    CHECK(run.errors(Reason::kGone) == 1);
    CHECK(run.counts.objects == 1);
    // That is in the order of things.
    CHECK(run.told.lines() == Strings{"the cluster view has read nodes: 2 objects"});
  }
}

TEST_CASE("watch: 410 within a list begins it again, without what was read") {
  std::atomic<int> first{0};
  Run run([&](Session& session, const Request& request) {
    if (request.has("watch=1")) return quiet_watch(session, request);
    if (request.has("continue=old"))
      return session.answer(410, status(410, "the provided continue parameter is too old"));
    if (request.has("continue=new")) return session.answer(200, list(9, {node("c", 3)}));
    return ++first == 1 ? session.answer(200, list(1, {node("a", 1)}, "old"))
                        : session.answer(200, list(9, {node("b", 2)}, "new"));
  });
  CHECK(run.holds("b=2 c=3"));
  CHECK(run.held.calls() == Strings{"replace 2", "heard"});
  REQUIRE(soon([&] { return run.asked("resourceVersion=9&") == 1; }));
}

TEST_CASE("watch: what the server keeps refusing is given up for a new list") {
  std::atomic<int> lists{0};
  Run run([&](Session& session, const Request& request) {
    if (request.has("limit=")) {
      return session.answer(200, ++lists == 1 ? list(900, {node("a", 1)}) : list(20, {node("b", 15)}));
    }
    if (request.has("resourceVersion=900")) return session.answer(504, status(504, "Too large resource version"));
    return quiet_watch(session, request);
  });
  CHECK(run.holds("b=15"));
  CHECK(run.errors(Reason::kServer) == 3);
  CHECK(soon([&] { return run.reflector->state().error.empty(); }));
}

TEST_CASE("watch: errors are retried with growing pauses; Retry-After is honoured; one line is told per state") {
  std::atomic<int> tries{0};
  const auto start = std::chrono::steady_clock::now();
  Run run([&](Session& session, const Request& request) {
    if (request.has("watch=1")) return quiet_watch(session, request);
    switch (++tries) {
      case 1:
      case 2:
        return session.answer(503, status(503, "not yet"));
      case 3:
        return session.answer(429, status(429, "slow down"), "Retry-After: 1\r\n");
      case 4:
        return session.answer(500, "<html>");
      default:
        return session.answer(200, list(1, {node("a", 1)}));
    }
  });
  REQUIRE(run.fails(Reason::kThrottled));
  CHECK_FALSE(run.reflector->state().synced);
  CHECK_FALSE(run.reflector->state().heard);
  CHECK(run.reflector->state().error == "list nodes is answered with 429: slow down");
  CHECK(run.holds("a=1"));
  CHECK(std::chrono::steady_clock::now() - start >= milliseconds(1000));
  CHECK(run.errors(Reason::kServer) == 3);
  CHECK(soon([&] { return run.told.lines().size() == 5; }));
  CHECK(run.told.lines() == Strings{"! the watch of nodes fails: list nodes is answered with 503: not yet",
                                    "! the watch of nodes fails: list nodes is answered with 429: slow down",
                                    "! the watch of nodes fails: list nodes is answered with 500",
                                    "the cluster view has read nodes: 1 objects", "the watch of nodes works again"});
  CHECK(run.reflector->state().error.empty());
}

TEST_CASE("watch: pauses double up to a bound, with full jitter") {
  double drawn = 1;
  watch::Backoff backoff(milliseconds(200), milliseconds(30000), [&] { return drawn; });
  Strings bounds;
  for (int i = 0; i < 10; ++i) bounds.push_back(std::to_string(backoff.next().count()));
  CHECK(bounds == Strings{"200", "400", "800", "1600", "3200", "6400", "12800", "25600", "30000", "30000"});
  drawn = 0.5;
  CHECK(backoff.next() == milliseconds(15000));
  backoff.reset();
  CHECK(backoff.next() == milliseconds(100));
  drawn = 0;
  CHECK(backoff.next() == milliseconds(0));
}

TEST_CASE("watch: a right that is missing is told once, with its name, and tried again slowly") {
  std::atomic<bool> granted{false};
  Run run([&](Session& session, const Request& request) {
    if (!granted) return session.answer(403, status(403, R"(User \"me\" cannot list resource \"nodes\")"));
    return listed(quiet_watch)(session, request);
  });
  REQUIRE(run.fails(Reason::kForbidden, 3));
  CHECK(run.told.lines() ==
        Strings{R"(! the watch of nodes fails: list nodes is forbidden: User "me" cannot list resource "nodes")"});
  CHECK(run.reflector->state().error == R"(list nodes is forbidden: User "me" cannot list resource "nodes")");
  granted = true;
  CHECK(run.holds("a=1"));
}

TEST_CASE("watch: a connection that is cut is made again, from the last version") {
  std::atomic<int> watches{0};
  Run run(listed([&](Session& session, const Request&) {
    if (++watches == 3) return session.begin() && session.event(event("DELETED", node("b", 9))) && session.hang();
    if (watches == 1) {
      // A reset throws away what has not been read yet.
      if (session.begin() && session.event(event("ADDED", node("b", 5))) && session.wait(milliseconds(100))) {
        session.reset();
      }
      return false;
    }
    // An end in the middle of an event.
    session.begin();
    session.send("1000\r\n{\"type\":\"ADDED\"");
    return false;
  }));
  CHECK(soon([&] { return run.asked("resourceVersion=5&") == 2; }));
  CHECK(run.holds("a=1"));
  CHECK(run.errors(Reason::kEnded) == 2);
  CHECK(run.counts.lists == 1);
  CHECK(run.api.connections() == 3);
}

TEST_CASE("watch: a server that falls silent, or dribbles, is given up after the watch's time and the grace") {
  for (const bool dribbles : {false, true}) {
    std::atomic<int> watches{0};
    Run run(listed([&](Session& session, const Request& request) {
              if (++watches > 1) return quiet_watch(session, request);
              if (!session.begin() || !session.event(event("ADDED", node("b", 5)))) return false;
              while (dribbles && session.send("1\r\n \r\n") && session.wait(milliseconds(50))) continue;
              return session.hang();
            }),
            [](watch::Options& options) { options.timing.grace = milliseconds(200); });
    const auto start = std::chrono::steady_clock::now();
    CHECK(run.fails(Reason::kTimeout));
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= milliseconds(1000));
    CHECK(took < quick().silence);  // which is what would end it else
    CHECK(soon([&] { return run.asked("resourceVersion=5&") == 1; }));
    CHECK(run.text() == "a=1 b=5");
  }
}

TEST_CASE("watch: a list that never comes is given up, and so is one that dribbles") {
  std::atomic<int> lists{0};
  Run run(
      [&](Session& session, const Request& request) {
        if (request.has("watch=1")) return quiet_watch(session, request);
        if (++lists == 1) return session.hang();
        if (lists > 2) return session.answer(200, list(1, {node("a", 1)}));
        session.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (session.send(" ") && session.wait(milliseconds(50))) continue;
        return false;
      },
      [](watch::Options& options) { options.timing.page = milliseconds(2000); });
  CHECK(run.holds("a=1"));
  CHECK(run.errors(Reason::kTimeout) == 2);
}

TEST_CASE("watch: garbage is refused, told and got over") {
  const Strings lists = {"<html>",
                         "",
                         "[]",
                         "{}",
                         R"({"items":[]})",
                         R"({"metadata":{"resourceVersion":"1"}})",
                         R"({"metadata":{"resourceVersion":"1"},"items":[1]})",
                         R"({"metadata":{"resourceVersion":"1"},"items":["x"]})",
                         R"({"metadata":{"resourceVersion":"1"},"items":{}})",
                         R"({"metadata":{},"items":[]})",
                         R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{}}]})",
                         R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"x","namespace":"y"}}]})",
                         R"({"metadata":{"resourceVersion":"1"},"items":[]}x)",
                         R"({"metadata":{"resourceVersion":"1"},"items":[])",
                         R"({"metadata":{"resourceVersion":"1"},"items":[],"items":[]})",
                         std::string(2000, '{'),
                         R"({"metadata":{"resourceVersion":"1"},"items":[)" + std::string(2000, '[')};
  std::atomic<size_t> next{0}, watches{0};
  Run run([&](Session& session, const Request& request) {
    if (request.has("limit=")) {
      const size_t which = next++;
      return session.answer(200, which < lists.size() ? lists[which] : list(1, {node("a", 1)}));
    }
    switch (watches++) {
      case 0:
        return session.begin() && session.event("not JSON") && session.hang();
      case 1:
        return session.begin() && session.event(R"({"type":"NEW","object":{}})") && session.hang();
      case 2:
        return session.begin() && session.event(R"({"type":"ADDED","object":{"metadata":{"name":"x"}}})") &&
               session.hang();
      case 3:
        return session.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") && session.hang();
      case 4:
        return session.send("220 mail.example.com ESMTP\r\n") && session.hang();
      default:
        return quiet_watch(session, request);
    }
  });
  CHECK(run.holds("a=1"));
  CHECK(soon([&] { return watches == 6; }));
  CHECK(run.errors(Reason::kGarbage) == lists.size() + 5);
  CHECK(run.held.calls() == Strings{"replace 1", "heard"});
  CHECK(run.counts.lists == 1);
}

TEST_CASE("watch: a page that is too large is asked for in smaller ones; an object that is too large is not kept") {
  std::atomic<int> watches{0};
  Run run(
      [&](Session& session, const Request& request) {
        if (request.has("watch=1")) {
          if (++watches > 1) return quiet_watch(session, request);
          return session.begin() && session.event(event("ADDED", node(std::string(5000, 'b'), 5))) && session.hang();
        }
        if (request.has("limit=500")) return session.answer(200, list(1, std::vector<std::string>(100, node("x", 1))));
        if (request.has("continue")) return session.answer(200, list(1, {node("b", 1)}));
        return session.answer(200, list(1, {node("a", 1)}, "more"));
      },
      [](watch::Options& options) {
        options.largest_page = 8000;
        options.largest_object = 4000;
      });
  CHECK(run.holds("a=1 b=1"));
  CHECK(run.api.targets()[1] == "/api/v1/nodes?limit=125");
  CHECK(run.fails(Reason::kTooLarge));
  CHECK(soon([&] { return watches == 2; }));
}

TEST_CASE("watch: a redirect is not followed") {
  Run run([](Session& session, const Request&) { return session.answer(302, "", "Location: /api/v1/elsewhere\r\n"); });
  REQUIRE(run.fails(Reason::kRefused, 2));
  CHECK(run.asked("elsewhere") == 0);
  CHECK(run.reflector->state().error == "list nodes is answered with 302, a redirect, which is not followed");
}
