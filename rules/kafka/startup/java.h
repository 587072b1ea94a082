// How the Java library reads the text of a setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::startup {

// Integer.parseInt: a sign, and decimal digits of any script.
std::optional<int32_t> parse_int(std::string_view text);
// ConfigDef's LIST: trimmed, split at \s*,\s*, empty elements kept; empty text: none.
std::vector<std::string_view> split_list(std::string_view text);
// Csv.parseCsvList: the same without empty elements.
std::vector<std::string_view> split_csv(std::string_view text);
// String.split(",") and split("@"): blanks count, empty elements at the end do not.
std::vector<std::string_view> split_at(std::string_view text, char separator);
// String.length(): UTF-16 units.
size_t length(std::string_view text);
// Where HashMap keeps a key among `keys` of them: it goes through them in this order.
uint32_t hash_bucket(std::string_view key, size_t keys);
// `.` of an expression takes none of these.
bool has_line_break(std::string_view text);
bool is_host(std::string_view text);  // [0-9a-zA-Z\-%._:]*, or run-time parts

// "a,b" and "[a, b]"
std::string join(const std::vector<std::string>& parts, std::string_view between);
std::string java_list(const std::vector<std::string>& parts);

// InetAddressValidator of Apache commons-validator.
bool is_ipv4(std::string_view host);
bool is_ipv6(std::string_view host);

}  // namespace brokergate::startup
