// How old what is known of a cluster is, in words.
#pragma once

#include <cstdint>
#include <string>

namespace brokergate::webhook {

// "2 s ago"; from two minutes on "5 min ago", from two hours on "3 h ago", from two days on "53 d ago".
std::string age_text(int64_t milliseconds);

}  // namespace brokergate::webhook
