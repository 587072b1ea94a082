// E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, in its
// linear-space form.
#include "rules/document/text_diff.h"

#include <algorithm>
#include <unordered_map>

namespace brokergate {
namespace {

using Index = ptrdiff_t;

// One of the two sequences. `changed` has a guard at both ends, so that
// walking past an end finds an unchanged line.
class Side {
 public:
  explicit Side(std::vector<uint32_t> lines) : ids(std::move(lines)), changed_(ids.size() + 2, false) {}
  Index size() const { return static_cast<Index>(ids.size()); }
  std::vector<bool>::reference changed(Index i) { return changed_[static_cast<size_t>(i + 1)]; }
  uint32_t id(Index i) const { return ids[static_cast<size_t>(i)]; }
  std::vector<uint32_t> ids;

 private:
  std::vector<bool> changed_;
};

// Marks what is not in a longest common subsequence of the two.
class Comparison {
 public:
  Comparison(std::vector<uint32_t> a, std::vector<uint32_t> b) : a_(std::move(a)), b_(std::move(b)) {
    const size_t lines = a_.size() + b_.size();
    forward_.resize(lines + 3);
    backward_.resize(lines + 3);
    middle_ = static_cast<Index>(b_.size()) + 1;
    constexpr size_t kSteps = size_t{1} << 28;
    patience_ = static_cast<Index>(std::clamp<size_t>(kSteps / (lines + 1), 64, 4096));
  }

  template <typename MarkA, typename MarkB>
  void run(MarkA mark_a, MarkB mark_b) {
    struct Box {
      Index a0, a1, b0, b1;
    };
    std::vector<Box> todo{{0, static_cast<Index>(a_.size()), 0, static_cast<Index>(b_.size())}};
    while (!todo.empty()) {
      auto [a0, a1, b0, b1] = todo.back();
      todo.pop_back();
      while (a0 < a1 && b0 < b1 && same(a0, b0)) ++a0, ++b0;
      while (a0 < a1 && b0 < b1 && same(a1 - 1, b1 - 1)) --a1, --b1;
      if (a0 == a1) {
        for (; b0 < b1; ++b0) mark_b(b0);
      } else if (b0 == b1) {
        for (; a0 < a1; ++a0) mark_a(a0);
      } else {
        const auto [a, b] = split(a0, a1, b0, b1);
        todo.push_back({a, a1, b, b1});
        todo.push_back({a0, a, b0, b});
      }
    }
  }

 private:
  struct Point {
    Index a, b;
  };

  bool same(Index a, Index b) const { return a_[static_cast<size_t>(a)] == b_[static_cast<size_t>(b)]; }
  // Furthest a reached on diagonal d = a - b.
  Index& forward(Index d) { return forward_[static_cast<size_t>(d + middle_)]; }
  Index& backward(Index d) { return backward_[static_cast<size_t>(d + middle_)]; }

  // A point on a shortest path through the box, found from both corners at once.
  Point split(Index a0, Index a1, Index b0, Index b1) {
    const Index low = a0 - b1, high = a1 - b0;
    const Index start = a0 - b0, goal = a1 - b1;
    const bool odd = (start - goal) % 2 != 0;
    Index f_low = start, f_high = start, r_low = goal, r_high = goal;
    forward(start) = a0;
    backward(goal) = a1;
    for (Index cost = 1;; ++cost) {
      f_low > low ? (void)(forward(--f_low - 1) = -1) : (void)++f_low;
      f_high < high ? (void)(forward(++f_high + 1) = -1) : (void)--f_high;
      for (Index d = f_high; d >= f_low; d -= 2) {
        const Index left = forward(d - 1), above = forward(d + 1);
        Index a = left < above ? above : left + 1;
        while (a < a1 && a - d < b1 && same(a, a - d)) ++a;
        forward(d) = a;
        if (odd && r_low <= d && d <= r_high && backward(d) <= a) return {a, a - d};
      }
      constexpr Index kFar = PTRDIFF_MAX;
      r_low > low ? (void)(backward(--r_low - 1) = kFar) : (void)++r_low;
      r_high < high ? (void)(backward(++r_high + 1) = kFar) : (void)--r_high;
      for (Index d = r_high; d >= r_low; d -= 2) {
        const Index left = backward(d - 1), above = backward(d + 1);
        Index a = left < above ? left : above - 1;
        while (a > a0 && a - d > b0 && same(a - 1, a - d - 1)) --a;
        backward(d) = a;
        if (!odd && f_low <= d && d <= f_high && a <= forward(d)) return {a, a - d};
      }
      if (cost >= patience_) return furthest(a0, a1, b0, b1, f_low, f_high, r_low, r_high);
    }
  }

