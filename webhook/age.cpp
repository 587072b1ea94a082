#include "webhook/age.h"

namespace brokergate::webhook {

std::string age_text(int64_t milliseconds) {
  const int64_t seconds = milliseconds / 1000;
  // Two of a unit at least, so that what is cut off is never half of it.
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  if (seconds < 2 * kMinute) return std::to_string(seconds) + " s ago";
  if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + " min ago";
  if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h ago";
  return std::to_string(seconds / kDay) + " d ago";
}

}  // namespace brokergate::webhook
