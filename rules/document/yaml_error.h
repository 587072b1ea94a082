// libyaml's complaints in words that say what was found and what was wanted.
#pragma once

#include <yaml.h>

#include "rules/document/reader.h"

namespace brokergate::document {

// `offset` and `context_offset` are libyaml's marks as byte offsets.
Failure explain_yaml(const yaml_parser_t& parser, Input& input, const Piece& piece, uint32_t offset,
                     uint32_t context_offset);

// "; `{{` in line N looks like an unrendered Helm template" when one stands in
// the lines from `from` to `to`; else empty.
std::string template_hint(Input& input, const Piece& piece, uint32_t from, uint32_t to);

}  // namespace brokergate::document
