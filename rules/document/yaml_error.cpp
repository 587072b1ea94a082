#include "rules/document/yaml_error.h"

namespace brokergate::document {

std::optional<uint32_t> find_template(std::string_view text, uint32_t begin, uint32_t end) {
  const size_t found = text.substr(0, end).find("{{", begin);
  if (found == std::string_view::npos) return std::nullopt;
  return static_cast<uint32_t>(found);
}

Failure explain_yaml(const yaml_parser_t& parser, Input& input, const Piece& piece, uint32_t offset,
                     uint32_t context_offset) {
  std::string message = parser.problem ? parser.problem : "unknown YAML error";
  if (parser.context) {
    message.append(" ").append(parser.context);
    message.append(" that begins in line ").append(std::to_string(input.positions.at(context_offset).line));
  }
  if (find_template(input.text, piece.begin, piece.end)) message += "; this looks like an unrendered Helm template";
  return {offset, std::move(message), false};
}

}  // namespace brokergate::document
