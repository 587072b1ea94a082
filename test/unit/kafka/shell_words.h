// Random words of shell text: expansions, substitutions, arithmetic, patterns, quotes.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace brokergate::shell::oracle {

// `bash`: also what only bash reads; `probes`: with conditions on a program that nobody knows.
class Words {
 public:
  Words(unsigned seed, bool bash, bool probes = false) : random_(seed), bash_(bash), probes_(probes) {}

 protected:
  int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool chance(int percent) { return number(100) < percent; }
  std::string pick(const std::vector<const char*>& from) {
    return from[static_cast<size_t>(number(static_cast<int>(from.size())))];
  }
  std::string name() { return pick({"A", "B", "C", "D", "E"}); }
  std::string any_name() {
    return chance(60) ? name() : pick({"HOSTNAME", "POD_NAME", "EMPTY", "SPACED", "LISTENERS", "PATHLIKE", "UNSET"});
  }

  std::string text() {
    return pick({"a", "kafka-0", "x.y.z", "1", "07", "42", "PLAINTEXT://h:9092", "a,b", "a=b", "/opt/kafka", "-n",
                 "b-c-d", "k:v", "%s", "0"});
  }

  std::string arithmetic(int depth) {
    if (depth > 2 || chance(40))
      return chance(50) ? std::to_string(number(20)) : pick({"N", "M", "$N", "${M}", "UNSET"});
    static const std::vector<const char*> kOperators = {
        "+", "-", "*", "<", ">", "==", "!=", "&&", "||", "&", "|", "^", "<=", "<<"};
    std::string op = pick(kOperators);
    std::string right = op == "<<" ? std::to_string(number(5)) : arithmetic(depth + 1);
    std::string both = arithmetic(depth + 1) + (chance(50) ? " " + op + " " : " " + op + " ") + right;
    if (chance(15)) return "(" + both + ") ? " + arithmetic(depth + 1) + " : " + std::to_string(number(9));
    if (chance(10)) return "-(" + both + ")";
    return chance(40) ? "(" + both + ")" : both;
  }

  std::string pattern() {
    return pick({"*-", "-*", "*.", ".*", "a*", "*b", "?", "*", "[a-k]*", "*[0-9]", "[!a]*", "'*'", "\"-\"*", "kafka",
                 "*/", ":*", "*,", "\\*", "k??ka"});
  }

  std::string parameter(int depth) {
    std::string variable = any_name();
    switch (number(12)) {
      case 0:
        return "${" + variable + ":-" + inner_word(depth + 1) + "}";
      case 1:
        return "${" + variable + "-" + inner_word(depth + 1) + "}";
      case 2:
        return "${" + variable + ":+" + inner_word(depth + 1) + "}";
      case 3:
        return "${" + variable + "##" + pattern() + "}";
      case 4:
        return "${" + variable + "#" + pattern() + "}";
      case 5:
        return "${" + variable + "%%" + pattern() + "}";
      case 6:
        return "${" + variable + "%" + pattern() + "}";
      case 7:
        return "${#" + variable + "}";
      case 8:
        return "${" + name() + ":=" + text() + "}";
      case 9:
        return pick({"$#", "$1", "$2", "${3}", "$?"});
      default:
        return chance(50) ? "$" + variable : "${" + variable + "}";
    }
  }

  std::string filter() {
    return pick({"tr -d '-'",
                 "tr a-z A-Z",
                 "tr ',' ' '",
                 "tr -s ' '",
                 "tr -cd '0-9'",
                 "cut -d- -f2",
                 "cut -d, -f1",
                 "cut -d: -f2-",
                 "cut -c1-3",
                 "rev",
                 "sed 's/a/Z/'",
                 "sed 's/[0-9]*$//'",
                 "sed -e 's/-/_/g'",
                 "sed 's|/|.|g;s/x/&&/'",
                 "sed 's/\\(.*\\)-\\(.*\\)/\\2-\\1/'",
                 "sed -E 's/([a-z]+)-([0-9]+)/\\2\\1/'",
                 "awk '{print $1}'",
                 "awk -F- '{print $NF}'",
                 "awk -F. '{print $2\"/\"$1}'",
                 "awk '{print $NF, NF}'",
                 "head -n 1",
                 "tail -1",
                 "wc -c | tr -d ' '",
                 "grep -o '[a-z]*'",
                 "grep -v zzz",
                 "awk -F'-' '{print $2}'",
                 "sort -u",
                 "head -c 4",
                 "sed -n 's/^.*-//p'",
                 "cat"});
  }

  std::string substitution(int depth) {
    std::string body;
    switch (number(6)) {
      case 0:
        body = "echo " + word(depth + 1);
        break;
      case 1:
        body = "printf '%s\\n' " + word(depth + 1) + " | " + filter();
        break;
      case 2:
        body = "echo \"$" + any_name() + "\" | " + filter();
        break;
      case 3:
        body = "echo $" + any_name() + " | " + filter() + " | " + filter();
        break;
      case 4:
        body = "printf '%s-%s.' " + text() + " \"$" + any_name() + "\"";
        break;
      default:
        body = pick({"basename", "dirname", "printf %s", "echo -n", "expr 1 +"}) + " " +
               pick({"\"$PATHLIKE\"", "/a/b.c", "4", "$HOSTNAME"});
    }
    if (body.rfind("expr", 0) == 0) body = "expr 1 + " + std::to_string(number(9));
    return chance(15) && body.find_first_of("`\\\"$") == std::string::npos ? "`" + body + "`" : "$(" + body + ")";
  }

  // Part of a word that may stand inside double quotes.
  std::string expansion(int depth) {
    if (depth > 2) return "$" + any_name();
    int kind = number(10);
    if (kind < 6) return parameter(depth);
    if (kind < 8) return "$((" + arithmetic(0) + "))";
    return substitution(depth);
  }

  std::string inner_word(int depth) {
    if (depth > 2 || chance(50)) return text();
    return expansion(depth) + (chance(40) ? text() : "");
  }

  std::string word(int depth) {
    std::string out;
    int parts = 1 + number(3);
    for (int i = 0; i < parts; ++i) {
      switch (number(7)) {
        case 0:
          out += text();
          break;
        case 1:
          out += "'" + pick({"single $x", "a  b", "*", "\\", "", "#"}) + "'";
          break;
        case 2:
          out += "\"" + pick({"", "two words ", "tab\t", "\\$", "\\\\", "'"}) + expansion(depth) +
                 pick({"", " ", "x", "-"}) + "\"";
          break;
        case 3:
          out += pick({"\\ ", "\\$", "\\a", "\\\""});
          break;
        default:
          out += expansion(depth);
      }
    }
    return out;
  }

  std::mt19937 random_;
  bool bash_;
  bool probes_;
};

}  // namespace brokergate::shell::oracle
