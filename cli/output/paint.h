// Colour for people, or none. SGR codes that every terminal since the VT100 line knows.
#pragma once

#include <string>
#include <string_view>

#include "brokergate/policy.h"

namespace brokergate::cli {

class Paint {
 public:
  explicit Paint(bool on = false) : on_(on) {}
  bool on() const { return on_; }

  std::string strong(std::string_view text) const { return with("1", text); }
  std::string faint(std::string_view text) const { return with("2", text); }
  std::string good(std::string_view text) const { return with("32", text); }
  std::string bad(std::string_view text) const { return with("1;31", text); }
  std::string warning(std::string_view text) const { return with("1;33", text); }
  std::string info(std::string_view text) const { return with("1;36", text); }

 private:
  std::string with(std::string_view code, std::string_view text) const {
    if (!on_) return std::string(text);
    std::string out = "\x1b[";
    out += code;
    out += 'm';
    out += text;
    return out + "\x1b[0m";
  }
  bool on_;
};

// The severity's word and what follows it, in its colour.
inline std::string paint_severity(Severity severity, const Paint& paint, std::string_view after = {}) {
  const std::string text = std::string(to_string(severity)).append(after);
  return severity == Severity::kDeny   ? paint.bad(text)
         : severity == Severity::kWarn ? paint.warning(text)
                                       : paint.info(text);
}

}  // namespace brokergate::cli
