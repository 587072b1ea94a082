// Runs the real program, and gives it files to work on.
#pragma once

#include <sys/resource.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace brokergate::test {

struct Outcome {
  int code = -1;  // -signal when a signal ended it
  std::string out, err;
};

using Environment = std::map<std::string, std::string>;

// Runs brokergate in `folder` with its streams as pipes and nothing of this
// test's own policy or colour environment.
Outcome run_program(const std::vector<std::string>& arguments, const std::string& input = {},
                    const Environment& environment = {}, const std::filesystem::path& folder = {});

// A folder that goes away with its content.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string name(const std::string& file) const { return (path_ / file).string(); }
  // Makes the file and the folders above it; its full name.
  std::string write(const std::string& file, const std::string& text) const;
  std::string read(const std::string& file) const;

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::filesystem::path& file);
// Its permissions, as chmod takes them.
int mode_of(const std::filesystem::path& file);
// How many files lie in it: nothing was left behind.
size_t entries_of(const Folder& folder);

// No file of a program that starts now grows over `bytes`: a write fails, as on a full disk.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes);
  ~SmallFiles();
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

// What a run says has the names of temporary folders in it.
std::string without(std::string text, const std::string& part);

// A StatefulSet whose brokers advertise an in-cluster name, and a Service per
// broker; hand-made. `annotation` is a line for the Service, or empty.
std::string broker_service(const std::string& name, const std::string& annotation = {});
std::string broker_set();
// The Service as JSON, as it stands in a request.
std::string broker_service_json(const std::string& name, const std::string& annotations = "{}");

}  // namespace brokergate::test
