// Only the command_line files know the command line library: it is slow to compile.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <new>

#include "brokergate/policy.h"
#include "cli/verbs/command_line.h"
#include "cli/verbs/verbs.h"

namespace brokergate::cli {
namespace {

constexpr const char* kExitCodes =
    "Exit codes: 0 clean, 1 denied, 2 could not run, 3 only what --fail-on-warn or --fail-on-unknown asks for.";
constexpr const char* kMutateCodes =
    "Exit codes: 0 done, 2 could not run. Done is also when denials are left for a person (they are told on stderr),\n"
    "so that it can be a Helm post-renderer; lint is the gate.";
constexpr const char* kReviewCodes = "Exit codes: 0 allowed, 1 denied, 2 could not run.";
constexpr const char* kCheckCodes =
    "Exit codes: 0 fine, 1 broken or expired, 2 could not run, 3 only what --fail-on-warn asks for.";
constexpr const char* kDoctorCodes =
    "Exit codes: 0 well, 1 something is broken, 2 could not look, 3 only what --fail-on-warn or --fail-on-unknown asks "
    "for.";
constexpr const char* kOtherCodes = "Exit codes: 0 done, 2 could not run.";

std::vector<std::string> shells() { return {"bash", "zsh", "fish"}; }

void paths(CLI::App* verb, InputOptions& input, const char* what) {
  verb->add_option("PATH", input.paths, what)->type_name("");
}

void format(CLI::App* verb, std::string& format, const std::vector<std::string>& known) {
  verb->add_option("-o,--output", format, "output format")->check(CLI::IsMember(known))->capture_default_str();
}

class CommandLine {
 public:
  explicit CommandLine(Console& console) : console_(console), app_("", "brokergate") {
    app_.description(
        "Guards how Kafka brokers on Kubernetes are reached from outside: finds what is wrong in manifests and\n"
        "admission requests, explains it, and makes the change where it takes effect.");
    app_.footer(kExitCodes);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.set_help_flag("-h,--help", "show this help");
    app_.add_option("--color", color_, "when to colour (NO_COLOR is honoured)")
        ->check(CLI::IsMember(std::vector<std::string>{"auto", "always", "never"}))
        ->type_name("")
        ->capture_default_str();
    add_lint();
    add_mutate();
    add_review();
    add_inspect();
    add_serve();
    add_rules();
    const AddVerb add = [this](CLI::App* parent, const char* name, const char* description,
                               std::function<int()> action) {
      return verb(parent, name, description, std::move(action));
    };
    add_certs(app_, certs_, add, console_);
    add_doctor(app_, doctor_, add, console_);
    add_audit(app_, audit_, audit_targets_, add, console_);
    add_small();
    for (CLI::App* added : app_.get_subcommands({})) {
      const std::string& name = added->get_name();
      added->footer(name == "lint" || name == "audit" ? kExitCodes
                    : name == "mutate"                ? kMutateCodes
                    : name == "review"                ? kReviewCodes
                    : name == "doctor"                ? kDoctorCodes
                                                      : kOtherCodes);
      for (CLI::App* below : added->get_subcommands({})) {
        below->footer(below->get_name() == "check" ? kCheckCodes : kOtherCodes);
      }
    }
  }

  int run(int argc, const char* const* argv) {
    // --version stands alone; every other call needs a verb.
    if (argc == 2 && std::string_view(argv[1]) == "--version") return version(console_);
    if (argc == 2 && std::string_view(argv[1]) == "help") return console_.out(app_.help()) ? kClean : kCouldNotRun;
    if (const std::string wrong = misspelt_verb(argc, argv); !wrong.empty()) {
      console_.error(wrong);
      return kCouldNotRun;
    }
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
      return explain(problem);
    }
    console_.set_color(when());
    return action_ ? action_() : kCouldNotRun;
  }

 private:
  static std::string unknown(const std::string& what, const std::string& word, const std::vector<std::string>& known) {
    const std::vector<std::string_view> views(known.begin(), known.end());
    const std::string_view near = nearest(word, views);
    std::string out = "there is no " + what + " " + word;
    if (!near.empty()) return out + "; did you mean " + std::string(near) + "?";
    out += "; known are";
    for (size_t i = 0; i < known.size(); ++i) out += (i == 0 ? " " : ", ") + known[i];
    return out;
  }

  // The library only says that a verb is required.
  std::string misspelt_verb(int argc, const char* const* argv) const {
    const CLI::App* above = &app_;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--color") ++i;
      if (word.starts_with("-")) continue;
      std::vector<std::string> known;
      const CLI::App* chosen = nullptr;
      for (const CLI::App* verb : above->get_subcommands([](const CLI::App*) { return true; })) {
        known.push_back(verb->get_name());
        if (verb->get_name() == word) chosen = verb;
      }
      if (known.empty()) return {};
      if (!chosen) return unknown(above == &app_ ? "verb" : "verb " + above->get_name(), word, known);
      above = chosen;
    }
    return {};
  }

