// What the command line asks for, one struct per verb.
#pragma once

#include <string>
#include <vector>

namespace brokergate::cli {

// Part of the contract: scripts branch on these.
enum Exit : int {
  kClean = 0,
  kDenied = 1,
  kCouldNotRun = 2,  // bad input, bad policy, I/O; unless something else was denied
  kNotAccepted = 3,  // nothing denied, but --fail-on-warn or --fail-on-unknown was asked for
};

enum class When { kAuto, kAlways, kNever };

// `-o FORMAT` or `-o FORMAT=FILE`.
struct OutputTarget {
  std::string format;
  std::string file;  // empty: stdout
};

struct PolicyOptions {
  std::string file;    // --policy; else BROKERGATE_POLICY, else .brokergate.yaml upwards from the input
  std::string domain;  // --domain
};

struct InputOptions {
  std::vector<std::string> paths;  // files, directories, "-"
  std::string view;                // a record of audit, beside which they are judged; empty: none
  std::string ns = "default";      // with a view: of objects that name none
};

struct LintOptions {
  InputOptions input;
  PolicyOptions policy;
  std::vector<OutputTarget> outputs;
  bool fail_on_warn = false;
  bool fail_on_unknown = false;
};

struct MutateOptions {
  enum class Output { kStream, kDiff, kPatch, kInPlace };
  InputOptions input;
  PolicyOptions policy;
  Output output = Output::kStream;
};

struct ReviewOptions {
  InputOptions input;
  PolicyOptions policy;
  std::string endpoint = "validate";
};

struct InspectOptions {
  InputOptions input;
  PolicyOptions policy;
  std::string format = "text";
};

// How the API server is reached; see cluster_access.h for what holds where nothing is said.
struct ClusterOptions {
  std::string kubeconfig;
  std::string context;     // of the kubeconfig
  std::string token_file;  // the token to show, instead of the context's user
};

struct ServeOptions {
  PolicyOptions policy;
  std::string listen = ":8443";
  std::string operations;  // empty: no second port
  std::string cert, key;
  std::string client_ca;                  // empty: clients need no certificate
  std::vector<std::string> client_names;  // empty: any certificate of client_ca
  double stay = 0;                        // seconds, after SIGTERM
  size_t connections = 3000, connections_per_peer = 1024;
  bool cluster_view = false;
  ClusterOptions cluster;
};

// Names a certificate is for.
struct NameOptions {
  std::string service, name_space;  // both or none
  std::vector<std::string> hosts;
};

struct CertsIssueOptions {
  std::string folder;
  NameOptions names;
  int days = 365, ca_days = 3650;
  bool new_ca = false, drop_old = false;
};

struct CertsCheckOptions {
  std::string cert, key, ca;
  NameOptions names;
  int within_days = 30;
  bool fail_on_warn = false;
};

struct CertsBundleOptions {
  std::vector<std::string> ca_files;
  std::string format = "base64";
  int entries = 1;
  bool apply = false;
  std::vector<std::string> webhooks;
  ClusterOptions cluster;
};

struct CertsRenewOptions {
  std::string secret;
  NameOptions names;
  std::vector<std::string> webhooks;
  int days = 365, ca_days = 3650, renew_before_days = 30;
  ClusterOptions cluster;
};

struct CertsOptions {
  CertsIssueOptions issue;
  CertsCheckOptions check;
  CertsBundleOptions bundle;
  CertsRenewOptions renew;
};

struct DoctorOptions {
  ClusterOptions cluster;
  std::string release, name_space;  // empty: as the cluster's objects tell
  std::string probe_namespace = "default";
  bool no_probe = false;
  std::vector<std::string> without;  // mutating, validating
  int within_days = 30;
  std::string format = "text";
  bool fail_on_warn = false, fail_on_unknown = false;
};

struct AuditOptions {
  LintOptions like;  // paths: a dump; none: the cluster
  ClusterOptions cluster;
  std::string record, replay;
};

struct RulesOptions {
  std::string id;  // empty: all of them
  std::string format = "text";
};

}  // namespace brokergate::cli
