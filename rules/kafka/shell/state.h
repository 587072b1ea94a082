// Everything that one way through a script has changed so far.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/shell/ast.h"

namespace brokergate::shell {

constexpr int kUnknownStatus = -1;
// Not 0, and nobody knows which: beyond what a program can end with.
constexpr int kFailedStatus = 256;

struct State {
  Variables variables;
  std::map<std::string, std::vector<std::string>, std::less<>> arrays;
  std::map<std::string, const Node*, std::less<>> functions;  // null: differs between ways
  std::string arg0;                                           // $0; empty: not known
  std::vector<std::string> positional;                        // $1 …
  bool positional_unknown = false;                            // their number is not known
  std::set<std::string, std::less<>> readonly;
  std::set<std::string, std::less<>> export_later;  // `export A` of an unset A
  Files files;
  std::vector<Assignment> assignments;
  std::vector<std::string> sourced;
  std::string unread;                      // why any variable may have any value; empty: it may not
  std::map<int, std::string> descriptors;  // files opened by `exec 3>file`
  // What `local` has hidden, one per running function.
  std::vector<std::map<std::string, std::optional<Variable>, std::less<>>> locals;
  std::string cwd;  // after `cd`; empty: where the container started
  int status = 0;
  bool errexit = false, nounset = false, noglob = false, allexport = false, pipefail = false;
  bool dead = false;  // this way has ended: exit, exec, the broker, return, break
};

// Makes `into` what is true on both ways; what differs becomes unknown with
// `reason`. A dead way adds nothing.
void join(State& into, State&& other, const std::string& reason);
// Of kFailedStatus.
inline constexpr std::string_view kFailedReason = "the status of a command that failed";
// An array of which not even the number of elements is known is one unknown.
bool unknown_array(const std::vector<std::string>& elements);
// Two texts of one file, line by line: of what stands in one of them only, or differs, no more is
// known than the key that it may set.
std::string join_texts(const std::string& a, const std::string& b, const std::string& reason);
// How the reason of a line's unknown value begins when it may as well be a comment, or not be there.
inline constexpr std::string_view kMayNotSet = "it may not be set: ";
// One value of two: the same, or unknown.
std::string join_values(const std::string& a, const std::string& b, const std::string& reason);
// True when both would lead to the same end (loops stop here).
bool same_values(const State& a, const State& b);
// True when joining them loses something that is known on one of them.
bool loses(const State& a, const State& b);

}  // namespace brokergate::shell
