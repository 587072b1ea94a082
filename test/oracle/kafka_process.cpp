#include "oracle/kafka_process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace oracle {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "oracle: %s\n", why.c_str());
  std::exit(2);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      c = c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    out += c;
  }
  return out;
}

std::string line_of(const brokergate::startup::Texts& configuration) {
  std::string line;
  for (const auto& [name, value] : configuration) {
    if (!line.empty()) line += '\t';
    line += escaped(name) + '\t' + escaped(value);
  }
  return line + '\n';
}

void write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t done = write(to, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return;  // the reader finds out
    text.remove_prefix(static_cast<size_t>(done));
  }
}

}  // namespace

KafkaProcess::KafkaProcess(const std::vector<std::string>& command) {
  std::signal(SIGPIPE, SIG_IGN);
  int in[2];
  int out[2];
  if (pipe(in) != 0 || pipe(out) != 0) give_up(std::string("no pipe: ") + std::strerror(errno));
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  child_ = fork();
  if (child_ < 0) give_up(std::string("no process: ") + std::strerror(errno));
  if (child_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
}

KafkaProcess::~KafkaProcess() {
  close(to_);
  close(from_);
  int status = 0;
  waitpid(child_, &status, 0);
}

std::vector<KafkaProcess::Answer> KafkaProcess::ask(const std::vector<brokergate::startup::Texts>& configurations) {
  std::string lines;
  for (const auto& configuration : configurations) lines += line_of(configuration);
  // Java answers while it still reads.
  std::thread writer([&] { write_all(to_, lines); });
  std::vector<Answer> answers;
  answers.reserve(configurations.size());
  while (answers.size() < configurations.size()) answers.push_back(read_answer());
  writer.join();
  return answers;
}

KafkaProcess::Answer KafkaProcess::read_answer() {
  size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    char part[65536];
    const ssize_t got = read(from_, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) give_up("Kafka's process ended before it had answered");
    buffer_.append(part, static_cast<size_t>(got));
  }
  Answer answer;
  const std::string line = unescaped(std::string_view(buffer_).substr(0, end));
  buffer_.erase(0, end + 1);
  answer.accepted = line == "+";
  if (answer.accepted) return answer;
  if (!line.starts_with("-")) give_up("Kafka's process answered " + line);
  constexpr std::string_view kRequire = "requirement failed: ";
  answer.message = line.substr(line.find(kRequire) == 1 ? 1 + kRequire.size() : 1);
  return answer;
}

}  // namespace oracle
