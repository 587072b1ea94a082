// From the paths of the command line to the files that are read.
#pragma once

#include <string>
#include <vector>

#include "cli/output/problem.h"

namespace brokergate::cli {

struct FoundFile {
  std::string name;     // as given, or directory/relative path
  bool listed = false;  // found in a directory; false: the user named it
};

struct Walk {
  std::vector<FoundFile> files;  // in the order given; each directory's files sorted by path
  std::vector<Problem> problems;
};

// Directories are searched at every depth for *.yaml, *.yml and *.json. Hidden
// entries are left out, a directory that was seen already (a symlink loop) is not
// entered again, a file reachable by two names is read once, and nothing but
// regular files is ever opened. A directory that is an unrendered Helm chart is a
// problem of its own and is not entered.
Walk walk(const std::vector<std::string>& paths);

// True for a file in the templates/ directory of a Helm chart.
bool in_chart_templates(const std::string& file);

}  // namespace brokergate::cli
