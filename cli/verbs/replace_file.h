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

// Makes or replaces a file: `-o FORMAT=FILE`. Mode, owner and links as above; a new one gets the mode that umask
// leaves. What is no regular file, and what a stream of this program goes to already (`/dev/stdout`), is written where
// it is. Empty when done, else what went wrong; a regular file is then as it was.
std::string write_file(const std::string& path, std::string_view text);

// Makes or replaces a file that nobody but the user may read (0600), whoever could read the one before. A symbolic
// link is followed; devices, pipes and the program's own streams are refused. Empty when done, else what went wrong;
// what was there before is then there still.
std::string write_private(const std::string& path, std::string_view text);

}  // namespace brokergate::cli
