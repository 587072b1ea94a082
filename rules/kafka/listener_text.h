// The expression that Kafka matches an entry of listeners with:
// ^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brokergate::listener_text {

// Views into the entry.
struct Parts {
  std::string_view name;  // as written
  std::string_view host;  // without brackets
  std::string_view port;  // digits, maybe behind a minus; may not fit any number
};
std::optional<Parts> match(std::string_view entry);
std::string unparsable(std::string_view entry);  // "Unable to parse <entry> to a broker endpoint"

// The port as Integer.parseInt reads it; nullopt when it does not fit.
std::optional<int> port_number(std::string_view port);
// What the exception about such a port says.
std::string not_a_number(std::string_view port);

// `.` of a Java expression matches no line terminator.
bool has_line_break(std::string_view text);
// Characters of a host, or run-time parts (<podIP>).
bool is_host(std::string_view host);

}  // namespace brokergate::listener_text