  When when() const { return color_ == "always" ? When::kAlways : color_ == "never" ? When::kNever : When::kAuto; }

  CLI::App* verb(CLI::App* parent, const char* name, const char* description, std::function<int()> action) {
    CLI::App* added = parent->add_subcommand(name, description);
    added->callback([this, action = std::move(action)] { action_ = action; });
    return added;
  }

  void add_lint() {
    auto* lint_verb = verb(&app_, "lint", "report what is wrong in manifests", [this] {
      if (!take_targets(targets_, lint_.outputs, console_)) return static_cast<int>(kCouldNotRun);
      return lint(lint_, console_);
    });
    paths(lint_verb, lint_.input, "files, directories or - (default: stdin)");
    add_view(lint_verb, lint_.input);
    add_policy(lint_verb, lint_.policy);
    add_targets(lint_verb, targets_);
    lint_verb->add_flag("--fail-on-warn", lint_.fail_on_warn, "exit with 3 when there are warnings");
    lint_verb->add_flag("--fail-on-unknown", lint_.fail_on_unknown,
                        "exit with 3 when something could not be recognised");
  }

  void add_mutate() {
    auto* mutate_verb = verb(&app_, "mutate", "print the manifests with everything mended that can be", [this] {
      if (diff_ + patch_ + in_place_ > 1) {
        console_.error("--diff, --patch and --in-place exclude one another");
        return static_cast<int>(kCouldNotRun);
      }
      if (diff_) mutate_.output = MutateOptions::Output::kDiff;
      if (patch_) mutate_.output = MutateOptions::Output::kPatch;
      if (in_place_) mutate_.output = MutateOptions::Output::kInPlace;
      return mutate(mutate_, console_);
    });
    paths(mutate_verb, mutate_.input, "files, directories or - (default: stdin)");
    add_view(mutate_verb, mutate_.input);
    add_policy(mutate_verb, mutate_.policy);
    mutate_verb->add_flag("--diff", diff_, "print a unified diff instead");
    mutate_verb->add_flag("--patch", patch_, "print one JSON line per changed object: file, object, RFC 6902 patch");
    mutate_verb->add_flag("--in-place", in_place_, "write the files, each at once or not at all");
  }

  void add_review() {
    auto* review_verb = verb(&app_, "review", "answer an AdmissionReview as the webhook would",
                             [this] { return review(review_, console_); });
    paths(review_verb, review_.input, "a review, or manifests to make CREATE reviews of; - for stdin");
    add_view(review_verb, review_.input);
    add_policy(review_verb, review_.policy);
    review_verb->add_option("--endpoint", review_.endpoint, "which endpoint answers")
        ->check(CLI::IsMember(std::vector<std::string>{"mutate", "validate"}))
        ->capture_default_str();
  }

  void add_inspect() {
    auto* inspect_verb = verb(&app_, "inspect", "show what was recognised and how each broker is reached",
                              [this] { return inspect(inspect_, console_); });
    paths(inspect_verb, inspect_.input, "files, directories or - (default: stdin)");
    add_policy(inspect_verb, inspect_.policy);
    format(inspect_verb, inspect_.format, {"text", "json", "yaml"});
  }

