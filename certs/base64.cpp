#include "certs/base64.h"

#include "brokergate/base64.h"

namespace brokergate::certs {

std::optional<std::string> from_base64(std::string_view text) {
  std::string packed;
  for (const char c : text) {
    if (c != ' ' && c != '\t') packed += c;
  }
  return decode_base64(packed);
}

}  // namespace brokergate::certs
