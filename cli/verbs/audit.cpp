#include <memory>
#include <utility>

#include "cli/verbs/cluster_access.h"
#include "cli/verbs/cluster_objects.h"
#include "cli/verbs/cluster_record.h"
#include "cli/verbs/policy_source.h"
#include "cli/verbs/replace_file.h"
#include "cli/verbs/report_run.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

tl::expected<ClusterObjects, std::string> from_cluster(const AuditOptions& options) {
  auto access = cluster_access(options.cluster);
  if (!access) return tl::unexpected(access.error());
  certs::Cluster cluster(std::move(access->access));
  return read_cluster(cluster);
}

// Null when it could not be done: told on stderr.
EngineRun* run_cluster(const AuditOptions& options, Console& console) {
  std::optional<Policy> policy = load_policy(options.like.policy, {"-"}, console);
  if (!policy) return nullptr;
  auto objects = options.replay.empty() ? from_cluster(options) : read_record(options.replay, console);
  if (!objects) {
    console.error(objects.error());
    return nullptr;
  }
  if (!options.record.empty()) {
    // What objects hold in env and ConfigMaps is not everybody's.
    const std::string wrong = write_private(options.record, record_of(*objects).dump(1) + "\n");
    if (!wrong.empty()) {
      console.error("--record " + options.record + ": " + wrong);
      return nullptr;
    }
  }
  const auto run = std::make_shared<EngineRun>();
  console.keep(run);
  run->policy = std::move(*policy);
  add_objects(objects->items, run->inputs);
  // Nothing is said about what could not be read, and the exit code says that.
  for (const std::string& unread : objects->unread)
    run->inputs.problems.push_back({kClusterSource, nullptr, {}, unread});
  tell_problems(run->inputs, console);
  for (const std::string& unseen : objects->unseen) console.err("brokergate: note: not looked at: " + unseen + "\n");
  judge_run(*run);
  return run.get();
}

}  // namespace

int audit(const AuditOptions& options, Console& console) {
  const bool files = !options.like.input.paths.empty();
  if (files && !options.replay.empty()) {
    console.error("PATH and --replay exclude one another: a dump, or a record");
    return kCouldNotRun;
  }
  if (files || !options.replay.empty()) {
    // Who names a cluster and gets an old file's findings would take them for the cluster's.
    const ClusterOptions& cluster = options.cluster;
    for (const auto& [name, value] :
         {std::pair{"--record", &options.record}, std::pair{"--kubeconfig", &cluster.kubeconfig},
          std::pair{"--context", &cluster.context}, std::pair{"--token-file", &cluster.token_file}}) {
      if (value->empty()) continue;
      console.error(std::string(name) + " is for a cluster, and " + (files ? "PATH" : "--replay") + " reads none");
      return kCouldNotRun;
    }
  }
  if (options.record == "-") {
    console.error("--record needs a file: findings go to stdout, and a record is for nobody else to read");
    return kCouldNotRun;
  }
  const EngineRun* const run =
      files ? run_engine(options.like.input, options.like.policy, {}, console) : run_cluster(options, console);
  return run ? report_run(options.like, *run, console) : kCouldNotRun;
}

}  // namespace brokergate::cli
