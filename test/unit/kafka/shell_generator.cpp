#include "shell_generator.h"

#include <iterator>
#include <random>
#include <string_view>
#include <vector>

#include "shell_words.h"

namespace brokergate::shell::oracle {
namespace {

class Generator : public Words {
 public:
  using Words::Words;

  std::string script() {
    std::string out = bash_ ? "N=3; M=7; R=HOSTNAME; LIST=(one two three)\n" : "N=3; M=7\n";
    if (chance(15)) out += "set -e\n";
    if (probes_) out += "cat > f <<'EOF'\n# one\n#init#k.one=#init#\nk.two=2\n\nk.three=3\nEOF\n";
    int count = 4 + number(10);
    for (int i = 0; i < count; ++i) out += statement(0) + (chance(70) ? "\n" : "; ");
    out += "export A B C D E\nstand_in";
    for (int i = number(5); i > 0; --i) out += " " + word(0);
    return out + "\n";
  }

 private:
  // What a program says of which only the world it runs in knows.
  std::string probe() { return "probe " + std::to_string(number(6)); }

  std::string probe_condition(int depth) {
    switch (number(9)) {
      case 0:
        return "! " + probe();
      case 1:
        return probe() + " && " + probe();
      case 2:
        return probe() + " || " + probe();
      case 3:
        return name() + "=$(" + probe() + ")";
      case 4:
        return "[ \"$(" + probe() + ")\" = " + text() + " ]";
      case 5:
        return "{ " + probe() + "; [ $? -ne 0 ]; }";
      case 6:
        return "{ " + probe() + "; " + assignment(depth) + "; [ $? -eq 0 ]; }";
      default:
        return probe();
    }
  }

  std::string edit() {
    std::string key = pick({"k.one", "k.two", "k.three", "k.four"});
    switch (number(6)) {
      case 0:
        return "echo \"" + key + "=" + text() + "\" >> f";
      case 1:
        return "echo \"# " + text() + "\" >> f";
      case 2:
        return "sed -i 's/^" + key + "=.*/" + key + "=new/' f";
      case 3:
        return "sed -i 's/#init#k.one=#init#/k.one=set/' f";
      case 4:
        return "sed '/" + key + "/d' f > g && mv g f";
      default:
        return "sed \"s|#init#k.one=#init#|k.one=$" + name() + "|\" f > g; cp g f";
    }
  }

  std::string probe_statement(int depth) {
    switch (number(bash_ ? 14 : 11)) {
      case 0:
        return "if " + probe_condition(depth) + "; then\n" + block(depth) +
               (chance(60) ? "else\n" + block(depth) : "") + "fi";
      case 1:
        return probe() + " && " + edit();
      case 2:
        return probe() + " || { " + edit() + "; " + edit() + "; }";
      case 3:
        return probe() + " || exit " + std::to_string(number(3));
      case 4:
        return probe() + "; RC=$?; [ $RC -eq 0 ] && " + assignment(depth) + "; [ $RC -ne 0 ] || " + assignment(depth);
      case 5:
        return probe() + " || RC=$?; " + name() + "=\"$RC\"; unset RC";
      case 6:
        return "G() { if " + probe_condition(depth) + "; then " + assignment(depth) + "; return " +
               std::to_string(number(2)) + "; fi; " + assignment(depth) + "; }; G && " + assignment(depth);
      case 7:
        return "case \"$(" + probe() + ")\" in z0*) " + assignment(depth) + ";; *-" + std::to_string(number(3)) + ") " +
               assignment(depth) + ";; esac";
      case 8:
        return probe() + " && set -- " + word(depth) + " || set -- a b; " + name() + "=\"$#.$1\"";
      case 9:
        return name() + "=$(if " + probe() + " >/dev/null; then echo " + text() + "; else echo " + text() + "; fi); " +
               edit();
      case 10:
        return probe() + " && for V in a b; do " + probe() + " && " + name() + "=$V; done";
      case 11:
        return probe() + " && LIST+=(" + word(depth) + ")";
      case 12:
        return "EDITS=(\"s/#init#k.one=#init#/k.one=$" + name() + "/\"); " + probe() +
               " && EDITS+=(\"s/^k.two=.*/k.two=" + std::to_string(number(9)) +
               "/\"); printf '%s\\n' \"${EDITS[@]}\" | sed -f - f > g; [ $? -eq 0 ] && mv g f";
      default:
        return "[[ $(" + probe() + ") == z* && -n $" + any_name() + " ]] && " + assignment(depth);
    }
  }

