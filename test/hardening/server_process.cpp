#include "hardening/server_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "hardening/client.h"

namespace brokergate::hardening {
namespace {

std::string line_of(int fd) {
  std::string out;
  for (char byte = 0; ::read(fd, &byte, 1) == 1 && byte != '\n';) out += byte;
  return out;
}

int port_in(const std::string& line) {
  const size_t colon = line.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("the server did not start: " + line);
  return std::stoi(line.substr(colon + 1));
}

}  // namespace

test::PemPair make_pair(long serial) {
  test::SelfSigned wish;
  wish.serial = serial;
  return test::self_signed(wish);
}

std::string program() { return BROKERGATE_BINARY; }

ServerProcess::ServerProcess(const std::vector<std::string>& extra, const std::vector<std::string>& under) {
  std::string name = (std::filesystem::temp_directory_path() / "brokergate-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name;
  const test::PemPair pair = make_pair(1);
  write("cert.pem", pair.cert);
  write("key.pem", pair.key);
  std::vector<std::string> arguments = under;
  arguments.insert(arguments.end(), {program(), "serve", "--listen", "127.0.0.1:0", "--operations", "127.0.0.1:0"});
  if (std::find(extra.begin(), extra.end(), "--cert") == extra.end()) {
    arguments.insert(arguments.end(), {"--cert", "cert.pem", "--key", "key.pem"});
  }
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    if (::chdir(folder_.c_str()) != 0) ::_exit(126);
    ::dup2(out[1], 1);
    ::dup2(::open("log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 2);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  const std::string first = line_of(out[0]), second = line_of(out[0]);
  ::close(out[0]);
  port_ = port_in(first);
  operations_port_ = port_in(second);
}

ServerProcess::~ServerProcess() {
  if (child_ > 0) {
    signal(SIGKILL);
    wait();
  }
  const std::string log = read("log");
  if (const size_t at = log.find("ThreadSanitizer"); at != std::string::npos) {
    std::fprintf(stderr, "%s\n", log.substr(at, 4000).c_str());
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ServerProcess::write(const std::string& name, const std::string& text) const {
  // As a volume is changed: never half a file.
  const std::string path = folder_ + "/" + name, other = path + ".new";
  {
    std::ofstream file(other, std::ios::binary);
    file << text;
  }
  std::filesystem::rename(other, path);
}

std::string ServerProcess::read(const std::string& name) const {
  std::ifstream file(folder_ + "/" + name, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

long ServerProcess::memory(const std::string& what) const {
  std::ifstream file("/proc/" + std::to_string(child_) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(what + ":")) return std::stol(line.substr(what.size() + 1));
  }
  return -1;
}

long ServerProcess::cpu_millis() const {
  std::ifstream file("/proc/" + std::to_string(child_) + "/stat");
  std::string text;
  std::getline(file, text);
  // proc(5): behind the name's bracket utime and stime are the 12th and 13th, in ticks.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  long user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1000 / ::sysconf(_SC_CLK_TCK);
}

double ServerProcess::metric(const std::string& name) const {
  const std::string text = "\n" + plain_get(operations_port_, "/metrics");
  const size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

int ServerProcess::operations_status(const std::string& path) const {
  const std::string reply = plain_get(operations_port_, path);
  return reply.starts_with("HTTP/1.1 ") ? std::stoi(reply.substr(9, 3)) : 0;
}

void ServerProcess::signal(int number) const { ::kill(child_, number); }

int ServerProcess::wait() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace brokergate::hardening
