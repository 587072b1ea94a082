// Editing the text that decides a listener setting, in place: an env value, a
// NAME=VALUE argument, or a word of a shell script with its quotes and expansions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/edit.h"
#include "rules/kafka/plan_wanted.h"
#include "rules/kafka/settings.h"

namespace brokergate {

// What may stand for the pod's name where the text is.
struct PodVariable {
  std::string name;          // POD_NAME, HOSTNAME
  bool shell = false;        // ${NAME} and ${NAME##*-}; otherwise $(NAME)
  std::string ordinal = {};  // the variable that holds the ordinal for $(NAME); empty: none
  // The one pod that is changed: its name and ordinal are written out.
  std::string pod = {};
  int64_t number = 0;
};

// A listener list as written at its place.
class ListText {
 public:
  // `setting` is exact; its value has as many elements as its text, or error() says so.
  explicit ListText(const Setting& setting);

  const std::string& error() const { return error_; }
  bool shell() const { return shell_; }

  // Is there an element of that name, as far as the derived value tells?
  static bool names(const Setting& setting, std::string_view name);
  // Index of the element of that name, by the derived value.
  std::optional<size_t> find(std::string_view name) const;
  size_t size() const { return pieces_.size(); }
  const std::string& name(size_t index) const { return names_[index]; }
  // The port of an element as written; empty when it cannot be told apart.
  std::string port_text(size_t index) const;

  // Replacements of bytes of the setting's node.
  bool set_host(size_t index, const HostTemplate& host, const PodVariable& pod);
  bool set_port(size_t index, int64_t base, int slope, const PodVariable& pod);
  void append(std::string_view element);

  struct Change {
    uint32_t begin, end;
    std::string text;
  };
  const std::vector<Change>& changes() const { return changes_; }

 private:
  struct Piece {
    uint32_t begin, end;
    uint32_t host = 0, host_end = 0, port = 0, port_end = 0;  // 0: not written out
    bool split = false;
  };
  void cut(Piece& piece) const;
  void replace(uint32_t begin, uint32_t end, std::string text);
  std::string quoted(std::string text, uint32_t at) const;

  std::string_view raw_;
  uint32_t base_ = 0;
  bool shell_ = false;
  std::vector<Piece> pieces_;
  std::vector<std::string> names_;
  std::vector<Change> changes_;
  std::string error_;
};

std::string render_host(const HostTemplate& host, const PodVariable& pod);
std::string render_port(int64_t base, int slope, const PodVariable& pod);

}  // namespace brokergate
