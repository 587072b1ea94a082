// What is well, what is not, and what to do: facts to findings. Pure.
#pragma once

#include "webhook/doctor/facts.h"
#include "webhook/doctor/symptom.h"

namespace brokergate::webhook::doctor {

Symptoms examine(const Facts& facts);

}  // namespace brokergate::webhook::doctor
