#include <cstdio>

#include "rules/document/reader.h"
#include "rules/document/utf8.h"

namespace brokergate::document {

std::string describe_found(std::string_view text, uint32_t offset, uint32_t end) {
  if (offset >= end || offset >= text.size()) return "the end of the document";
  const unsigned char c = static_cast<unsigned char>(text[offset]);
  if (c == '\n' || c == '\r') return "a line break";
  if (c == '\t') return "a tab";
  if (c == ' ') return "a space";
  if (c == '"') return "a string";
  if (c == '`') return "a backtick";
  if (c < 0x20 || c == 0x7F) {
    char name[40];
    std::snprintf(name, sizeof name, c == 0 ? "a NUL byte (U+%04X)" : "the control character U+%04X", c);
    return name;
  }
  const size_t length = utf8_length(text, offset);
  std::string found(1, '`');
  return found.append(text.substr(offset, length == 0 ? 1 : length)).append(1, '`');
}

Failure too_deep(uint32_t offset, uint32_t limit) {
  return {offset, "found values nested more than " + std::to_string(limit) + " levels deep, wanted fewer", true};
}

Failure too_many_nodes(uint32_t offset, size_t limit) {
  return {offset, "found more than " + std::to_string(limit) + " values, wanted fewer", true};
}

Failure too_many_documents(uint32_t offset, size_t limit) {
  return {offset, "found more than " + std::to_string(limit) + " documents, wanted fewer", true};
}

Failure invalid_utf8(std::string_view text, uint32_t offset) {
  char message[80];
  std::snprintf(message, sizeof message, "found the byte 0x%02X that is not UTF-8, wanted text in UTF-8",
                static_cast<unsigned>(static_cast<unsigned char>(text[offset])));
  return {offset, message, true};
}

}  // namespace brokergate::document
