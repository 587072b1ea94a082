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

// Content, owner and mode before the name: what is there under it is whole, and nobody's who may not have it.
// `owner` is null for a file of the user's own.
std::string put(const std::filesystem::path& target, std::string_view text, mode_t mode, const struct stat* owner) {
  // mkostemp makes it 0600, so that nobody else can read it from its first byte on.
  Temporary temporary((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string());
  if (temporary.fd() < 0) return because("cannot make a file beside it");
  if (!write_all(temporary.fd(), text)) return because("cannot be written");
  // Only root may give a file away; for everybody else it stays the writer's own.
  if (owner && ::fchown(temporary.fd(), owner->st_uid, owner->st_gid) != 0 && ::geteuid() == 0)
    return because("cannot keep its owner");
  if (::fchmod(temporary.fd(), mode) != 0) return because("cannot have its mode");
  if (::fsync(temporary.fd()) != 0) return because("cannot be written");
  if (!temporary.rename_to(target.string())) return because("cannot be replaced");
  return {};
}

bool same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// The descriptor by which this program holds it open for writing, or -1: `--record /dev/stdout > file`, `-o
// json=/dev/fd/3 3> file`. Renamed over, the file would be lost for whoever holds it too.
int stream_to(const struct stat& info) {
  // Shells hand out the lowest numbers.
  constexpr int kMost = 256;
  for (int fd = STDOUT_FILENO; fd < kMost; ++fd) {
    struct stat stream {};
    if (::fstat(fd, &stream) != 0 || !same(stream, info)) continue;
    if ((::fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY) return fd;
  }
  return -1;
}

// Where a new file comes to lie: a symbolic link that leads to nothing yet is followed, as open() does it.
std::filesystem::path followed(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as Linux has it
  std::error_code failure;
  for (int i = 0; i < kMostLinks; ++i) {
    const std::filesystem::path next = std::filesystem::read_symlink(path, failure);
    if (failure) break;
    path = path.parent_path() / next;
  }
  return path;
}

// What a new file is given to whom, as open() does it; there is no way to ask without setting.
mode_t mode_of_new() {
  const mode_t without = ::umask(0);
  ::umask(without);
  return 0666 & ~without;
}

// Devices and pipes have no name that could be put in place of theirs.
std::string write_there(const std::string& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return std::strerror(errno);
  std::string wrong = write_all(fd, text) ? "" : std::strerror(errno);
  if (::close(fd) != 0 && wrong.empty()) wrong = std::strerror(errno);
  return wrong;
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
  return put(target, after, info.st_mode & 07777, &info);
}

std::string write_file(const std::string& path, std::string_view text) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return std::strerror(errno);
    return put(followed(path), text, mode_of_new(), nullptr);
  }
  if (const int fd = stream_to(info); fd >= 0) return write_all(fd, text) ? "" : std::strerror(errno);
  if (!S_ISREG(info.st_mode)) return write_there(path, text);
  std::error_code failure;
  const std::filesystem::path target = std::filesystem::canonical(path, failure);
  if (failure) return failure.message();
  // rename() would replace a file that may not be written.
  if (::access(target.c_str(), W_OK) != 0) return std::strerror(errno);
  return put(target, text, info.st_mode & 07777, &info);
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
    if (stream_to(info) >= 0) return "is where stdout or stderr goes already";
    // rename() would replace a file that may not be written.
    if (::access(target.c_str(), W_OK) != 0) return because("cannot be written");
  }
  return put(target, text, 0600, nullptr);
}

}  // namespace brokergate::cli
