#include <string>
#include <string_view>

#include "brokergate/policy.h"

namespace brokergate {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string quoted(std::string_view text) {
  constexpr size_t kShown = 80;
  std::string out = "\"";
  out += text.substr(0, kShown);
  if (text.size() > kShown) out += "…";
  return out + "\"";
}

// What people leave in a template and never meant as a name.
bool is_placeholder(std::string_view domain) {
  if (domain.find_first_of("<>{}$%") != std::string_view::npos) return true;
  for (const std::string_view word : {"YOUR_", "YOUR-", "CHANGE_ME", "CHANGEME", "REPLACE_ME", "your-domain",
                                      "your_domain", "yourdomain", "changeme", "change-me"}) {
    if (domain.find(word) != std::string_view::npos) return true;
  }
  return false;
}

std::string check_label(std::string_view label, std::string_view domain) {
  if (label.empty()) return "has an empty label: two dots follow one another or it begins with a dot";
  if (label.size() > 63) return "has a label of " + std::to_string(label.size()) + " characters; DNS allows 63";
  for (const char c : label) {
    if (is_lower(c) || is_digit(c) || c == '-') continue;
    if (is_upper(c))
      return "has upper-case letters; write " + quoted([&] {
               std::string low(domain);
               for (char& d : low) d = is_upper(d) ? static_cast<char>(d - 'A' + 'a') : d;
               return low;
             }());
    if (c == '_') return "has an underscore, which a host name may not have; use a hyphen";
    if (static_cast<unsigned char>(c) >= 0x80) return "has a non-ASCII character; write it in its xn-- form";
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return "has a blank or control character";
    return std::string("has the character '") + c + "', which a DNS name may not have";
  }
  if (label.front() == '-' || label.back() == '-') {
    return "has the label " + quoted(label) + ", which begins or ends with a hyphen";
  }
  return {};
}

}  // namespace

// RFC 1123 section 2.1 as Kubernetes' IsDNS1123Subdomain reads it (lower case only).
std::string check_domain(std::string_view domain) {
  if (domain.empty()) return "is empty";
  if (is_placeholder(domain)) return quoted(domain) + " is a placeholder that nobody replaced";
  if (domain.find("://") != std::string_view::npos) return quoted(domain) + " is a URL; write the DNS name alone";
  if (domain.starts_with("*.")) return quoted(domain) + " has a wildcard; write the name below it";
  if (domain.find(':') != std::string_view::npos) {
    return quoted(domain) + " has a colon; the port belongs to spec.listener.port";
  }
  if (domain.ends_with('.')) {
    return quoted(domain) + " ends with a dot; write " + quoted(domain.substr(0, domain.find_last_not_of('.') + 1));
  }
  if (domain.size() > 253) {
    return quoted(domain) + " has " + std::to_string(domain.size()) + " characters; DNS allows 253";
  }
  bool all_numeric = true;
  for (size_t begin = 0; begin <= domain.size();) {
    const size_t end = std::min(domain.find('.', begin), domain.size());
    const std::string_view label = domain.substr(begin, end - begin);
    if (std::string wrong = check_label(label, domain); !wrong.empty()) return quoted(domain) + " " + wrong;
    all_numeric = all_numeric && label.find_first_not_of("0123456789") == std::string_view::npos;
    begin = end + 1;
  }
  if (all_numeric) return quoted(domain) + " is a number or an IP address; every broker needs a name of its own";
  return {};
}

}  // namespace brokergate
