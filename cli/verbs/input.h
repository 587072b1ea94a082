// All inputs of one run, read and parsed on all cores, in a stable order.
#pragma once

#include <string>
#include <vector>

#include "brokergate/object.h"
#include "cli/output/problem.h"
#include "cli/verbs/console.h"
#include "cli/verbs/options.h"

namespace brokergate::cli {

struct InputFile {
  std::string name;
  bool listed = false;  // found in a directory
  SourcePtr source;     // null when it could not be read, or is not kept
  size_t objects = 0;
};

struct Inputs {
  std::vector<InputFile> files;  // in the order of the arguments, sorted within a directory
  Bundle bundle;                 // objects that concern the engine (all with keep_objects)
  size_t objects = 0;            // all that were read
  std::vector<Problem> problems;
  std::vector<std::string> strangers;  // files of directories that hold no Kubernetes object
};

struct LoadOptions {
  bool keep_sources = false;  // also of files without anything for the engine
  bool keep_objects = false;  // also those that do not concern the engine
  ReadLimits limits;
};

// Objects that do not concern the engine are counted and dropped as they are
// read, and large files are parsed one after the other, so that memory stays
// bounded. Never throws.
Inputs load(const InputOptions& options, const LoadOptions& how, Console& console);

}  // namespace brokergate::cli
