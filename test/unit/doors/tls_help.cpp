#include "tls_help.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace brokergate::test {
namespace {

template <auto Function>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    Function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Release<SSL_free>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    throw std::runtime_error("cannot connect");
  }
  return fd;
}

}  // namespace

PemPair make_pair(int days, bool with_names) {
  SelfSigned wish;
  wish.ends_days = days;
  wish.named = with_names;
  return self_signed(wish);
}

certs::Issued make_client(const certs::Issued& authority, const std::string& common_name, const std::string& dns,
                          bool server_only) {
  certs::Issued out{certs::Certificate(X509_new()), certs::Key(EVP_EC_gen("P-256"))};
  X509* cert = out.certificate.get();
  X509_set_version(cert, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
  X509_gmtime_adj(X509_getm_notBefore(cert), -60);
  X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
  X509_set_pubkey(cert, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(cert, X509_get_subject_name(authority.certificate.get()));
  const auto add = [&](int what, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_ext_key_usage, server_only ? "serverAuth" : "clientAuth");
  if (!dns.empty()) add(NID_subject_alt_name, "DNS:" + dns);
  if (X509_sign(cert, authority.key.get(), EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
  return out;
}

std::string encrypted_key() {
  const Key key(EVP_EC_gen("P-256"));
  const Bio pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(pem.get(), key.get(), EVP_aes_256_cbc(), "secret", 6, nullptr, nullptr);
  return text_of(pem.get());
}

Talk talk(int port, const std::string& bytes, std::chrono::milliseconds patience) {
  std::signal(SIGPIPE, SIG_IGN);
  const Context context(SSL_CTX_new(TLS_client_method()));
  const Ssl ssl(SSL_new(context.get()));
  const int fd = connect_to(port);
  SSL_set_fd(ssl.get(), fd);
  Talk out;
  if (SSL_connect(ssl.get()) == 1) {
    if (!bytes.empty()) SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd waiting{fd, POLLIN, 0};
      if (left.count() <= 0) break;
      if (SSL_pending(ssl.get()) == 0 && ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) break;
      char buffer[16384];
      const int got = SSL_read(ssl.get(), buffer, sizeof buffer);
      if (got <= 0) {
        out.closed = true;
        break;
      }
      out.reply.append(buffer, static_cast<size_t>(got));
    }
  }
  ::close(fd);
  ERR_clear_error();
  return out;
}

std::string handshake(int port, int version) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  // Old versions need old signatures, which the default security level refuses.
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  const Ssl ssl(SSL_new(context.get()));
  const int fd = connect_to(port);
  SSL_set_fd(ssl.get(), fd);
  std::string out;
  if (SSL_connect(ssl.get()) == 1) out = SSL_get_version(ssl.get());
  ::close(fd);
  ERR_clear_error();
  return out;
}

Served::Served(const std::vector<std::string>& extra) {
  const PemPair pair = make_pair();
  std::vector<std::string> arguments{BROKERGATE_BINARY, "serve",
                                     "--listen",        "127.0.0.1:0",
                                     "--cert",          folder_.write("cert.pem", pair.cert),
                                     "--key",           folder_.write("key.pem", pair.key)};
  arguments.insert(arguments.end(), extra.begin(), extra.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const std::string log = folder_.name("log");
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(out[1], 1);
    ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), 2);
    ::unsetenv("BROKERGATE_POLICY");
    if (::chdir(folder_.path().c_str()) != 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  const auto read_line = [&] {
    std::string line;
    char byte = 0;
    while (::read(out[0], &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
  };
  first_line_ = read_line();
  if (std::find(extra.begin(), extra.end(), "--operations") != extra.end()) {
    const std::string second = read_line();
    operations_port_ = std::atoi(second.substr(second.rfind(':') + 1).c_str());
  }
  ::close(out[0]);
  const size_t colon = first_line_.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("the server did not start: " + this->log());
  port_ = std::stoi(first_line_.substr(colon + 1));
}

Served::~Served() {
  if (child_ > 0) end(SIGTERM);
}

int Served::end(int signal) {
  ::kill(child_, signal);
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace brokergate::test
