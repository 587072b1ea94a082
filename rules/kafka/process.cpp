#include "rules/kafka/process.h"

#include <algorithm>
#include <array>
#include <span>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/env_call.h"

namespace brokergate {
namespace {

void append_words(Value list, CommandLine& line) {
  if (!list.is_seq()) return;
  for (const Node& node : list.children()) line.words.emplace_back(&node);
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// HOSTNAME as the container runtime sets it. The StatefulSet controller writes
// the pod's name into spec.hostname whatever the template says (initIdentity).
std::string host_name(const PodIdentity& identity) {
  if (identity.spec["hostNetwork"].as_bool().value_or(false)) return runtime_atom("nodeName");
  if (identity.spec["setHostnameAsFQDN"].as_bool().value_or(false))
    return unknown_atom("HOSTNAME is a full domain name (setHostnameAsFQDN)");
  return identity.name;
}

// A pod has a domain when it has a subdomain, which the StatefulSet controller sets to
// spec.serviceName (initIdentity), whether or not there is such a Service. The cluster's own
// domain is the kubelet's clusterDomain, which no manifest tells.
std::string pod_domain(const PodIdentity& identity) {
  if (!identity.object || identity.spec["hostNetwork"].as_bool().value_or(false)) return {};
  const bool set = identity.object->kind == "StatefulSet";
  const Value subdomain = set ? identity.object->spec()["serviceName"] : identity.spec["subdomain"];
  if (subdomain.str().empty()) return {};
  return std::string(subdomain.str()) + "." + identity.ns + ".svc." + runtime_atom("clusterDomain");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What envFrom may define can be anything: the names that the script mentions
// and the manifest does not define are unknown, not empty.
void add_possible_names(const KubeletEnv& env, std::string_view script, shell::Environment& out) {
  for (size_t at = script.find('$'); at != script.npos; at = script.find('$', at + 1)) {
    size_t begin = at + 1;
    if (begin < script.size() && script[begin] == '{') ++begin;
    size_t end = begin;
    while (end < script.size() && is_name_char(script[end])) ++end;
    const std::string_view name = script.substr(begin, end - begin);
    if (name.empty() || out.find(name) != out.end()) continue;
    if (const EnvSource* source = env.possible_source(name))
      out.emplace(name, unknown_atom(std::string(name) + " may come from " + source->what));
  }
}

Entry default_entry(ImageFamily family) {
  switch (family) {
    case ImageFamily::kConfluent:
      return Entry::kConfluentRun;
    case ImageFamily::kApache:
      return Entry::kApacheRun;
    case ImageFamily::kBitnami:
      return Entry::kBitnamiRun;
    case ImageFamily::kWurstmeister:
    case ImageFamily::kMedinvention:
      return Entry::kWurstmeister;
    case ImageFamily::kEngapa:
      return Entry::kEngapa;
    case ImageFamily::kStrimzi:
      return Entry::kStrimzi;
    case ImageFamily::kRedpanda:
      return Entry::kRedpanda;
    case ImageFamily::kKubernetesKafka:
    case ImageFamily::kSolsson:
    case ImageFamily::kOther:
    case ImageFamily::kUnknown:
      break;
  }
  return Entry::kNone;
}

// What the env(1)s among the first `count` words do.
EnvWords env_words(const std::vector<ArgvWord>& words, size_t count) {
  EnvWords out;
  count = std::min(count, words.size());
  for (size_t at = 0; at < count; ++at) {
    if (base_name(words[at].text) != "env") continue;
    std::vector<std::string> argv;
    for (size_t i = at; i < count; ++i) argv.push_back(words[i].text);
    const shell::EnvCall call = shell::read_env_call(argv);
    if (call.clear || !call.unset.empty()) {
      out.node = words[at].node;
      out.place = words[at].place;
    }
    if (call.clear) {
      out.cleared = true;
      out.assigned.clear();
    }
    for (const std::string_view name : call.unset) {
      out.removed.emplace_back(name);
      std::erase_if(out.assigned, [&](const ArgvWord& word) {
        return word.text.size() > name.size() && word.text[name.size()] == '=' && word.text.starts_with(name);
      });
    }
    for (size_t i = call.assignments; i < call.command && at + i < count; ++i) out.assigned.push_back(words[at + i]);
    at += call.command - 1;
  }
  return out;
}

// Places further on in a text that is read from its beginning to its end, each looked for once.
class Ahead {
 public:
  explicit Ahead(std::string_view text) : text_(text) {}
  size_t line_end(size_t from) { return next(line_end_, "\n;&|", from); }
  size_t expansion(size_t from) { return next(expansion_, "$`", from); }

 private:
  size_t next(size_t& known, std::string_view characters, size_t from) const {
    if (known < from || from == 0) known = std::min(text_.find_first_of(characters, from), text_.size());
    return known;
  }

  std::string_view text_;
  size_t line_end_ = 0, expansion_ = 0;
};

// Splits off the words that only start the rest; what env does is kept.
void settle(std::vector<ArgvWord> words, size_t program, ProcessStart& start) {
  program = std::min(program, words.size());
  if (program > 0) {
    start.prefix = env_words(words, program);
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(program));
  }
  start.argv = std::move(words);
}

// Most of a broker's thirty variables are none of the script's business.
shell::Environment script_environment(const ProcessStart& start, const PodIdentity& identity) {
  shell::Environment environment;
  const auto seen = [&](std::string_view name) { return !start.parsed->names_all || start.parsed->names(name); };
  if (!start.before.takes_away("HOSTNAME")) environment.emplace("HOSTNAME", host_name(identity));
  for (const auto& entry : start.env.entries)
    if (seen(entry.name)) environment.insert_or_assign(std::string(entry.name), std::string(entry.value));
  if (start.before.empty()) {
    if (!start.env.sources.empty()) add_possible_names(start.env, start.expanded.text, environment);
    return environment;
  }
  std::erase_if(environment, [&](const auto& one) { return start.before.takes_away(one.first); });
  if (!start.env.sources.empty() && !start.before.cleared)
    add_possible_names(start.env, start.expanded.text, environment);
  for (const auto& word : start.before.assigned) {
    const size_t equals = word.text.find('=');
    environment.insert_or_assign(word.text.substr(0, equals), word.text.substr(equals + 1));
  }
  return environment;
}

// Where a script stands and what the shell reads of it.
struct ScriptText {
  Value node;
  const Object* object = nullptr;
  std::string place;
  Expanded expanded;
  Image image = {};  // whose sh reads it
};

// Why what was read may not be what sh makes of it; empty: it is.
std::string not_for_sh(const shell::Borrowed& borrowed, const Image& image) {
  if (borrowed.from == shell::Borrowed::From::kNobody) return {};
  const PosixShell sh = sh_of(image);
  if (sh.reads(borrowed)) return {};
  const std::string uses = " uses " + borrowed.what + ", which ";
  if (sh.name.empty())
    return uses + "not every sh has, and what sh is in image " + std::string(image.path) + " is not known";
  return uses + "sh of image " + std::string(image.path) + " (" + std::string(sh.name) + ") does not have";
}

void read_script(ScriptText text, const shell::Invocation& call, const std::vector<std::string>& positional,
                 const PodIdentity& identity, const std::shared_ptr<const ParsedScript>& known, ProcessStart& start) {
  start.script_read = true;
  start.script = text.node;
  start.script_object = text.object;
  start.script_place = std::move(text.place);
  start.expanded = std::move(text.expanded);
  if (has_unknown(start.expanded.text)) {
    start.why = start.script_place + " holds a part that cannot be known: " + unknown_reason(start.expanded.text);
    return;
  }
  start.parsed = known && known->text == start.expanded.text
                     ? known
                     : std::make_shared<const ParsedScript>(start.expanded.text, call.dialect);
  const shell::Environment environment = script_environment(start, identity);

  bool client = false;
  const auto is_entry = [&client](const std::vector<std::string>& words) {
    const Entry entry = classify(words);
    client = client || entry == Entry::kNotBroker;
    return starts_broker(entry);
  };
  if (start.parsed->names("hostname")) start.files.system.domain = pod_domain(identity);
  start.shell = start.parsed->script.run(environment, positional, is_entry, call.options, {}, &start.files.system);
  start.why = start.shell.why;
  if (std::string strange = not_for_sh(start.shell.borrowed, text.image); !strange.empty()) {
    start.strange = start.why = start.script_place + strange;
  }
  start.certain = start.shell.certain && start.strange.empty();
  if (start.shell.argv.empty()) {
    start.client = client;
    if (start.why.empty()) start.why = start.script_place + " starts no broker";
    return;
  }
  size_t program = 0;
  start.entry = classify(start.shell.argv, &program);
  std::vector<ArgvWord> words;
  words.reserve(start.shell.argv.size());
  for (size_t i = 0; i < start.shell.argv.size(); ++i) {
    ArgvWord word{start.shell.argv[i], start.script, 0, 0, false, start.script_place, start.script_object};
    if (i < start.shell.argv_words.size()) {
      const shell::Span span = start.shell.argv_words[i];
      if (!start.expanded.source_offset(span.begin, false, &word.begin) ||
          !start.expanded.source_offset(span.end, true, &word.end))
        word.begin = word.end = 0;
    }
    words.push_back(std::move(word));
  }
  settle(std::move(words), program, start);
}

// The program is a script, or the shell's operand is one, that lies on a volume.
bool read_script_file(const std::vector<std::string>& argv, size_t program,
                      const std::optional<shell::Invocation>& call, const PodIdentity& identity,
                      const std::shared_ptr<const ParsedScript>& known, const Image& image, ProcessStart& start) {
  const size_t at = call ? program + call->script : program;
  if (at >= argv.size() || start.files.system.files.empty()) return false;
  const shell::File* file = start.files.find(argv[at]);
  if (!file || program > 0) return false;
  const PodFiles::Origin* origin = start.files.origin(*file);
  const std::string name(base_name(argv[at]));
  if (origin && !call && !origin->executable) {
    start.why = name + " of " + origin->what +
                " may not be run: its volume's defaultMode is 0644, so that the container does not start";
    return true;
  }
  ScriptText text;
  if (origin) {
    text = {origin->node, origin->object, name + " of " + origin->what, {}};
  } else {
    text.place = argv[at] + (start.files.maker.empty() ? "" : " (made by " + start.files.maker + ")");
  }
  text.expanded.text = file->text;
  text.image = image;
  const size_t rest = call ? program + call->positional : at + 1;
  const std::vector<std::string> positional(argv.begin() + static_cast<std::ptrdiff_t>(std::min(rest, argv.size())),
                                            argv.end());
  shell::Invocation own;
  own.dialect = shell::dialect_of(file->text);
  read_script(std::move(text), call.value_or(own), positional, identity, known, start);
  return true;
}

}  // namespace

bool EnvWords::takes_away(std::string_view name) const {
  return cleared || std::find(removed.begin(), removed.end(), name) != removed.end();
}

ParsedScript::ParsedScript(std::string t, shell::Dialect dialect) : text(std::move(t)), script(text, dialect) {
  static constexpr std::array<std::string_view, 8> kSeeAll = {"compgen", "declare",  "env",  "envsubst",
                                                              "eval",    "printenv", "sudo", "typeset"};
  const std::string_view whole = text;
  Ahead ahead(whole);
  names_all = whole.find("${!") == whole.npos;
  size_t at = 0;
  while (at < whole.size()) {
    if (!is_name_char(whole[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < whole.size() && is_name_char(whole[end])) ++end;
    const std::string_view word = whole.substr(at, end - at);
    // `set` alone prints all variables; `set -e` and `set a b` look at none.
    if (word == "set" && whole.substr(end).find_first_not_of(" \t") != whole.npos &&
        std::string_view("\n;|&)>").find(whole[whole.find_first_not_of(" \t", end)]) != std::string_view::npos)
      names_all = false;
    // `unset ${A}_B` and `exec -c` reach variables that have no name here.
    if (word == "unset" && ahead.expansion(end) < ahead.line_end(end)) names_all = false;
    if (word == "exec") {
      const size_t next = std::min(whole.find_first_not_of(" \t", end), whole.size());
      if (next > end && next < whole.size() && whole[next] == '-' && whole[next - 1] == ' ') names_all = false;
    }
    if (!is_digit(whole[at])) words_.push_back(word);
    at = end;
  }
  std::sort(words_.begin(), words_.end());
  words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
  for (const auto& word : kSeeAll)
    if (names(word)) names_all = false;
  loops = names("for") || names("while") || names("until") || names("function") || whole.find("()") != whole.npos;
}

bool ParsedScript::names(std::string_view variable) const {
  return std::binary_search(words_.begin(), words_.end(), variable);
}

std::string CommandLine::place(size_t index) const {
  return index < commands ? "command[" + std::to_string(index) + "]" : "args[" + std::to_string(index - commands) + "]";
}

CommandLine command_line(Value container) {
  CommandLine line;
  append_words(container["command"], line);
  line.commands = line.words.size();
  append_words(container["args"], line);
  return line;
}

Value pod_template(const Object& object) {
  if (object.kind == "Pod") return object.root;
  return object.spec()["template"];
}

PodIdentity identity_of(const Object& object, int64_t ordinal, const ConfigMaps* maps) {
  PodIdentity identity;
  identity.object = &object;
  identity.maps = maps;
  const Value pod = pod_template(object);
  identity.ordinal = ordinal;
  identity.template_metadata = pod["metadata"];
  identity.spec = pod["spec"];
  identity.name = object.kind == "Pod" && !object.name.empty() ? std::string(object.name)
                  : object.name.empty()                        ? unknown_atom("the StatefulSet has no name yet")
                                        : std::string(object.name) + "-" + std::to_string(ordinal);
  // `kubectl -n` or the request decides when the manifest does not say.
  identity.ns = object.ns.empty() ? runtime_atom("namespace") : std::string(object.ns);
  return identity;
}

ProcessStart read_process(Value container, const PodIdentity& identity, ImageFamily family,
                          const std::shared_ptr<const ParsedScript>& known, const PodFiles* files) {
  ProcessStart start;
  start.env = kubelet_env(container, identity);
  start.files = files ? *files : files_of(container, identity);
  if (!start.before.takes_away("HOSTNAME")) start.variables.emplace("HOSTNAME", host_name(identity));
  start.files.system.cwd = container["workingDir"].str();
  const Image image = parse_image(container["image"].str());
  const CommandLine line = command_line(container);
  if (line.empty()) {
    start.entry = default_entry(family);
    if (start.entry == Entry::kNone) start.why = "no command is given and the image's own start is not known";
    return start;
  }
  // args without command replace the image's CMD. Bitnami's image has an ENTRYPOINT
  // before it, the Confluent and Apache images have none that matters.
  const size_t entrypoint = line.commands == 0 && family == ImageFamily::kBitnami ? 1 : 0;
  std::vector<std::string> argv;
  argv.reserve(line.words.size() + 1);
  if (entrypoint) argv.emplace_back("/opt/bitnami/scripts/kafka/entrypoint.sh");
  for (const Value word : line.words) argv.emplace_back(word.scalar());
  const size_t wrappers = wrapper_words(argv);
  const auto call = shell::invocation_of(std::span<const std::string>(argv).subspan(wrappers));
  if (call && !call->is_file) {
    const size_t script = wrappers + call->script;
    if (wrappers > entrypoint) {
      std::vector<ArgvWord> words;
      for (size_t i = entrypoint; i < wrappers; ++i)
        words.push_back(
            {expand(argv[i], start.env).text, line.words[i - entrypoint], 0, 0, true, line.place(i - entrypoint)});
      start.before = env_words(words, words.size());
    }
    std::vector<std::string> positional;
    for (size_t i = wrappers + call->positional; i < argv.size(); ++i)
      positional.push_back(expand(argv[i], start.env).text);
    const Value node = line.words[script - entrypoint];
    read_script({node, nullptr, line.place(script - entrypoint), expand(node.scalar(), start.env), image}, *call,
                positional, identity, known, start);
    return start;
  }
  for (auto& word : argv)
    if (word.find('$') != std::string::npos) word = expand(word, start.env).text;
  if (read_script_file(argv, wrappers, call, identity, known, image, start)) return start;
  size_t program = 0;
  start.entry = classify(argv, &program);
  start.client = start.entry == Entry::kNotBroker;
  if (start.entry == Entry::kNone && line.commands == 0 &&
      argv[program < argv.size() ? program : 0].find('=') != std::string::npos) {
    start.why = "args without a command replace what the image runs, so that the container cannot start";
  } else if (start.entry == Entry::kNone) {
    const std::string& what = argv[std::min(call ? wrappers + call->script : program, argv.size() - 1)];
    start.why = (call ? "the script " : "what ") + display(what) +
                (call ? " is not in the manifest" : " does is not in the manifest");
  }
  std::vector<ArgvWord> words;
  words.reserve(argv.size());
  for (size_t i = 0; i < argv.size(); ++i) {
    const bool own = i >= entrypoint;
    words.push_back({std::move(argv[i]), own ? line.words[i - entrypoint] : Value(), 0, 0, own,
                     own ? line.place(i - entrypoint) : "image"});
  }
  settle(std::move(words), program, start);
  return start;
}

}  // namespace brokergate
