#include "webhook/cluster/record.h"

#include <utility>

namespace brokergate::webhook::cluster {

// A Document with its identity, which its text may leave out.
struct Tree {
  explicit Tree(Document read) : document(std::move(read)) {}
  Document document;
  std::string ns, name;
};

namespace {

std::shared_ptr<const Tree> read_tree(const Record& record) {
  // An API server's object holds 1.5 MB at most, and the reader of watch streams has a limit of its own.
  std::shared_ptr<Tree> tree;
  const auto errors = read(record.text, ReadLimits{}, [&](Document&& document) {
    if (!tree && document.root().is_map()) tree = std::make_shared<Tree>(std::move(document));
  });
  if (!errors.empty() || !tree) return nullptr;
  tree->ns = record.ns;
  tree->name = record.name;
  return tree;
}

Object object_of(const Record& record, const std::shared_ptr<const Tree>& tree) {
  Object object;
  object.document = std::shared_ptr<const Document>(tree, &tree->document);
  object.root = tree->document.root();
  object.api_version = api_version_of(record.resource);
  object.kind = kind_of(record.resource);
  object.ns = tree->ns;
  object.name = tree->name;
  return object;
}

struct Names {
  std::string_view plural, kind, api_version;
};
constexpr std::array<Names, 4> kNames = {Names{"Nodes", "Node", "v1"}, Names{"StatefulSets", "StatefulSet", "apps/v1"},
                                         Names{"Services", "Service", "v1"}, Names{"ConfigMaps", "ConfigMap", "v1"}};

}  // namespace

std::string_view plural_of(Resource resource) { return kNames[static_cast<size_t>(resource)].plural; }
std::string_view kind_of(Resource resource) { return kNames[static_cast<size_t>(resource)].kind; }
std::string_view api_version_of(Resource resource) { return kNames[static_cast<size_t>(resource)].api_version; }

std::optional<Object> read_object(const Record& record) {
  const auto tree = read_tree(record);
  if (!tree) return std::nullopt;
  return object_of(record, tree);
}

std::vector<Object> Trees::objects(std::span<const RecordPtr> records) {
  std::vector<std::shared_ptr<const Tree>> trees;
  trees.reserve(records.size());
  bool missing = false;
  {
    const std::lock_guard guard(mutex_);
    for (const RecordPtr& record : records) {
      record->wanted = record->tree != nullptr;
      trees.push_back(record->tree);
      missing = missing || !record->tree;
    }
  }
  if (missing) {
    std::vector<size_t> fresh;
    for (size_t i = 0; i < records.size(); ++i) {
      if (trees[i]) continue;
      trees[i] = read_tree(*records[i]);
      if (trees[i]) fresh.push_back(i);
    }
    const std::lock_guard guard(mutex_);
    for (const size_t i : fresh) keep(records[i], trees[i]);
  }
  std::vector<Object> objects;
  objects.reserve(records.size());
  for (size_t i = 0; i < records.size(); ++i)
    if (trees[i]) objects.push_back(object_of(*records[i], trees[i]));
  return objects;
}

std::optional<Object> Trees::object(const RecordPtr& record) {
  std::vector<Object> objects = this->objects({&record, 1});
  if (objects.empty()) return std::nullopt;
  return std::move(objects.front());
}

size_t Trees::kept() const {
  const std::lock_guard guard(mutex_);
  return kept_;
}

void Trees::keep(const RecordPtr& record, std::shared_ptr<const Tree> tree) {
  if (record->tree) return;  // another thread was faster
  const size_t text = record->text->text().size();
  if (text > most_text_) return;
  queue_.push_back({record, text});
  record->tree = std::move(tree);
  kept_ += text;
  // Second chance: what was asked for since it was last looked at goes to the end once. Records that the
  // store has dropped count until their turn comes, which is soon.
  for (size_t looked = 0, most = 2 * queue_.size(); kept_ > most_text_ && looked < most; ++looked) {
    const RecordPtr held = queue_.front().record.lock();
    if (held && held->wanted) {
      held->wanted = false;
      // Where there is no memory for this, it stays the first.
      queue_.push_back(queue_.front());
      queue_.pop_front();
      continue;
    }
    kept_ -= queue_.front().text;
    queue_.pop_front();
    if (held) held->tree.reset();
  }
}

}  // namespace brokergate::webhook::cluster
