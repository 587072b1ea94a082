// What an evaluation says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/edit.h"
#include "brokergate/object.h"
#include "brokergate/policy.h"

namespace brokergate {

struct Finding {
  std::string_view rule;  // id, static storage
  Severity severity = Severity::kWarn;
  std::string message;             // what is wrong, with the value found and the value wanted
  std::string remediation;         // the concrete change
  const Object* object = nullptr;  // never null; into Bundle::objects
  Value at;                        // the wrong value, or the nearest parent when something is missing
  std::string missing;             // key path below `at` that is missing ("annotations/…"), for `path`; may be empty
  // The brokers of the set that it is about; empty: the object as a whole.
  std::vector<int64_t> ordinals;
  // The change that mends it, proved to take effect; empty: a person must do it.
  // Edits may concern several objects (a Service with its broker set).
  struct Fix {
    const Object* object = nullptr;
    std::vector<Edit> edits;
  };
  std::vector<Fix> fixes;
  // It says what a person has to do beside the planned change: still to be done when that is made.
  bool beside_change = false;
  bool suppressed = false;
  std::string suppressed_reason;
  std::string weakened;  // why the severity is lower than the rule's; empty when it is not
  // What was seen in the cluster decides, and how old that is (milliseconds); negative: nothing of it does.
  int64_t view_age = -1;
  // Why that is in doubt, where the policy's clusterView.whenStale leaves it a denial all the same; else empty.
  std::string doubted;
  bool by_mode = false;  // weakened by the policy's mode alone: under `enforce` it would be denied

  bool fixable() const { return !fixes.empty(); }
  std::string path() const;  // JSON pointer in the object, with `missing` appended
};

struct Summary {
  size_t objects = 0, broker_sets = 0, broker_services = 0, unknown = 0;
  size_t deny = 0, warn = 0, info = 0, suppressed = 0;
};

struct Verdict {
  std::vector<Finding> findings;  // in order of objects, then of rules
  Summary summary;
};

// Edits of all fixable, unsuppressed findings for one object, without
// duplicates and contradictions (the first wish for a place wins).
std::vector<Edit> edits_for(const Verdict& verdict, const Object& object);

}  // namespace brokergate
