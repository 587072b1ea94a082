#include "run.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace brokergate::test {

using namespace webhook::watch;

namespace {

std::string full_name(std::string_view ns, std::string_view name) {
  return ns.empty() ? std::string(name) : std::string(ns) + "/" + std::string(name);
}

size_t entries(const char* folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

void Held::list_begins(Resource resource) {
  const std::lock_guard lock(mutex_);
  lists_[resource].clear();
}

void Held::list_ends(Resource resource) {
  const std::lock_guard lock(mutex_);
  const auto list = lists_.extract(resource);
  calls_.push_back(list ? "replace " + std::to_string(list.mapped().size()) : "the end of no list");
  if (!list) return;
  auto& items = items_[resource];
  items.clear();
  for (Item& item : list.mapped()) items[full_name(item.ns, item.name)] = std::move(item);
}

void Held::put(Resource resource, Item item) {
  const std::lock_guard lock(mutex_);
  if (const auto list = lists_.find(resource); list != lists_.end()) return list->second.push_back(std::move(item));
  calls_.push_back("put " + full_name(item.ns, item.name) + " " + item.version);
  items_[resource][full_name(item.ns, item.name)] = std::move(item);
}

void Held::remove(Resource resource, std::string_view ns, std::string_view name) {
  const std::lock_guard lock(mutex_);
  calls_.push_back("remove " + full_name(ns, name));
  items_[resource].erase(full_name(ns, name));
}

void Held::heard(Resource) {
  const std::lock_guard lock(mutex_);
  calls_.emplace_back("heard");
}

std::string Held::text(Resource resource) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  if (const auto found = items_.find(resource); found != items_.end()) {
    for (const auto& [name, item] : found->second) out += (out.empty() ? "" : " ") + name + "=" + item.version;
  }
  return out;
}

std::vector<std::string> Held::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::string Held::json(Resource resource, const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = items_.find(resource);
  if (found == items_.end() || !found->second.count(name)) return {};
  return found->second.at(name).json;
}

Timing quick() {
  using std::chrono::milliseconds;
  Timing out;
  out.connect = out.silence = out.page = out.fetch = std::chrono::seconds(20);
  out.watch_least = out.watch_most = std::chrono::seconds(1);
  out.watch_after_failure = std::chrono::seconds(1);
  out.grace = std::chrono::seconds(20);
  out.steady = milliseconds(100);
  out.backoff_first = milliseconds(5);
  out.backoff_most = milliseconds(40);
  out.forbidden = milliseconds(100);
  out.retry_after_most = milliseconds(5000);
  return out;
}

Options Told::options() {
  Options out;
  out.timing = quick();
  out.random = [] { return 0.5; };
  out.tell = [this](bool problem, std::string_view message, std::string_view detail) {
    const std::lock_guard lock(mutex_);
    lines_.push_back((problem ? "! " : "") + std::string(message) + (detail.empty() ? "" : ": ") + std::string(detail));
  };
  return out;
}

std::vector<std::string> Told::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool soon(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

Run::Run(ScriptedApi::Script script, const std::function<void(Options&)>& change, Resource of)
    : resource(of), api(std::move(script)) {
  Options options = told.options();
  if (change) change(options);
  reflector = std::make_unique<Reflector>(resource, api.access(), held, counts, std::move(options));
  reflector->start();
}

size_t Run::asked(const std::string& part) const {
  const auto all = api.targets();
  return static_cast<size_t>(std::count_if(
      all.begin(), all.end(), [&](const std::string& target) { return target.find(part) != std::string::npos; }));
}

size_t open_files() { return entries("/proc/self/fd"); }
size_t threads() { return entries("/proc/self/task"); }

}  // namespace brokergate::test
