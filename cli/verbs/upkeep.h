// Keeps a running server right: reads certificate and policy again when their
// files have changed, and tries its own port.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "certs/clients.h"
#include "cli/verbs/options.h"
#include "webhook/cluster_watch.h"
#include "webhook/server.h"

namespace brokergate::cli {

// Whether files have changed since they were read. Looks through symbolic links:
// a Secret or ConfigMap volume is changed by swapping one.
class Watched {
 public:
  explicit Watched(std::vector<std::string> files);
  // True once per change, when two looks in a row saw the same: what is just
  // being written, or one file of a pair, is not read.
  bool changed();
  bool empty() const { return files_.empty(); }

 private:
  std::string state() const;

  std::vector<std::string> files_;
  std::string read_, seen_;
};

// What --client-ca and --client-name ask for; none when they ask for nothing.
tl::expected<std::optional<certs::Clients>, std::string> read_clients(const ServeOptions& options);

// Logs which policy is in use, and what it leaves off.
void tell_policy(std::string_view event, const Policy& policy, webhook::Log& log);

class Upkeep {
 public:
  // All must outlive it. `pair` (with the clients' authorities) and `policy` were made before their files were
  // read, so that no change is missed; without a policy file, `policy` has no files.
  // `cluster`: null without a view of one.
  Upkeep(const ServeOptions& options, Watched pair, Watched policy, webhook::Server& server,
         webhook::ClusterWatch* cluster, webhook::Log& log, webhook::Metrics& metrics);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  // Reads all files now, changed or not (SIGHUP). From any thread.
  void read_now();

 private:
  void run();
  void look();
  void tell_view(const std::string& doubt);
  void read_certificate();
  void read_policy();

  const ServeOptions& options_;
  webhook::Server& server_;
  webhook::ClusterWatch* const cluster_;
  webhook::Log& log_;
  webhook::Metrics& metrics_;
  Watched pair_, policy_;
  bool view_doubted_ = false;                   // as told last
  bool pair_due_ = false, policy_due_ = false;  // changed, or asked for, and not read yet; the thread's own

  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false, asked_ = false;
  std::thread thread_;
};

}  // namespace brokergate::cli
