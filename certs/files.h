// Several files of one folder that change together, or nearly: each is written
// beside its place first, then all are renamed, one right after the other.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace brokergate::certs {

class Files {
 public:
  // Makes the folder when it is missing and keeps every other process that uses
  // this class out of it. The error is for people.
  static tl::expected<Files, std::string> in(const std::string& folder);
  ~Files();
  Files(Files&& other) noexcept;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  std::string name(const std::string& file) const { return folder_ + "/" + file; }
  // None when there is no such file; what is no regular file or over 1 MiB is an error.
  tl::expected<std::optional<std::string>, std::string> read(const std::string& file) const;
  // Written and synced, but not yet in its place. Empty, or what went wrong.
  std::string stage(const std::string& file, std::string_view text, mode_t mode);
  // In the order of staging.
  std::string commit();

 private:
  explicit Files(std::string folder) : folder_(std::move(folder)) {}
  struct Staged {
    std::string temporary, target;
  };
  std::string folder_;
  int lock_ = -1;
  std::vector<Staged> staged_;
};

}  // namespace brokergate::certs
