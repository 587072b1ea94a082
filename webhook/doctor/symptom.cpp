#include "webhook/doctor/symptom.h"

#include "webhook/review_codec.h"

namespace brokergate::webhook::doctor {
namespace {

constexpr size_t kLongest = 1000;

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kOk:
      return "ok";
    case Level::kWarn:
      return "warn";
    case Level::kFail:
      return "fail";
    case Level::kUnknown:
      break;
  }
  return "unknown";
}

void Symptoms::add(Symptom symptom) {
  for (std::string* text : {&symptom.where, &symptom.what, &symptom.remedy}) *text = one_line(*text, kLongest);
  all_.push_back(std::move(symptom));
}

}  // namespace brokergate::webhook::doctor
