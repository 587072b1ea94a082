// The command line of env(1): GNU coreutils' options, of which busybox has some.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

struct EnvCall {
  bool understood = true;               // false: an option that is not read here
  bool clear = false;                   // -i, -: nothing of the environment is passed on
  bool moves = false;                   // -C
  std::vector<std::string_view> unset;  // -u
  size_t assignments = 1;               // index of the first NAME=VALUE, or of the command
  size_t command = 1;                   // index of the command; argv.size() when there is none
};
// argv[0] is env itself. Views into `argv`.
EnvCall read_env_call(std::span<const std::string> argv);

}  // namespace brokergate::shell
