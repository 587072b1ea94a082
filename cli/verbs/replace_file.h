// Replaces a file's content so that there is never half of it: written beside
// it, synced, renamed over it.
#pragma once

#include <string>
#include <string_view>

namespace brokergate::cli {

// Keeps mode and, where permitted, owner; through a symbolic link the file it
// leads to is replaced. Refuses when the file no longer holds `before`. Empty
// when done, else what went wrong; the file is then as it was.
std::string replace_file(const std::string& path, std::string_view before, std::string_view after);

}  // namespace brokergate::cli
