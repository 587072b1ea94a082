// Random scripts of what start scripts are made of, from a seed.
#pragma once

#include <string>

namespace brokergate::shell::oracle {

// About ten statements and a start of `stand_in`; with `bash`, some that only bash reads.
std::string generate(unsigned seed, bool bash = false);
// With conditions on a program `probe`, of which the script cannot tell what it prints and how it
// ends, and edits of a file `f` that is there from the beginning.
std::string generate_ways(unsigned seed, bool bash);
// The same with bytes removed, doubled and put elsewhere.
std::string generate_mangled(unsigned seed);

}  // namespace brokergate::shell::oracle
