// What the start scripts of image families make of what a container is given:
// one row each, with its source. The code of the families reads these rows.
#pragma once

#include <span>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/bitnami_builds.h"
#include "rules/kafka/images.h"
#include "rules/kafka/settings.h"

namespace brokergate {

struct StartScript {
  Mechanics mechanics = Mechanics::kUnknown;
  std::string_view images = {};
  // Variables that become properties: prefix and the property's name, upper case
  // with _ for . (as_written: in the case it has).
  std::string_view prefix = {};
  bool as_written = false;
  std::span<const Key> aliases = {};                     // for these the plain KAFKA_X beats the name with the prefix
  bool derives_listeners = false;                        // listeners from advertised.listeners when unset
  bool runs_commands = false;                            // _{HOSTNAME_COMMAND}, _{PORT_COMMAND}, BROKER_ID_COMMAND
  std::string_view list_command = {};                    // variable whose output replaces listeners; empty: none
  std::string_view file = {};                            // read first: variables beat it line by line
  std::span<const std::string_view> beating_files = {};  // with one of these no variable is read
  // Written by the script, which takes what is there for the beginning; empty: made anew each time.
  std::string_view written_file = {};
  // What the script sets by itself; empty: nothing, so that Kafka's own default holds.
  std::string_view default_advertised = {}, default_listeners = {};
  KafkaVersion overrides_since = {99, 0};       // arguments reach kafka-server-start.sh
  BitnamiBuild build = BitnamiBuild::kUnknown;  // rows of one mechanics differ by it
  std::string_view source = {};                 // repository, path, commit or versions
};

// The row of a mechanics; the empty row for kUnknown and kFile. `tag` where the rows of a
// family differ; of a tag that tells nothing the newest row, whose defaults are not certain.
const StartScript& start_script(Mechanics mechanics, std::string_view tag = "latest");
// The variable of a property in the row's main spelling; static.
std::string_view variable_of(const StartScript& script, Key key);

}  // namespace brokergate
