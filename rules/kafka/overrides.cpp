#include "rules/kafka/overrides.h"

#include <algorithm>

#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/properties_text.h"
#include "rules/kafka/variables.h"

namespace brokergate {
namespace {

// joptsimple takes any beginning of an option's name for the option.
bool is_override(std::string_view option) {
  return option.size() > 2 && std::string_view("--override").starts_with(option);
}

// The pair of an --override that begins at argv[at], which moves to the pair's word.
bool override_pair(const std::vector<ArgvWord>& argv, size_t& at, std::string_view& pair) {
  const std::string_view word = argv[at].text;
  if (is_override(word)) {
    if (at + 1 >= argv.size()) return false;
    pair = argv[++at].text;
    return true;
  }
  const size_t equals = word.find('=');
  if (equals == word.npos || !is_override(word.substr(0, equals))) return false;
  pair = word.substr(equals + 1);
  return true;
}

// These images hold Kafka 0.10 to 2.x as it is released: its server.properties sets
// broker.id=0, listeners and advertised.listeners are comments (kow3ns/kubernetes-kafka docker/Dockerfile).
bool is_stock_file(ImageFamily family, std::string_view file) {
  return family == ImageFamily::kKubernetesKafka && file == "/opt/kafka/config/server.properties";
}

void take_override(const Object& object, const ArgvWord& from, const std::string& place, std::string_view key,
                   std::string_view value, bool in_script, Setting& setting) {
  if (setting.set) setting.shadowed.push_back(place_of(object, setting));
  setting.by = Setting::By::kOverride;
  setting.set = true;
  setting.value = value;
  setting.node = from.node;
  setting.object = from.object;
  setting.begin = from.begin;
  setting.end = from.end;
  setting.place = "--override in " + place;
  setting.in_shell = in_script;
  // The word is KEY=VALUE as it stands, so that VALUE can be changed in place.
  const std::string_view raw = from.node.scalar();
  const bool part = from.end > from.begin && from.end <= raw.size();
  const std::string_view word = part ? raw.substr(from.begin, from.end - from.begin) : raw;
  constexpr std::string_view kJoined = "--override=";
  const size_t before = word.starts_with(kJoined) ? kJoined.size() : 0;
  const std::string_view text = word.substr(before);
  setting.exact = (from.plain || (in_script && part)) && text.size() > key.size() && text.starts_with(key) &&
                  text[key.size()] == '=';
  if (!setting.exact) return;
  setting.begin = (part ? from.begin : 0) + static_cast<uint32_t>(before + key.size() + 1);
  setting.end = part ? from.end : static_cast<uint32_t>(raw.size());
}

}  // namespace

void take_overrides(const Object& object, const ProcessStart& start, size_t at, Settings& settings) {
  for (; at < start.argv.size(); ++at) {
    const size_t word = at;
    // joptsimple takes no options behind it, and Kafka then refuses to start (kafka.Kafka).
    if (start.argv[at].text == "--") {
      if (settings.doubt.empty())
        settings.doubt = "the argument -- in " + start.argv[at].place + " ends the options: Kafka refuses what follows";
      return;
    }
    std::string_view pair;
    const bool given = override_pair(start.argv, at, pair);
    const std::string_view key = given ? pair.substr(0, pair.find('=')) : std::string_view(start.argv[at].text);
    if (has_unknown(key)) {
      if (settings.doubt.empty())
        settings.doubt = "an argument in " + start.argv[at].place +
                         " may be an --override, and cannot be known: " + unknown_reason(key);
      continue;
    }
    if (!given || key.size() == pair.size()) continue;
    settings.old_address = settings.old_address || is_old_address(key);
    for (size_t i = 0; i < kKeys; ++i) {
      if (key != property_name(static_cast<Key>(i))) continue;
      take_override(object, start.argv[at], start.argv[word].place, key, pair.substr(key.size() + 1), start.script_read,
                    settings.of[i]);
    }
  }
}

void unknown_unless_set(const std::string& why, const ProcessStart& start, Settings& settings) {
  for (auto& setting : settings.of) {
    if (setting.set) continue;
    setting.set_unreadable(unknown_atom(why));
    if (start.argv.empty()) continue;
    const ArgvWord& from = start.argv[std::min(size_t{1}, start.argv.size() - 1)];
    setting.node = from.node;
    setting.object = from.object;
    setting.place = "start in " + from.place;
  }
}

void file_and_overrides(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                        ImageFamily family, Settings& settings) {
  size_t at = 1;
  while (at < start.argv.size() && start.argv[at].text.starts_with("-")) ++at;
  std::string file = at < start.argv.size() ? start.argv[at].text : std::string();
  // A relative name is one in the folder where the container starts.
  std::string_view folder = container["workingDir"].str();
  if (folder.empty() && family == ImageFamily::kSolsson) folder = "/opt/kafka";  // its Dockerfile's WORKDIR
  const bool moved = start.script_read && !start.shell.cwd.empty() && start.shell.cwd != folder;
  if (!file.empty() && file.front() != '/' && !folder.empty() && !moved &&
      !(start.script_read && start.shell.file(file)))
    file = std::string(folder) + (folder.ends_with('/') ? "" : "/") + (file.starts_with("./") ? file.substr(2) : file);
  // The key under which the shell keeps a file: one of another spelling is found, too.
  const shell::File* written = start.script_read ? start.shell.file(file) : start.files.find(file);
  std::string missing;
  if (written) {
    missing = read_properties_text(start, file, *written, settings);
    if (!missing.empty())
      missing = "the file " + display(file) +
                (written->given == 0 && !start.files.maker.empty() ? ", which " + start.files.maker + " makes," : "") +
                " cannot be read: " + missing;
  } else if (is_stock_file(family, file) && mounted_at("/opt/kafka", pod_spec, container).empty()) {
    Setting& id = settings[Key::kBrokerId];
    id.by = Setting::By::kFile;
    id.set = true;
    id.value = "0";
    id.place = "server.properties of the image";
    id.exact = false;
  } else {
    missing =
        (file.empty() ? "the properties file" : describe_file(display(file), pod_spec, container)) + " is not read";
    if (!start.files.lost.empty()) missing += "; " + start.files.lost;
  }
  take_overrides(object, start, at + 1, settings);
  if (missing.empty()) return;
  if (!settings[Key::kAdvertised].set) settings.unreadable = missing;
  unknown_unless_set(missing, start, settings);
}

}  // namespace brokergate
