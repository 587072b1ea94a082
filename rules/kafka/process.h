// What one pod's container really starts: the kubelet's environment, the command
// after expansion, the shell text that runs before the broker's start script.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/object.h"
#include "rules/kafka/images.h"
#include "rules/kafka/kubelet_env.h"
#include "rules/kafka/pod_files.h"
#include "rules/kafka/shell/shell.h"

namespace brokergate {

// command and args of a container as one argument vector.
struct CommandLine {
  std::vector<Value> words;  // command, then args
  size_t commands = 0;       // how many of them are from command

  bool empty() const { return words.empty(); }
  std::string place(size_t index) const;  // "command[2]", "args[0]"
};
CommandLine command_line(Value container);

// A script text parsed once, for all pods whose expansion gives the same text.
struct ParsedScript {
  ParsedScript(std::string text, shell::Dialect dialect);

  const std::string text;
  const shell::Script script;
  // False when the script can look at variables that it does not name: ${!X}, eval, env, set.
  bool names_all = true;
  bool loops = false;                           // holds a loop or a function: a run may cost thousands of steps
  bool names(std::string_view variable) const;  // as a word of its own

 private:
  std::vector<std::string_view> words_;  // every identifier in the text, sorted
};

// The pod template of any workload kind, or the pod itself.
Value pod_template(const Object& object);
PodIdentity identity_of(const Object& object, int64_t ordinal, const ConfigMaps* maps = nullptr);

// One word of the started program and where it is written.
struct ArgvWord {
  std::string text;                // may hold atoms
  Value node;                      // the string of command, args or the script; false: from the image
  uint32_t begin = 0, end = 0;     // part of node's text; 0,0: all of it
  bool plain = false;              // node's text is the word itself, up to $(VAR)
  std::string place;               // "command[2]"
  const Object* object = nullptr;  // where node stands; null: in the pod's own object
};

// What env(1) before a program makes of the environment, in the order in which it does.
struct EnvWords {
  bool cleared = false;              // nothing of it is left
  std::vector<std::string> removed;  // names
  std::vector<ArgvWord> assigned;    // NAME=VALUE
  Value node;                        // the env word, when it takes anything away
  std::string place;

  bool empty() const { return !cleared && removed.empty() && assigned.empty(); }
  bool takes_away(std::string_view name) const;
};

struct ProcessStart {
  Entry entry = Entry::kNone;
  bool client = false;         // Kafka tools run and no broker does
  std::string why;             // entry == kNone: what was seen; else what is doubtful
  bool certain = true;         // false: the start is reached on a condition that cannot be decided
  std::string strange;         // why the sh of the image may not read the script as it was read here
  std::vector<ArgvWord> argv;  // program and arguments; empty when nothing was reached
  EnvWords prefix;             // an env(1) before it
  KubeletEnv env;
  shell::Environment variables;  // what the container runtime adds: HOSTNAME

  // The shell text, when there is one.
  EnvWords before;                        // an env(1) before the shell
  bool script_read = false;               // there is one: the rest of this is meaningful
  Value script;                           // the string node; false for a file that an init container made
  const Object* script_object = nullptr;  // the ConfigMap whose key it is; null: in the pod's own object
  std::string script_place;               // "command[2]", "setup.sh of ConfigMap kafka-scripts"
  Expanded expanded;                      // what the shell reads
  std::shared_ptr<const ParsedScript> parsed;
  shell::Result shell;
  PodFiles files;  // before it starts
};

// What following its scripts took, and those of the init containers.
inline size_t effort_of(const ProcessStart& start) { return start.shell.effort + start.files.effort; }

// `known` is what an earlier call parsed for another pod of the same set; null: nothing.
// `files`: what is on its volumes; null: worked out here, with the pod's init containers.
ProcessStart read_process(Value container, const PodIdentity& identity, ImageFamily family,
                          const std::shared_ptr<const ParsedScript>& known = nullptr, const PodFiles* files = nullptr);

}  // namespace brokergate
