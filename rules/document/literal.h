// What the renderings of an edit share about Literal.
#pragma once

#include "brokergate/edit.h"

namespace brokergate {

// Whether a literal is what the node holds already (order of map entries aside).
bool same_value(const Literal& literal, Value value);
bool same_value(const Literal& a, const Literal& b);

// Makes `into` hold what both ask for: maps are merged key by key, lists get
// the elements they lack, a container beats a scalar, else the later wins.
void merge_literal(Literal& into, Literal from);

// Puts `value` below `map` at keys[0]…, making maps on the way.
void merge_at(LiteralMap& map, std::span<const std::string> keys, Literal value);

}  // namespace brokergate
