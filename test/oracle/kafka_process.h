// KafkaVerdict.java as a child process: asked line by line, or many at once.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "rules/kafka/startup/startup.h"

namespace oracle {

class KafkaProcess {
 public:
  // The command that starts it. It must exist; what goes wrong later ends the program with a message.
  explicit KafkaProcess(const std::vector<std::string>& command);
  ~KafkaProcess();
  KafkaProcess(const KafkaProcess&) = delete;
  KafkaProcess& operator=(const KafkaProcess&) = delete;

  struct Answer {
    bool accepted = false;
    std::string message;  // without "requirement failed: "
  };
  std::vector<Answer> ask(const std::vector<brokergate::startup::Texts>& configurations);
  Answer ask(const brokergate::startup::Texts& configuration) { return ask(std::vector{configuration}).at(0); }

 private:
  Answer read_answer();

  pid_t child_ = -1;
  int to_ = -1, from_ = -1;
  std::string buffer_;
};

}  // namespace oracle
