// Servers that others wrote or that are written as others write them, measured in the same run as brokergate.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "hardening/server_process.h"

namespace bench {

// A child process that listens on loopback; it ends with this object, or with us.
class Yardstick {
 public:
  // Waits until it takes TLS connections; throws std::runtime_error when it does not within ten seconds.
  Yardstick(std::string name, int port, const std::vector<std::string>& command);
  ~Yardstick();
  Yardstick(const Yardstick&) = delete;
  Yardstick& operator=(const Yardstick&) = delete;

  const std::string& name() const { return name_; }
  int port() const { return port_; }
  pid_t pid() const { return child_; }

 private:
  std::string name_;
  int port_ = 0;
  pid_t child_ = -1;
};

// Both use the certificate in the lender's folder, and nginx puts its files there.
// One process that answers every POST with the same 300 bytes.
std::unique_ptr<Yardstick> nginx(const brokergate::hardening::ServerProcess& lender);
// `program` is what bench/yardsticks/controller-runtime builds.
std::unique_ptr<Yardstick> controller_runtime(const brokergate::hardening::ServerProcess& lender,
                                              const std::string& program);

}  // namespace bench
