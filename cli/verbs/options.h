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

struct ServeOptions {
  PolicyOptions policy;
  std::string listen = ":8443";
  std::string operations;  // empty: no second port
  std::string cert, key;
  std::string client_ca;                  // empty: clients need no certificate
  std::vector<std::string> client_names;  // empty: any certificate of client_ca
  double stay = 0;  // seconds, after SIGTERM
  size_t connections = 3000, connections_per_peer = 1024;
};

struct RulesOptions {
  std::string id;  // empty: all of them
  std::string format = "text";
};

}  // namespace brokergate::cli
