// The terminal or pipes a verb talks to: findings go out, logs go to err.
#pragma once

#include <string>
#include <string_view>

#include "cli/output/paint.h"
#include "cli/verbs/options.h"

namespace brokergate::cli {

class Console {
 public:
  // File descriptors; not owned.
  Console(int in, int out, int err) : in_(in), out_(out), err_(err) {}

  // Colour on a terminal unless NO_COLOR is set (no-color.org) or TERM is dumb.
  void set_color(When when);
  const Paint& out_paint() const { return out_paint_; }
  const Paint& err_paint() const { return err_paint_; }
  // Progress is shown on a terminal only, whatever the colour.
  bool shows_progress() const;
  bool out_is_terminal() const;
  bool in_is_terminal() const;

  int in() const { return in_; }
  // False when stdout cannot take it; that is told once.
  bool out(std::string_view text);
  void err(std::string_view text);
  // "brokergate: error: …"
  void error(std::string_view message);

 private:
  int in_, out_, err_;
  bool out_failed_ = false;
  Paint out_paint_, err_paint_;
};

// Writes all of it, or sets errno.
bool write_all(int fd, std::string_view text);

}  // namespace brokergate::cli
