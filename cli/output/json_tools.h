// Pieces that the JSON formats share. Not for the request path, which builds no DOM.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "brokergate/object.h"
#include "cli/output/locator.h"

namespace brokergate::cli {

using Json = nlohmann::ordered_json;

inline Json object_json(const Object& object) {
  return Json::object(
      {{"apiVersion", object.api_version}, {"kind", object.kind}, {"namespace", object.ns}, {"name", object.name}});
}

// Two spaces, a final line break; invalid UTF-8 becomes U+FFFD instead of an exception.
inline std::string dump(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace brokergate::cli
