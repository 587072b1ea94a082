#include "cli/verbs/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace brokergate::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

bool wants_color(When when, int fd) {
  if (when != When::kAuto) return when == When::kAlways;
  const char* term = std::getenv("TERM");
  return ::isatty(fd) && !is_set("NO_COLOR") && !(term && std::strcmp(term, "dumb") == 0);
}

}  // namespace

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void Console::set_color(When when) {
  out_paint_ = Paint(wants_color(when, out_));
  err_paint_ = Paint(wants_color(when, err_));
}

bool Console::shows_progress() const { return ::isatty(err_); }
bool Console::out_is_terminal() const { return ::isatty(out_); }
bool Console::in_is_terminal() const { return ::isatty(in_); }

bool Console::out(std::string_view text) {
  if (out_failed_) return false;
  if (write_all(out_, text)) return true;
  out_failed_ = true;
  error(std::string("cannot write to stdout: ") + std::strerror(errno));
  return false;
}

void Console::err(std::string_view text) { (void)write_all(err_, text); }

void Console::error(std::string_view message) {
  std::string text = "brokergate: " + err_paint_.bad("error:") + " ";
  text += message;
  text += '\n';
  err(text);
}

}  // namespace brokergate::cli