  std::string condition(int depth) {
    if (probes_ && chance(40)) return probe_condition(depth);
    switch (number(9)) {
      case 0:
        return "[ -n \"$" + any_name() + "\" ]";
      case 1:
        return "[ -z \"$" + any_name() + "\" ]";
      case 2:
        return "[ \"" + expansion(depth + 1) + "\" = " + text() + " ]";
      case 3:
        return "[ $((" + arithmetic(0) + ")) " + pick({"-eq", "-ne", "-lt", "-ge"}) + " " + std::to_string(number(10)) +
               " ]";
      case 4:
        return "test \"$" + any_name() + "\" != \"$" + any_name() + "\"";
      case 5:
        return pick({"true", "false", "! true", "! false"});
      case 6:
        return "[ ! -n \"$" + any_name() + "\" -o \"$" + name() + "\" = a ]";
      case 7:
        return "(exit " + std::to_string(number(3)) + ")";
      default:
        return "echo \"$" + any_name() + "\" | grep -q " + pick({"a", "kafka", "'^x'", "'[0-9]$'"});
    }
  }

  std::string assignment(int depth) {
    switch (number(6)) {
      case 0:
        return "export " + name() + "=" + word(depth);
      case 1:
        return "N=$((" + arithmetic(0) + "))";
      case 2:
        return "M=" + std::to_string(number(30)) + " " + name() + "=" + word(depth);
      case 3:
        return "export " + name() + "=\"" + expansion(depth) + "\" " + name();
      default:
        return name() + "=" + word(depth);
    }
  }

  std::string block(int depth) {
    std::string out;
    for (int i = 1 + number(2); i > 0; --i) out += statement(depth + 1) + "\n";
    return out;
  }

  std::string bash_value(int depth) {
    std::string v = any_name();
    switch (number(9)) {
      case 0:
        return "${" + v + pick({"/", "//", "/#", "/%"}) + pick({"a", "-", "kafka", "[0-9]", "*-", "?", "."}) + "/" +
               pick({"", "x", "Q-", "__"}) + "}";
      case 1:
        return "${" + v + ":" + std::to_string(number(6)) + "}";
      case 2:
        return "${" + v + ":" + pick({"0", "1", "3", " -2", "N", "1+1"}) + ":" + pick({"1", "2", "N", "0"}) + "}";
      case 3:
        return "${" + v + pick({"^^", ",,", "^", ","}) + "}";
      case 4:
        return "${LIST[" + pick({"0", "1", "2", "N-N", "-1", "5"}) + "]}";
      case 5:
        return pick({"${#LIST[@]}", "${LIST[*]}", "${LIST[@]:1}", "${LIST[@]:0:2}", "${LIST}", "${LIST[@]/a/b}"});
      case 6:
        return pick({"$'a\\tb'", "$'\\x41\\n.'", "$'it\\'s'", "$\"loc\""});
      case 7:
        return "${!R}";
      default:
        return "$(tr a-z A-Z <<< " + word(depth + 2) + ")";
    }
  }

  std::string bash_statement(int depth) {
    switch (number(13)) {
      case 0:
        return "LIST=(" + word(depth) + " " + text() + " " + bash_value(depth) + ")";
      case 1:
        return "LIST+=(" + word(depth) + ")";
      case 2:
        return "[[ " + std::string("$") + any_name() + pick({" == ", " != ", " = "}) + pattern() + " ]] && " +
               assignment(depth) + " || " + assignment(depth);
      case 3:
        return "[[ $" + any_name() + " =~ " +
               pick({"-([0-9]+)$", "^([a-z]+)-", "([^-]*)-(.*)", "a|b", "^$", "[[:digit:]]+"}) + " ]] && " + name() +
               "=${BASH_REMATCH[" + std::to_string(number(3)) + "]}";
      case 4:
        return "(( N = " + arithmetic(0) + " ))";
      case 5:
        return "(( " + arithmetic(0) + " )) && " + assignment(depth);
      case 6:
        return "for ((J=0; J<" + std::to_string(number(5)) + "; J++)); do " + name() + "+=$J; done";
      case 7:
        return "IFS=" + pick({",", "-", ":"}) + " read -r " + name() + " " + name() + " <<< \"$" + any_name() + "\"";
      case 8:
        return "IFS=" + pick({",", "-", ":"}) + " read -r -a LIST <<< \"$" + any_name() + "\"";
      case 9:
        return name() + "+=" + word(depth);
      case 10:
        return "for V in \"${LIST[@]}\"; do " + name() + "=$V." + "$" + name() + "; done";
      case 11:
        return "[[ -n $" + any_name() + " && ( $" + any_name() + " == a* || -z $" + any_name() + " ) ]] || " +
               assignment(depth);
      default:
        return name() + "=" + bash_value(depth) + (chance(50) ? "\"" + bash_value(depth) + "\"" : "");
    }
  }

