#include "cli/verbs/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace brokergate::cli {
namespace {

constexpr int kPipePatienceMs = 30'000;
constexpr const char* kNobodyWrites = "nobody has written to this pipe for 30 seconds";

std::string too_large(size_t limit) {
  return "too large: more than " + std::to_string(limit >> 20) + " MiB; split it into several files";
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// `regular`: less than was asked for means the end of the file.
tl::expected<std::string, std::string> read_all(int fd, size_t limit, size_t expected, bool regular) {
  std::string text;
  // One byte more, so that the end of a regular file is seen at once.
  text.resize(std::min(expected, limit) + 1);
  size_t size = 0;
  while (true) {
    if (size == text.size()) {
      if (size > limit) return tl::unexpected(too_large(limit));
      text.resize(std::min(limit + 1, std::max<size_t>(size * 2, 65536)));
    }
    const ssize_t got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        pollfd waiting{fd, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, kPipePatienceMs);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return tl::unexpected(std::string(kNobodyWrites));
        continue;
      }
      return tl::unexpected(std::string(std::strerror(errno)));
    }
    size += static_cast<size_t>(got);
    if (size > limit) return tl::unexpected(too_large(limit));
    if (got == 0 || (regular && size < text.size())) break;
  }
  text.resize(size);
  return text;
}

}  // namespace

tl::expected<std::string, std::string> read_descriptor(int fd, size_t limit) {
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  const size_t size = regular ? static_cast<size_t>(std::max<off_t>(info.st_size, 0)) : 65536;
  return read_all(fd, limit, size, regular);
}

tl::expected<std::string, std::string> read_file(const std::string& path, size_t limit) {
  // O_NONBLOCK: opening a pipe that has no writer must not wait for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) return tl::unexpected(std::string(std::strerror(errno)));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return tl::unexpected(std::string(std::strerror(errno)));
  if (S_ISDIR(info.st_mode)) return tl::unexpected(std::string(std::strerror(EISDIR)));
  if (S_ISREG(info.st_mode)) {
    if (static_cast<size_t>(info.st_size) > limit) return tl::unexpected(too_large(limit));
    return read_all(file.get(), limit, static_cast<size_t>(info.st_size), true);
  }
  pollfd waiting{file.get(), POLLIN, 0};
  if (::poll(&waiting, 1, kPipePatienceMs) == 0) {
    return tl::unexpected(std::string(kNobodyWrites));
  }
  return read_all(file.get(), limit, 65536, false);
}

}  // namespace brokergate::cli
