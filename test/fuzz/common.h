// What the fuzz targets share: policies that are read once, and the promises that
// hold for every input. A promise that is broken ends the process, which is a find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "brokergate/engine.h"
#include "brokergate/policy.h"

namespace brokergate::fuzz {

// Aborts with `promise` and `detail` on stderr unless `holds`.
void must(bool holds, std::string_view promise, std::string_view detail = {});

// Those that take the engine furthest: listeners for load balancers, for node ports, in
// pods, and the ready-made one.
inline constexpr size_t kPolicies = 4;
const Policy& policy(size_t which);

// Suppressions that expire are judged on this day.
inline constexpr std::string_view kToday = "2026-01-31";

// As the verbs read: objects that concern the engine, of every document that can be read.
Bundle bundle_of(const SourcePtr& source);

// The text as `brokergate mutate` prints it; nothing where the change cannot be
// written, which mutate tells. What was found on the way is rendered as every verb does.
std::optional<std::string> mutated(const std::string& text, const Policy& policy);

// mutate(mutate(text)) is mutate(text).
void must_settle(const std::string& text, const Policy& policy);

std::string json_string(std::string_view text);

}  // namespace brokergate::fuzz
