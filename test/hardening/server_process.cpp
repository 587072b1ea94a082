#include "hardening/server_process.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "hardening/client.h"

namespace brokergate::hardening {
namespace {

template <auto Function>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Release<X509_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

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

Pem make_pair(long serial) {
  const Key key(EVP_EC_gen("P-256"));
  const Cert cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 86400);
  X509_set_pubkey(cert.get(), key.get());
  X509_NAME* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(cert.get(), names, -1);
  X509_EXTENSION_free(names);
  if (X509_sign(cert.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
  const Bio cert_pem(BIO_new(BIO_s_mem())), key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(cert_pem.get(), cert.get());
  PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(cert_pem.get()), text_of(key_pem.get())};
}

std::string program() { return BROKERGATE_BINARY; }

ServerProcess::ServerProcess(const std::vector<std::string>& extra, const std::vector<std::string>& under) {
  std::string name = (std::filesystem::temp_directory_path() / "brokergate-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
  folder_ = name;
  const Pem pair = make_pair(1);
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