  // The point that is furthest from its corner: not the best split, but one
  // that leaves less to do.
  Point furthest(Index a0, Index a1, Index b0, Index b1, Index f_low, Index f_high, Index r_low, Index r_high) {
    Point best{a0, b0};
    for (Index d = f_high; d >= f_low; d -= 2) {
      const Index a = std::min(forward(d), a1), b = a - d;
      const Point point = b > b1 ? Point{b1 + d, b1} : Point{a, b};
      if (point.a + point.b > best.a + best.b) best = point;
    }
    Point back{a1, b1};
    for (Index d = r_high; d >= r_low; d -= 2) {
      const Index a = std::max(backward(d), a0), b = a - d;
      const Point point = b < b0 ? Point{b0 + d, b0} : Point{a, b};
      if (point.a + point.b < back.a + back.b) back = point;
    }
    return best.a + best.b - a0 - b0 >= a1 + b1 - back.a - back.b ? best : back;
  }

  std::vector<uint32_t> a_, b_;
  std::vector<Index> forward_, backward_;
  Index middle_ = 0, patience_ = 0;
};

// Slides every run of changed lines of `side` as late as it goes, joining runs
// that touch on the way, and back to the last place where `other` has changed
// lines as well.
void slide(Side& side, Side& other) {
  Index end = 0, across = 0;  // `across`: the line of `other` that stands beside `end`
  for (;;) {
    while (end < side.size() && !side.changed(end)) {
      while (other.changed(across)) ++across;
      ++across;
      ++end;
    }
    if (end >= side.size()) return;
    Index begin = end;
    while (side.changed(end)) ++end;
    while (other.changed(across)) ++across;
    auto back = [&] {
      side.changed(--begin) = true;
      side.changed(--end) = false;
      do --across;
      while (other.changed(across));
    };
    Index meeting;  // an `end` beside changed lines of `other`
    Index length;
    do {
      length = end - begin;
      while (begin > 0 && side.id(begin - 1) == side.id(end - 1)) {
        back();
        while (side.changed(begin - 1)) --begin;
      }
      meeting = other.changed(across - 1) ? end : side.size();
      while (end < side.size() && side.id(begin) == side.id(end)) {
        side.changed(begin++) = false;
        side.changed(end++) = true;
        while (side.changed(end)) ++end;
        ++across;
        while (other.changed(across)) {
          meeting = end;
          ++across;
        }
      }
    } while (length != end - begin);
    while (meeting < end) back();
  }
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::vector<DiffRun> diff_lines(std::span<const std::string_view> before, std::span<const std::string_view> after) {
  const size_t common = std::min(before.size(), after.size());
  size_t head = 0, tail = 0;
  while (head < common && before[head] == after[head]) ++head;
  while (tail < common - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  if (head + tail == before.size() && head + tail == after.size()) return {};

  // Sliding may move a run back into the equal head, never past where it can go.
  std::unordered_map<std::string_view, uint32_t> numbers;
  auto number = [&](std::span<const std::string_view> lines) {
    std::vector<uint32_t> ids;
    ids.reserve(lines.size());
    for (std::string_view line : lines)
      ids.push_back(numbers.try_emplace(line, static_cast<uint32_t>(numbers.size())).first->second);
    return ids;
  };
  Side left(number(before)), right(number(after));

  // A line that the other side lacks is changed whatever else is; without such
  // lines texts that share nothing cost nothing.
  std::vector<uint8_t> where(numbers.size(), 0);
  for (size_t i = head; i < before.size() - tail; ++i) where[left.ids[i]] |= 1;
  for (size_t i = head; i < after.size() - tail; ++i) where[right.ids[i]] |= 2;
  auto shared_lines = [&](Side& side, std::vector<Index>& places) {
    std::vector<uint32_t> ids;
    for (Index i = static_cast<Index>(head); i < side.size() - static_cast<Index>(tail); ++i) {
      if (where[side.id(i)] == 3) {
        ids.push_back(side.id(i));
        places.push_back(i);
      } else {
        side.changed(i) = true;
      }
    }
    return ids;
  };
  std::vector<Index> left_places, right_places;
  std::vector<uint32_t> a = shared_lines(left, left_places), b = shared_lines(right, right_places);
  Comparison(std::move(a), std::move(b))
      .run([&](Index i) { left.changed(left_places[static_cast<size_t>(i)]) = true; },
           [&](Index i) { right.changed(right_places[static_cast<size_t>(i)]) = true; });
  slide(left, right);
  slide(right, left);

  std::vector<DiffRun> runs;
  for (Index i = 0, j = 0; i < left.size() || j < right.size();) {
    if (!left.changed(i) && !right.changed(j)) {
      ++i, ++j;
      continue;
    }
    const Index from_i = i, from_j = j;
    while (left.changed(i)) ++i;
    while (right.changed(j)) ++j;
    runs.push_back({static_cast<size_t>(from_i), static_cast<size_t>(i - from_i), static_cast<size_t>(from_j),
                    static_cast<size_t>(j - from_j)});
  }
  return runs;
}

}  // namespace brokergate
