// What the start scripts of image families make of what a container is given:
// one row each, with its source. The code of the families reads these rows.
#pragma once

#include <span>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/settings.h"

namespace brokergate {

struct StartScript {
  Mechanics mechanics = Mechanics::kUnknown;
  std::string_view images = {};
  // Variables that become properties: prefix and the property's name, upper case
  // with _ for . (as_written: in the case it has).
  std::string_view prefix = {};
  bool as_written = false;
  std::string_view alias = {};         // a second prefix that beats the first for some names; empty: none
  bool derives_listeners = false;      // listeners from advertised.listeners when unset
  bool needs_listeners = false;        // stops when advertised.listeners is set and listeners is not
  bool runs_commands = false;          // _{HOSTNAME_COMMAND}, _{PORT_COMMAND}, BROKER_ID_COMMAND
  std::string_view list_command = {};  // variable whose output replaces listeners; empty: none
  std::string_view file = {};          // read first: variables beat it line by line
  std::span<const std::string_view> beating_files = {};  // with one of these no variable is read
  bool takes_overrides = false;                          // arguments reach kafka-server-start.sh
  std::string_view source = {};                          // repository, path, commit or versions
};

// The row of a mechanics; the empty row for kUnknown and kFile.
const StartScript& start_script(Mechanics mechanics);
// The variable of a property in the row's main spelling; static.
std::string_view variable_of(const StartScript& script, Key key);

}  // namespace brokergate
