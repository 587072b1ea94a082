// The terminal or pipes a verb talks to: findings go out, logs go to err.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  // Holds what a verb has done with. In the program the console is never
  // destroyed: the process ends, and taking some hundred megabytes of trees
  // apart first would be a tenth of a large run.
  void keep(std::shared_ptr<const void> done) { kept_.push_back(std::move(done)); }

 private:
  std::vector<std::shared_ptr<const void>> kept_;
  int in_, out_, err_;
  bool out_failed_ = false;
  Paint out_paint_, err_paint_;
};

// Writes all of it, or sets errno.
bool write_all(int fd, std::string_view text);

}  // namespace brokergate::cli
