#include "yardsticks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>
#include <utility>

#include "hardening/client.h"

namespace bench {
namespace {

using brokergate::hardening::Client;
using brokergate::hardening::milliseconds;
using brokergate::hardening::ServerProcess;

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool fine = fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) ::close(fd);
  if (!fine) throw std::runtime_error("no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace

Yardstick::Yardstick(std::string name, int port, const std::vector<std::string>& command)
    : name_(std::move(name)), port_(port) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  child_ = ::fork();
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, 1);
    ::dup2(nowhere, 2);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  for (int i = 0; i < 500; ++i) {
    if (Client(port_).handshake(milliseconds(100))) return;
    if (::waitpid(child_, nullptr, WNOHANG) == child_) throw std::runtime_error(name_ + " ended at its start");
    std::this_thread::sleep_for(milliseconds(20));
  }
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  throw std::runtime_error(name_ + " does not start");
}

Yardstick::~Yardstick() {
  ::kill(child_, SIGTERM);
  ::waitpid(child_, nullptr, 0);
}

std::unique_ptr<Yardstick> nginx(const ServerProcess& lender) {
  const std::string folder = lender.folder();
  const int port = free_port();
  lender.write("nginx.conf", "daemon off; master_process off; pid " + folder +
                                 "/nginx.pid; error_log stderr crit;\n"
                                 "events { worker_connections 512; }\n"
                                 "http { access_log off; client_max_body_size 40m; client_body_buffer_size 256k;\n"
                                 "keepalive_requests 100000000; client_body_temp_path " +
                                 folder + "/t1; proxy_temp_path " + folder + "/t2; fastcgi_temp_path " + folder +
                                 "/t3; uwsgi_temp_path " + folder + "/t4; scgi_temp_path " + folder +
                                 "/t5;\nserver { listen 127.0.0.1:" + std::to_string(port) + " ssl; ssl_certificate " +
                                 folder + "/cert.pem; ssl_certificate_key " + folder +
                                 "/key.pem;\nlocation / { default_type application/json; return 200 '" +
                                 std::string(300, 'x') + "'; } } }\n");
  return std::make_unique<Yardstick>("nginx", port,
                                     std::vector<std::string>{"nginx", "-p", folder, "-c", folder + "/nginx.conf"});
}

std::unique_ptr<Yardstick> controller_runtime(const ServerProcess& lender, const std::string& program) {
  const int port = free_port();
  return std::make_unique<Yardstick>(
      "controller-runtime", port,
      std::vector<std::string>{program, "--listen", "127.0.0.1:" + std::to_string(port), "--certificates",
                               lender.folder(), "--cert", "cert.pem", "--key", "key.pem"});
}

}  // namespace bench
