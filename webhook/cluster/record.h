// One object of the cluster as the store keeps it: its text, and its tree while that is asked for often.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/object.h"
#include "webhook/watch/resource.h"

namespace brokergate::webhook::cluster {

using watch::Resource;
inline constexpr std::array kResources = {Resource::kNodes, Resource::kStatefulSets, Resource::kServices,
                                          Resource::kConfigMaps};
// "StatefulSets", for messages; "StatefulSet" and "apps/v1", as objects of a list may leave them out.
std::string_view plural_of(Resource resource);
std::string_view kind_of(Resource resource);
std::string_view api_version_of(Resource resource);

struct Tree;

// Shared by the store and whoever was given it; nothing of it changes but `tree` and `wanted`, which the
// Trees of its store guard, and `list`, which is the resource's own thread's.
struct Record {
  Record(Resource of, std::string in, std::string called, SourcePtr json)
      : resource(of), ns(std::move(in)), name(std::move(called)), text(std::move(json)) {}

  const Resource resource;
  const std::string ns, name;
  const SourcePtr text;
  mutable std::shared_ptr<const Tree> tree;  // null: not read, or let go
  mutable bool wanted = false;               // again, since it was last looked at for letting go
  mutable uint32_t list = 0;                 // the last one that it was put since
};
using RecordPtr = std::shared_ptr<const Record>;

// The name by which a record's text is known in messages.
inline constexpr const char* kSourceName = "<cluster>";

// The object, read from its text; nullopt where that is no JSON object. It keeps alive what it needs.
std::optional<Object> read_object(const Record& record);

// Trees of the records that are asked for often: those asked for least recently are let go.
// Thread-safe; nothing is read while its lock is held.
class Trees {
 public:
  // Trees of so many bytes of JSON text are kept; a tree takes about four times as much.
  explicit Trees(size_t most_text) : most_text_(most_text) {}

  // One object for each record, in order; what cannot be read is left out.
  std::vector<Object> objects(std::span<const RecordPtr> records);
  std::optional<Object> object(const RecordPtr& record);
  size_t kept() const;  // bytes of text

 private:
  void keep(const RecordPtr& record, std::shared_ptr<const Tree> tree);  // with the lock held

  const size_t most_text_;
  mutable std::mutex mutex_;
  struct Kept {
    std::weak_ptr<const Record> record;
    size_t text = 0;
  };
  std::deque<Kept> queue_;
  size_t kept_ = 0;
};

}  // namespace brokergate::webhook::cluster
