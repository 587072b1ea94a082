#include "house/text.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace house {
namespace {

namespace fs = std::filesystem;

size_t heading_rank(const std::string& line) {
  const size_t rank = line.find_first_not_of('#');
  return rank != std::string::npos && rank > 0 && line[rank] == ' ' ? rank : 0;
}

std::string quoted(const std::string& word) { return "'" + replaced(word, "'", "'\\''") + "'"; }

Run run_raw(const std::string& command) {
  Run result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, got);
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.output = lines_of(text);
  return result;
}

}  // namespace

std::string read_file(const std::string& relative) {
  std::ifstream in(fs::path(BROKERGATE_SOURCE_DIR) / relative, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + relative);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool exists(const std::string& relative) { return fs::exists(fs::path(BROKERGATE_SOURCE_DIR) / relative); }

std::vector<std::string> tracked_files() {
  Run listed = run_raw("git -C " + quoted(BROKERGATE_SOURCE_DIR) + " ls-files 2>/dev/null");
  if (listed.status == 0 && !listed.output.empty()) {
    // A file deleted in the work tree is still listed until the deletion is committed.
    std::erase_if(listed.output, [](const std::string& file) { return !exists(file); });
    return listed.output;
  }
  std::vector<std::string> files;
  const fs::path root = BROKERGATE_SOURCE_DIR;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const std::string relative = fs::relative(entry->path(), root).string();
    if (relative == "build" || relative == ".git" || relative == ".cache") {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.push_back(relative);
    }
  }
  return files;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::vector<std::string> section(const std::string& markdown, std::string_view heading) {
  std::vector<std::string> found;
  size_t rank = 0;  // of the wanted heading, once it was seen
  bool fenced = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("```")) fenced = !fenced;
    const size_t here = fenced ? 0 : heading_rank(line);
    if (rank > 0 && here > 0 && here <= rank) break;
    if (rank > 0) found.push_back(line);
    if (rank == 0 && here > 0 && line.substr(here + 1) == heading) rank = here;
  }
  return found;
}

std::vector<std::string> code_spans(const std::vector<std::string>& lines) {
  std::vector<std::string> spans;
  bool fenced = false;
  for (const std::string& line : lines) {
    if (line.find("```") != std::string::npos) {
      fenced = !fenced;
      continue;
    }
    for (size_t open = line.find('`'); !fenced && open != std::string::npos;) {
      const size_t close = line.find('`', open + 1);
      if (close == std::string::npos) break;
      spans.push_back(line.substr(open + 1, close - open - 1));
      open = line.find('`', close + 1);
    }
  }
  return spans;
}

std::vector<std::vector<std::string>> fences(const std::vector<std::string>& lines, std::string_view language) {
  std::vector<std::vector<std::string>> found;
  const std::string opening = "```" + std::string(language);
  bool inside = false;
  bool wanted = false;
  for (const std::string& line : lines) {
    if (line.starts_with("```")) {
      wanted = !inside && line == opening;
      inside = !inside;
      if (wanted) found.emplace_back();
    } else if (inside && wanted) {
      found.back().push_back(line);
    }
  }
  return found;
}

Run run(const std::string& command, const std::string& folder) {
  const std::string bin = fs::path(BROKERGATE_BINARY).parent_path().string();
  return run_raw("cd " + quoted((fs::path(BROKERGATE_SOURCE_DIR) / folder).string()) + " && PATH=" + quoted(bin) +
                 ":$PATH exec sh -c " + quoted(command) + " 2>&1 </dev/null");
}

}  // namespace house
