#include "rules/kafka/shell/env_call.h"

#include <algorithm>

namespace brokergate::shell {
namespace {

// getopt_long takes any beginning of a name that is no other option's.
bool is_option(std::string_view word, std::string_view option, size_t least) {
  return word.size() >= least && option.starts_with(word);
}

class Options {
 public:
  Options(std::span<const std::string> argv, EnvCall& call) : argv_(argv), call_(call) {}

  void read() {
    for (; at_ < argv_.size() && call_.understood; ++at_) {
      const std::string_view word = argv_[at_];
      if (word == "-" || word == "--") break;
      if (word.substr(0, 1) != "-") break;
      if (word.substr(0, 2) == "--") {
        take_long(word.substr(2));
      } else {
        take_short(word.substr(1));
      }
    }
    if (at_ < argv_.size() && argv_[at_] == "--") ++at_;
    if (at_ < argv_.size() && argv_[at_] == "-") {
      call_.clear = true;
      ++at_;
    }
    call_.assignments = std::min(at_, argv_.size());
  }

 private:
  std::string_view next_word() {
    if (at_ + 1 < argv_.size()) return argv_[++at_];
    call_.understood = false;
    return {};
  }

  void take_long(std::string_view word) {
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto value = [&] { return equals == word.npos ? next_word() : word.substr(equals + 1); };
    if (is_option(name, "ignore-environment", 8)) {
      call_.clear = true;
    } else if (is_option(name, "unset", 1)) {
      call_.unset.push_back(value());
    } else if (is_option(name, "chdir", 1)) {
      value();
      call_.moves = true;
    } else if (!is_option(name, "debug", 3) && !is_option(name, "block-signal", 1) &&
               !is_option(name, "default-signal", 3) && !is_option(name, "ignore-signal", 8)) {
      call_.understood = false;
    }
  }

  void take_short(std::string_view letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const std::string_view rest = letters.substr(i + 1);
      switch (letters[i]) {
        case 'i':
          call_.clear = true;
          break;
        case 'v':
          break;
        case 'u':
          call_.unset.push_back(rest.empty() ? next_word() : rest);
          return;
        case 'C':
          if (rest.empty()) next_word();
          call_.moves = true;
          return;
        default:
          call_.understood = false;
          return;
      }
    }
  }

  std::span<const std::string> argv_;
  EnvCall& call_;
  size_t at_ = 1;
};

}  // namespace

EnvCall read_env_call(std::span<const std::string> argv) {
  EnvCall call;
  Options(argv, call).read();
  call.command = call.assignments;
  while (call.command < argv.size()) {
    const std::string_view word = argv[call.command];
    // A word that is not known may be anything.
    const size_t equals = word.find('=');
    if (equals == word.npos || word.find('\x01') < equals) break;
    ++call.command;
  }
  for (const std::string_view name : call.unset)
    if (name.find('\x01') != name.npos) call.understood = false;
  return call;
}

}  // namespace brokergate::shell
