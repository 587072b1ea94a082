#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace brokergate::test {
namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

// Feeds and drains at the same time, so that no pipe fills up.
void converse(Pipe& in, Pipe& out, Pipe& err, const std::string& input, Outcome& outcome) {
  size_t sent = 0;
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    if (sent == input.size()) in.close(1);
    pollfd waiting[3] = {{in.ends[1], POLLOUT, 0}, {out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}};
    if (::poll(waiting, 3, -1) < 0 && errno != EINTR) throw std::runtime_error("poll failed");
    if (waiting[0].revents) {
      const ssize_t wrote = ::write(in.ends[1], input.data() + sent, input.size() - sent);
      if (wrote < 0) {
        sent = input.size();
      } else {
        sent += static_cast<size_t>(wrote);
      }
    }
    for (int i = 1; i < 3; ++i) {
      if (!waiting[i].revents) continue;
      Pipe& from = i == 1 ? out : err;
      char buffer[65536];
      const ssize_t got = ::read(from.ends[0], buffer, sizeof buffer);
      if (got > 0) {
        (i == 1 ? outcome.out : outcome.err).append(buffer, static_cast<size_t>(got));
      } else {
        from.close(0);
      }
    }
  }
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments, const std::string& input, const Environment& environment,
                    const std::filesystem::path& folder) {
  std::vector<const char*> argv{BROKERGATE_BINARY};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  Pipe in, out, err;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no fork");
  if (child == 0) {
    ::dup2(in.ends[0], 0);
    ::dup2(out.ends[1], 1);
    ::dup2(err.ends[1], 2);
    std::signal(SIGPIPE, SIG_DFL);
    for (const char* name : {"BROKERGATE_POLICY", "NO_COLOR"}) ::unsetenv(name);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execv(argv[0], const_cast<char* const*>(argv.data()));
    ::_exit(127);
  }
  in.close(0);
  out.close(1);
  err.close(1);
  Outcome outcome;
  converse(in, out, err, input, outcome);
  int status = 0;
  ::waitpid(child, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return outcome;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "brokergate-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& file, const std::string& text) const {
  const std::filesystem::path target = path_ / file;
  std::filesystem::create_directories(target.parent_path());
  std::ofstream(target, std::ios::binary) << text;
  return target.string();
}

std::string Folder::read(const std::string& file) const { return text_of(path_ / file); }

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int mode_of(const std::filesystem::path& file) { return static_cast<int>(std::filesystem::status(file).permissions()); }

size_t entries_of(const Folder& folder) {
  size_t out = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) out += !entry.path().empty();
  return out;
}

SmallFiles::SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
  ::getrlimit(RLIMIT_FSIZE, &before_);
  const rlimit small{bytes, before_.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
}

SmallFiles::~SmallFiles() {
  ::setrlimit(RLIMIT_FSIZE, &before_);
  std::signal(SIGXFSZ, handler_);
}

std::string without(std::string text, const std::string& part) {
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part)) text.erase(at, part.size());
  return text;
}

std::string broker_service(const std::string& name, const std::string& annotation) {
  std::string out =
      "apiVersion: v1\n"
      "kind: Service\n"
      "metadata:\n"
      "  name: " +
      name + "\n";
  if (!annotation.empty()) out += "  annotations:\n    " + annotation + "\n";
  return out +
         "spec:\n"
         "  type: LoadBalancer  # one per broker\n"
         "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
         "  ports:\n"
         "    - {name: external, port: 9094, targetPort: 9094}\n";
}

std::string broker_set() {
  return R"(apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: kafka
spec:
  serviceName: kafka-headless
  replicas: 1
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec:
      containers:
        - name: broker
          image: confluentinc/cp-kafka:7.6.1
          ports:
            - {name: kafka, containerPort: 9092}
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: KAFKA_ZOOKEEPER_CONNECT, value: "zookeeper:2181"}
            - {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092"}
            - {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME).kafka-headless:9092"}
)";
}

std::string broker_service_json(const std::string& name, const std::string& annotations) {
  return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name +
         R"(","namespace":"streaming","annotations":)" + annotations +
         R"(},"spec":{"type":"LoadBalancer","selector":{"app":"kafka","statefulset.kubernetes.io/pod-name":"kafka-0"},)"
         R"("ports":[{"name":"external","port":9094,"targetPort":9094}]}})";
}

}  // namespace brokergate::test
