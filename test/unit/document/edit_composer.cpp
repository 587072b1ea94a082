#include "edit_composer.h"

namespace edit_test {
namespace {

const std::vector<std::string> kStrings = {"kafka",
                                           "Internal",
                                           "broker-0",
                                           "LoadBalancer",
                                           "example.com/a",
                                           "PLAINTEXT://kafka-0.example.com:9092",
                                           "",
                                           "yes",
                                           "off",
                                           "y",
                                           "null",
                                           "~",
                                           "017",
                                           "1e3",
                                           "0x1F",
                                           "12:30",
                                           "2001-01-01",
                                           "10.0.0.1",
                                           "10.0.0.1:9094",
                                           "-1",
                                           "+1",
                                           ".5",
                                           "-",
                                           "--flag",
                                           "a: b",
                                           "a:",
                                           ":a",
                                           "x #y",
                                           "x#y",
                                           "#y",
                                           "- z",
                                           "{a}",
                                           "[b",
                                           "b]",
                                           "a, b",
                                           "'q'",
                                           "it's",
                                           "\"dq\"",
                                           "back\\s",
                                           "tab\tx",
                                           "\xC3\xA9t\xC3\xA9",
                                           "*x",
                                           "&y",
                                           "!t",
                                           "%d",
                                           "@at",
                                           "`tick`",
                                           "|",
                                           ">",
                                           "?",
                                           "? q",
                                           "=",
                                           "<<",
                                           "---",
                                           "...",
                                           " lead",
                                           "trail ",
                                           "\x01",
                                           "\xE2\x80\xA8",
                                           "\xF0\x9F\x98\x80"};

const std::vector<std::string> kTexts = {
    "export A=1\nexec run \"$A\"\n",
    "export A=1\nexec run \"$A\"",
    "set -e\n\nif true; then\n  echo a: b # c\nfi\n",
    "one\ntwo\n\n",
    "  indented first\nthen not\n",
    "\nblank first\n",
    "only\n",
    "tab\there\n\ttabbed\n",
    "# comment\ntext\n",
    "a\n \nb\n",
    "trailing \nspaces  \n",
    "ends with blank\n  \n",
};

const std::vector<std::string> kWords = {"the",  "quick", "brown", "broker", "listens", "on", "its",
                                         "port", "and",   "says",  "so",     "to",      "all"};

std::string sentence(Random& random) {
  std::string out = "words";
  for (size_t n = 3 + random.below(25); n > 0; --n) out += " " + random.pick(kWords);
  return out;
}

}  // namespace

std::string some_string(Random& random) {
  if (random.chance(35)) return kWords[random.below(kWords.size())] + "-" + std::to_string(random.below(50));
  if (random.chance(12)) return random.pick(kTexts);
  if (random.chance(12)) return sentence(random) + (random.chance(30) ? "\n" : "");
  return random.pick(kStrings);
}

}  // namespace edit_test
