// What the doctor says: one line each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brokergate::webhook::doctor {

enum class Level : uint8_t { kOk, kWarn, kFail, kUnknown };
std::string_view to_string(Level level);  // ok, warn, fail, unknown

struct Symptom {
  const char* id;  // stable; scripts branch on it
  Level level;
  std::string where;   // the object: "Service guard/brokergate"
  std::string what;    // one line
  std::string remedy;  // what to do; empty when there is nothing
};

class Symptoms {
 public:
  void ok(const char* id, std::string where, std::string what) {
    add({id, Level::kOk, std::move(where), std::move(what), ""});
  }
  void warn(const char* id, std::string where, std::string what, std::string remedy) {
    add({id, Level::kWarn, std::move(where), std::move(what), std::move(remedy)});
  }
  void fail(const char* id, std::string where, std::string what, std::string remedy) {
    add({id, Level::kFail, std::move(where), std::move(what), std::move(remedy)});
  }
  // It could not be found out; `what` has the reason.
  void unknown(const char* id, std::string where, std::string what, std::string remedy = {}) {
    add({id, Level::kUnknown, std::move(where), std::move(what), std::move(remedy)});
  }
  // Text of the cluster's objects is in them: controls are replaced, and what is too long is cut.
  void add(Symptom symptom);
  const std::vector<Symptom>& all() const { return all_; }

 private:
  std::vector<Symptom> all_;
};

}  // namespace brokergate::webhook::doctor
