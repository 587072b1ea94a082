// libyaml's complaints in words that say what was found and what was wanted.
#pragma once

#include <yaml.h>

#include "rules/document/reader.h"

namespace brokergate::document {

// `offset` and `context_offset` are libyaml's marks as byte offsets.
Failure explain_yaml(const yaml_parser_t& parser, Input& input, const Piece& piece, uint32_t offset,
                     uint32_t context_offset);

// The first `{{` of a line that looks like a Helm template nobody rendered.
std::optional<uint32_t> find_template(std::string_view text, uint32_t begin, uint32_t end);

}  // namespace brokergate::document