  std::string statement(int depth) {
    if (probes_ && chance(30)) return probe_statement(depth);
    if (bash_ && chance(35)) return bash_statement(depth);
    if (depth > 2 || chance(55)) return assignment(depth);
    switch (number(17)) {
      case 0:
        return "if " + condition(depth) + "; then\n" + block(depth) + (chance(60) ? "else\n" + block(depth) : "") +
               "fi";
      case 1:
        return "for V in " + word(depth) + " " + word(depth) + "; do\n" + name() + "=$" + name() + "$V\n" +
               (chance(30) ? "[ \"$V\" = a ] && " + pick({"break", "continue"}) + "\n" : "") + "done";
      case 2:
        return "case " + word(depth) + " in " + pattern() + ") " + assignment(depth) + ";; " + pattern() + "|a) " +
               assignment(depth) + ";; *) " + assignment(depth) + ";; esac";
      case 3:
        return "K=" + std::to_string(number(4)) + "; while [ $K -lt 4 ]; do " + name() + "=\"$" + name() +
               "$K\"; K=$((K+1)); done";
      case 4:
        return condition(depth) + " && " + assignment(depth) + " || " + assignment(depth);
      case 5:
        return condition(depth) + " || " + assignment(depth);
      case 6:
        return "F" + std::to_string(number(2)) + "() { " + assignment(depth) + "; " + assignment(depth) + "; " +
               (chance(30) ? "return " + std::to_string(number(3)) + "; " : "") + "}";
      case 7:
        return "F0() { " + name() + "=\"$1-$#\"; }; F0 " + word(depth) + " " + word(depth);
      case 8:
        return "set -- " + word(depth) + " " + word(depth) + (chance(40) ? "; shift" : "");
      case 9:
        return "(" + assignment(depth) + "; " + assignment(depth) + ")";
      case 10:
        return "{ " + assignment(depth) + "; }";
      case 11:
        return "cat > f <<EOF\nline " + expansion(1) + "\n\\$x \\\\ " + text() + " \"q\" 'r'\nEOF\n" + name() +
               "=$(cat f)";
      case 12:
        return "read " + name() + " " + name() + " <<EOF\n" + text() + " " + expansion(2) + " end\nEOF";
      case 13:
        return "eval '" + name() + "=$" + any_name() + "'";
      case 14:
        return "unset " + name();
      case 15:
        return "IFS=" + pick({",", "-", "' '", "':,'"}) + "; set -- $" + any_name() + "; unset IFS; " + name() +
               "=$#:$1";
      default:
        return name() + "=" + text() + "; export " + name() + "; " + name() + "=$" + name() + "x";
    }
  }
};

}  // namespace

std::string generate(unsigned seed, bool bash) { return Generator(seed, bash).script(); }

std::string generate_ways(unsigned seed, bool bash) { return Generator(seed, bash, true).script(); }

std::string generate_mangled(unsigned seed) {
  std::mt19937 random(seed);
  std::string script = generate(seed, seed % 2 == 0);
  auto place = [&] { return random() % (script.size() + 1); };
  static constexpr std::string_view kPieces[] = {"$(",   "${",      "$((", "))", "}",  "`",   "'",    "\"",
                                                 "\\",   "<<EOF\n", "(",   ")",  ";;", "do ", "fi\n", "[[ ",
                                                 "\xc3", "&&",      "|",   "*",  "/",  "{",   "A=(",  "\n"};
  for (auto i = 1 + random() % 6; i > 0; --i) {
    size_t at = place(), length = random() % 12;
    switch (random() % 4) {
      case 0:
        script.erase(std::min(at, script.size()), length);
        break;
      case 1:
        script.insert(at, script.substr(place(), length));
        break;
      case 2:
        script.insert(at, kPieces[random() % std::size(kPieces)]);
        break;
      default:
        if (at < script.size()) script[at] = static_cast<char>(random() % 256);
    }
  }
  return script;
}

}  // namespace brokergate::shell::oracle
