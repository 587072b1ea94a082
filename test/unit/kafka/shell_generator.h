// Random scripts of what start scripts are made of, from a seed.
#pragma once

#include <string>

namespace brokergate::shell::oracle {

// About ten statements and a start of `stand_in`. POSIX only.
std::string generate(unsigned seed);

}  // namespace brokergate::shell::oracle
