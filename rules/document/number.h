// Numbers as strconv of Go reads and writes them, which is what kubectl shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brokergate::document {

// An integer of up to 64 bits with its sign; -0 is 0.
struct Integer {
  bool negative = false;
  uint64_t magnitude = 0;
  bool operator==(const Integer&) const = default;
};

// The integer that a YAML 1.1 scalar is to go-yaml v2 (resolve.go): `_` dropped,
// sign, 0x/0o/0b, leading 0 octal. nullopt when it is none or needs more than
// int64 (signed) or uint64 (unsigned) holds.
std::optional<Integer> parse_integer(std::string_view text);

// resolve.go takes `_` out of what begins like a number before it reads on.
std::string drop_underscores(std::string_view text);

// resolve.go's yamlStyleFloat and strconv.ParseFloat; `_` is not dropped here.
// nullopt when it is no decimal number or too large (too small is 0).
std::optional<double> parse_float(std::string_view text);

// The grammar of a JSON number (RFC 8259 §6).
bool json_number(std::string_view text);

// The value of a scalar that the reader made kInt or kFloat.
double float_value(std::string_view text);

// encoding/json's form of a float64 (ES6 rules). Not for infinities and NaN.
void append_json_float(double value, std::string& out);

// sigs.k8s.io/yaml's form of a float that is a map key: strconv 'g', 32 bits.
std::string float_key(double value);

}  // namespace brokergate::document
