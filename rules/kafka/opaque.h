// Values that are partly known. The kubelet and the shell build strings out of
// things a manifest cannot tell (the pod's IP, a command's output). Such a part
// is an *atom* inside an otherwise ordinary std::string: \x01 name \x02.
// Concatenation just works; anything that looks inside (cutting a prefix,
// arithmetic, comparing) must refuse a string that has_opaque().
//   run-time atoms: podIP, hostIP, nodeName, podUID, … known to exist, value not;
//   unknown atoms:  name starts with '?', the rest is the reason for people.
#pragma once

#include <string>
#include <string_view>

namespace brokergate {

std::string runtime_atom(std::string_view name);     // "podIP" → \x01podIP\x02
std::string unknown_atom(std::string_view reason);   // reason → \x01?reason\x02
bool has_opaque(std::string_view value);             // any atom
bool has_unknown(std::string_view value);            // an atom of the second kind
std::string unknown_reason(std::string_view value);  // the first one's reason; empty when none
std::string display(std::string_view value);         // run-time atoms as <podIP>, unknown ones as <?>

}  // namespace brokergate
