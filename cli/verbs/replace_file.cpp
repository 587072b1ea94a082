#include "cli/verbs/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/verbs/console.h"
#include "cli/verbs/read_file.h"

namespace brokergate::cli {
namespace {

std::string because(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

// A file that goes away unless it was renamed.
class Temporary {
 public:
  explicit Temporary(std::string name) : name_(std::move(name)), fd_(::mkostemp(name_.data(), O_CLOEXEC)) {}
  ~Temporary() {
    if (fd_ >= 0) ::close(fd_);
    if (!kept_ && fd_ >= 0) ::unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  int fd() const { return fd_; }
  bool rename_to(const std::string& target) {
    kept_ = ::rename(name_.c_str(), target.c_str()) == 0;
    return kept_;
  }

 private:
  std::string name_;
  int fd_;
  bool kept_ = false;
};

std::filesystem::path beside(const std::filesystem::path& target) {
  return target.parent_path() / ("." + target.filename().string() + ".XXXXXX");
}

// What is written there goes to a stream of this program as well: `--record /dev/stdout > file`.
bool is_stream(const struct stat& info) {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat stream {};
    if (::fstat(fd, &stream) == 0 && stream.st_dev == info.st_dev && stream.st_ino == info.st_ino) return true;
  }
  return false;
}

}  // namespace

std::string replace_file(const std::string& path, std::string_view before, std::string_view after) {
  std::error_code failure;
  const std::filesystem::path target = std::filesystem::canonical(path, failure);
  if (failure) return "cannot be found again: " + failure.message();
  struct stat info {};
  if (::stat(target.c_str(), &info) != 0) return because("cannot be found again");
  if (!S_ISREG(info.st_mode)) return "not a regular file; it cannot be written back";
  // rename() would replace a file that may not be written.
  if (::access(target.c_str(), W_OK) != 0) return because("cannot be written");
  const auto now = read_file(target.string(), before.size());
  if (!now || *now != before) return "changed while it was read; nothing was written";

  Temporary temporary(beside(target).string());
  if (temporary.fd() < 0) return because("cannot make a file beside it");
  if (!write_all(temporary.fd(), after)) return because("cannot write");
  // Only root may give a file away; for everybody else it stays the writer's own.
  if (::fchown(temporary.fd(), info.st_uid, info.st_gid) != 0 && ::geteuid() == 0)
    return because("cannot keep its owner");
  if (::fchmod(temporary.fd(), info.st_mode & 07777) != 0) return because("cannot keep its mode");
  if (::fsync(temporary.fd()) != 0) return because("cannot write");
  if (!temporary.rename_to(target.string())) return because("cannot be replaced");
  return {};
}

std::string write_private(const std::string& path, std::string_view text) {
  std::filesystem::path target = path;
  std::error_code failure;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, failure))) {
    target = std::filesystem::canonical(path, failure);
    if (failure) return "a symbolic link that leads nowhere: " + failure.message();
    struct stat info {};
    if (::stat(target.c_str(), &info) != 0) return because("cannot be found again");
    if (!S_ISREG(info.st_mode)) return "not a regular file; its content could not be kept private";
    if (is_stream(info)) return "is where stdout or stderr goes already";
    // rename() would replace a file that may not be written.
    if (::access(target.c_str(), W_OK) != 0) return because("cannot be written");
  }
  // mkostemp makes it 0600, so that nobody else can read it from its first byte on.
  Temporary temporary(beside(target).string());
  if (temporary.fd() < 0) return because("cannot make a file beside it");
  if (!write_all(temporary.fd(), text) || ::fsync(temporary.fd()) != 0) return because("cannot be written");
  if (!temporary.rename_to(target.string())) return because("cannot be replaced");
  return {};
}

}  // namespace brokergate::cli
