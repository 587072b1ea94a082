// What a scalar means, as sigs.k8s.io/yaml (go-yaml v2, resolve.go) decides.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "brokergate/document.h"

namespace brokergate::document {

struct Resolved {
  Kind kind = Kind::kString;
  // For kString: the tag may change the text (!!binary). Else empty.
  std::optional<std::string> text;
  // Not empty: what the tag and the value disagree about.
  std::string error;
};

// A plain scalar without a tag. Quoted scalars without a tag are strings and
// need no call.
Kind resolve_plain(std::string_view text);

// A scalar with an explicit tag, of any style. `tag` is the whole URI, as
// libyaml gives it (tag:yaml.org,2002:int).
Resolved resolve_tagged(std::string_view tag, std::string_view text);

// The string that a map key of this kind becomes; nullopt for null and for an
// integer beyond int64, which sigs.k8s.io/yaml refuses.
std::optional<std::string> key_text(Kind kind, std::string_view text);

// y, yes, on, true and their cases; also what !!bool made of them.
bool bool_value(std::string_view text);

// .inf and .nan: kFloat without a number that JSON could hold.
bool not_finite(std::string_view text);

}  // namespace brokergate::document
