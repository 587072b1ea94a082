// What the kubelet leaves standing in a container's environment although it was
// meant to be replaced.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate {

// $(NAME) in env[].value is replaced by variables that stand earlier in the list,
// come from envFrom or are a Service's; everything else stays as it is written, and
// so does all shell syntax (kubernetes third_party/forked/golang/expansion/expand.go,
// kubelet makeEnvironmentVariables).
struct EnvFault {
  enum class Kind : uint8_t {
    kLater,  // $(NAME) of a variable that stands further down
    kNever,  // $(NAME) of a variable that is declared nowhere
    kShell,  // ${NAME}, $(command), $((arithmetic)), `command`
  } kind = Kind::kNever;
  std::string text;  // as written: $(POD_NAME)
  Value at;          // the entry's value
  // How sure: the image takes the value for a setting as it stands, and not another program.
  enum class Reader : uint8_t { kListeners, kSetting, kUnknown } reader = Reader::kUnknown;
  std::vector<size_t> declared;  // kLater: the entries of env[] that all such references of the value mean
  size_t index = 0;              // of the entry itself in env[]
};

// One fault for a value, the first kind of the three that it has. Nothing is said about
// values that nothing reads, that the command sets anew, or that a program evaluates. The
// first ones, where there are very many.
std::vector<EnvFault> env_faults(const BrokerSet& set);

// The edits that put the declared entries before the first value that uses them; empty
// when that is not enough or cannot be told to be.
std::vector<Edit> reorder(const BrokerSet& set, const EnvFault& fault);

}  // namespace brokergate
