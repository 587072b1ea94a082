// brokergate serve as a child process, with files that can be changed under it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "help/self_signed.h"

namespace brokergate::hardening {

// Self-signed, P-256, for 127.0.0.1. `serial` tells one from another.
test::PemPair make_pair(long serial);

// The program that is attacked.
std::string program();

class ServerProcess {
 public:
  // `under`: a command that starts it, and becomes it.
  explicit ServerProcess(const std::vector<std::string>& extra = {}, const std::vector<std::string>& under = {});
  // SIGKILL when it still runs.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }
  int operations_port() const { return operations_port_; }
  pid_t pid() const { return child_; }
  const std::string& folder() const { return folder_; }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;

  // From /proc, in KiB: VmRSS, or VmHWM for the most it ever was.
  long memory(const std::string& what = "VmRSS") const;
  // Time on a processor until now, in steps of ten.
  long cpu_millis() const;
  // One sample of /metrics by its full name with labels; -1 when it is not there.
  double metric(const std::string& name) const;
  // Status of GET on the operations' port; 0 when nothing answers.
  int operations_status(const std::string& path) const;

  void signal(int number) const;
  // Waits; the exit code, or -signal.
  int wait();

 private:
  std::string folder_;
  pid_t child_ = -1;
  int port_ = 0, operations_port_ = 0;
};

}  // namespace brokergate::hardening