  void add_serve() {
    auto* serve_verb = verb(&app_, "serve", "run the admission webhook", [this] { return serve(serve_, console_); });
    serve_verb->add_option("--listen", serve_.listen, "address; port 0 takes any free one")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    serve_verb->add_option("--cert", serve_.cert, "PEM file: the certificate, then its chain")
        ->type_name("FILE")
        ->required();
    serve_verb->add_option("--key", serve_.key, "PEM file: its private key, not encrypted")
        ->type_name("FILE")
        ->required();
    serve_verb->add_option("--client-ca", serve_.client_ca, "PEM file: take only clients with a certificate of these")
        ->type_name("FILE");
    serve_verb
        ->add_option("--client-name", serve_.client_names, "and only with this common or DNS name; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    serve_verb->add_flag("--cluster-view", serve_.cluster_view,
                         "watch Nodes, StatefulSets, Services and their ConfigMaps, and judge requests with them");
    add_cluster_options(*serve_verb, serve_.cluster);
    serve_verb->add_option("--operations", serve_.operations, "plain port for /livez, /readyz and /metrics")
        ->type_name("HOST:PORT");
    serve_verb
        ->add_option("--stay", serve_.stay, "after SIGTERM, still take connections for so long while /readyz says no")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, 600.0));
    serve_verb->add_option("--max-connections", serve_.connections, "open at once; quiet ones make room for new ones")
        ->type_name("N")
        ->check(CLI::Range(16, 100000))
        ->capture_default_str();
    serve_verb->add_option("--max-connections-per-peer", serve_.connections_per_peer, "open at once from one address")
        ->type_name("N")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    add_policy(serve_verb, serve_.policy);
  }

  void add_rules() {
    CLI::App* rules = app_.add_subcommand("rules", "the rules and why they are there");
    rules->require_subcommand(1);
    auto* list = verb(rules, "list", "all rules", [this] { return rules_list(rules_, console_); });
    format(list, rules_.format, {"text", "json", "markdown"});
    auto* explain_verb = verb(rules, "explain", "one rule", [this] { return rules_explain(rules_, console_); });
    explain_verb->add_option("ID", rules_.id, "the rule's id")->type_name("")->required();
    format(explain_verb, rules_.format, {"text", "json", "markdown"});
  }

  void add_small() {
    verb(&app_, "version", "show the version", [this] { return version(console_); });
    auto* completion_verb = verb(&app_, "completion", "print a shell's completion script",
                                 [this] { return completion(shell_, shapes(), console_); });
    completion_verb->add_option("SHELL", shell_, "bash, zsh or fish")
        ->type_name("")
        ->check(CLI::IsMember(shells()))
        ->required();
  }

  static void add_flags(const CLI::App* verb, VerbShape& shape) {
    const auto add = [&](std::string flag) {
      if (std::find(shape.flags.begin(), shape.flags.end(), flag) == shape.flags.end()) {
        shape.flags.push_back(std::move(flag));
      }
    };
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) add("--" + name);
      for (const std::string& name : option->get_snames()) add("-" + name);
    }
  }

  std::vector<VerbShape> shapes() const {
    const auto all = [](const CLI::App*) { return true; };
    std::vector<VerbShape> out;
    for (const CLI::App* verb : app_.get_subcommands(all)) {
      VerbShape shape;
      shape.name = verb->get_name();
      shape.description = verb->get_description();
      add_flags(verb, shape);
      add_flags(&app_, shape);
      for (const CLI::App* below : verb->get_subcommands(all)) {
        shape.words.push_back(below->get_name());
        add_flags(below, shape);
      }
      if (shape.name == "completion") shape.words = shells();
      out.push_back(std::move(shape));
    }
    return out;
  }

  int explain(const CLI::ParseError& problem) {
    console_.set_color(when());
    if (problem.get_exit_code() == 0) {  // --help
      const CLI::App* asked = &app_;
      std::string above;
      for (auto chosen = asked->get_subcommands(); !chosen.empty(); chosen = asked->get_subcommands()) {
        above += (above.empty() ? "" : " ") + asked->get_name();
        asked = chosen.back();
      }
      return console_.out(asked->help(above)) ? kClean : kCouldNotRun;
    }
    std::string name = "brokergate";
    VerbShape shape;
    add_flags(&app_, shape);
    for (auto chosen = app_.get_subcommands(); !chosen.empty(); chosen = chosen.back()->get_subcommands()) {
      name += " " + chosen.back()->get_name();
      add_flags(chosen.back(), shape);
    }
    std::string what = problem.what();
    if (const size_t at = what.find(": --");
        at != std::string::npos && what.find("not expected") != std::string::npos) {
      const size_t end = std::min(what.find_first_of(" =", at + 2), what.size());
      what = unknown("option", what.substr(at + 2, end - at - 2), shape.flags);
    }
    console_.error(what + " (" + name + " --help tells more)");
    return kCouldNotRun;
  }

  Console& console_;
  CLI::App app_;
  std::function<int()> action_;
  std::string color_ = "auto";
  LintOptions lint_;
  AuditOptions audit_;
  std::vector<std::string> targets_, audit_targets_;
  MutateOptions mutate_;
  bool diff_ = false, patch_ = false, in_place_ = false;
  ReviewOptions review_;
  InspectOptions inspect_;
  ServeOptions serve_;
  CertsOptions certs_;
  DoctorOptions doctor_;
  RulesOptions rules_;
  std::string shell_;
};

}  // namespace

int run(int argc, const char* const* argv, Console& console) {
  try {
    return CommandLine(console).run(argc, argv);
  } catch (const std::bad_alloc&) {
    console.error("not enough memory");
  } catch (const std::exception& problem) {
    console.error(std::string("internal error: ") + problem.what());
  }
  return kCouldNotRun;
}

}  // namespace brokergate::cli
