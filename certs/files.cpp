#include "certs/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace brokergate::certs {
namespace {

constexpr size_t kLargest = size_t{1} << 20;

std::string because(const std::string& what) { return what + ": " + std::strerror(errno); }

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

}  // namespace

tl::expected<Files, std::string> Files::in(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return tl::unexpected(folder + ": cannot be made: " + failure.message());
  Files out(folder);
  out.lock_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (out.lock_ < 0) return tl::unexpected(because(folder + ": cannot be opened"));
  if (::flock(out.lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return tl::unexpected(folder + ": another brokergate is writing certificates there");
  }
  return out;
}

Files::Files(Files&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      staged_(std::exchange(other.staged_, {})) {}

Files::~Files() {
  for (const Staged& left : staged_) ::unlink(left.temporary.c_str());
  if (lock_ >= 0) ::close(lock_);
}

tl::expected<std::optional<std::string>, std::string> Files::read(const std::string& file) const {
  const std::string path = name(file);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return tl::unexpected(because(path + ": cannot be read"));
  }
  struct stat info {};
  std::string text;
  std::string wrong;
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > static_cast<off_t>(kLargest)) {
    wrong = path + ": not a regular file of at most 1 MiB";
  } else {
    text.resize(static_cast<size_t>(info.st_size));
    const ssize_t got = ::read(fd, text.data(), text.size());
    if (got < 0) wrong = because(path + ": cannot be read");
    text.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  ::close(fd);
  if (!wrong.empty()) return tl::unexpected(wrong);
  return std::optional<std::string>(std::move(text));
}

std::string Files::stage(const std::string& file, std::string_view text, mode_t mode) {
  std::string temporary = folder_ + "/." + file + ".XXXXXX";
  // Only the owner may read it from its first byte on.
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return because(name(file) + ": cannot make a file beside it");
  staged_.push_back({temporary, name(file)});
  const bool fine = write_all(fd, text) && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
  const std::string wrong = fine ? std::string() : because(name(file) + ": cannot be written");
  ::close(fd);
  return wrong;
}

std::string Files::commit() {
  while (!staged_.empty()) {
    const Staged& next = staged_.front();
    if (::rename(next.temporary.c_str(), next.target.c_str()) != 0) {
      return because(next.target + ": cannot be replaced");
    }
    staged_.erase(staged_.begin());
  }
  ::fsync(lock_);
  return {};
}

}  // namespace brokergate::certs
