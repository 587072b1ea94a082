// Shell libraries of images that scripts in manifests read with `.`: what their
// functions do to variables and files, as far as such scripts use them.
#pragma once

#include <string_view>

namespace brokergate::shell {

// The text to read instead of the file; empty when the library is not known.
// Functions that it lacks are not known.
std::string_view library_text(std::string_view path);

}  // namespace brokergate::shell
