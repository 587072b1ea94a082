// Random objects, before they are written down.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edit_generator.h"

namespace edit_test {

// Plain, odd, long, of several lines, or what looks like another type.
std::string some_string(Random& random);

struct Thing {
  enum Kind { kScalar, kString, kSeq, kMap } kind = kScalar;
  std::string text;
  std::vector<std::pair<std::string, Thing>> items;
  int anchor = -1, alias = -1;
  std::vector<int> merge;  // anchors merged by a `<<` before entry merge_at
  size_t merge_at = 0;
};

class Composer {
 public:
  Composer(Random& random, bool anchors) : random_(random), anchors_(anchors) {}

  Thing object(bool list) {
    Thing root = map(0, 2);
    auto front = [&](const char* key, const char* value) {
      Thing text;
      text.kind = Thing::kString;
      text.text = value;
      root.items.insert(root.items.begin(), {key, text});
    };
    front("kind", list ? "List" : "Service");
    front("apiVersion", "v1");
    if (list) {
      Thing items;
      items.kind = Thing::kSeq;
      for (size_t n = 1 + random_.below(3); n > 0; --n) items.items.emplace_back("", object(false));
      root.items.emplace_back("items", std::move(items));
    }
    return root;
  }

 private:
  Thing any(int depth) {
    if (anchors_ && !named_.empty() && random_.chance(15)) {
      Thing out;
      out.alias = static_cast<int>(random_.below(named_.size()));
      return out;
    }
    Thing out;
    const size_t dice = random_.below(100);
    if (depth < 5 && dice < 25) {
      out = map(depth, 0);
    } else if (depth < 5 && dice < 42) {
      out = seq(depth);
    } else if (dice < 75) {
      out.kind = Thing::kString;
      out.text = some_string(random_);
    } else {
      static const std::vector<std::string> kScalars = {"1",    "80", "-5", "0x1F", "true", "no",
                                                        "null", "~",  "",   "1.5",  "1e3",  "017"};
      out.text = random_.pick(kScalars);
    }
    if (anchors_ && random_.chance(15)) {
      out.anchor = static_cast<int>(named_.size());
      named_.push_back(out);
    }
    return out;
  }

  Thing map(int depth, size_t least) {
    Thing out;
    out.kind = Thing::kMap;
    std::set<std::string> taken{"apiVersion", "kind", "items"};
    const size_t count = least + random_.below(5);
    if (anchors_ && random_.chance(20)) {
      for (size_t n = 1 + random_.below(2); n > 0; --n) {
        const int name = pick_map();
        if (name >= 0) out.merge.push_back(name);
      }
      out.merge_at = random_.below(count + 1);
    }
    for (size_t i = 0; i < count; ++i) {
      static const std::vector<std::string> kKeys = {
          "name",     "value", "metadata", "annotations", "labels", "spec", "ports", "env",          "command",
          "template", "a/b",   "x.y/z",    "yes",         "8080",   "a b",  "k: v",  "na\xC3\xAFve", "~tilde/slash"};
      const std::string& key = random_.pick(kKeys);
      if (taken.insert(key).second) out.items.emplace_back(key, any(depth + 1));
    }
    return out;
  }

  Thing seq(int depth) {
    Thing out;
    out.kind = Thing::kSeq;
    for (size_t n = random_.below(5); n > 0; --n) out.items.emplace_back("", any(depth + 1));
    return out;
  }

  int pick_map() {
    std::vector<int> maps;
    for (size_t i = 0; i < named_.size(); ++i) {
      if (named_[i].kind == Thing::kMap && named_[i].alias < 0) maps.push_back(static_cast<int>(i));
    }
    return maps.empty() ? -1 : maps[random_.below(maps.size())];
  }

  Random& random_;
  bool anchors_;
  std::vector<Thing> named_;
};

}  // namespace edit_test
