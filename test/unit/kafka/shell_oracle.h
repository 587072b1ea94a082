// Runs scripts under the real shells and under the reader, and compares what
// the command `stand_in` gets: its arguments and the exported variables.
#pragma once

#include <string>
#include <vector>

#include "rules/kafka/shell/shell.h"

namespace brokergate::shell::oracle {

struct Case {
  std::string script;      // calls `stand_in …` where a broker would start
  bool bash_only = false;  // has constructs that only bash reads
  bool ways = false;       // has conditions on `probe`
  unsigned world = 0;      // bit n: `probe n` fails; it also prints n and the world
};

struct Outcome {
  std::vector<std::string> problems;  // one text per disagreement
  size_t claims = 0;                  // variables and arguments the reader gave a value for
  size_t unknown = 0;                 // those it called unknown
  size_t runs = 0;                    // scripts under one shell
};

// The environment all scripts get, in both worlds.
const Environment& environment();

Outcome compare(const std::vector<Case>& cases);

}  // namespace brokergate::shell::oracle
