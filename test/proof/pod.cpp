#include "test/proof/pod.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace proof {
namespace {

namespace fs = std::filesystem;

// Programs of the host that a command may really run.
constexpr const char* kHostFolders[] = {"/bin/", "/usr/bin/", "/dev/", "/proc/self/"};

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::pair<std::string, int> output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {{}, 127};
  std::string output;
  char buffer[1 << 16];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  int status = pclose(pipe);
  return {output, WIFEXITED(status) ? WEXITSTATUS(status) : 127};
}

Root::Root() {
  std::string pattern = (fs::temp_directory_path() / "brokergate-proof-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  path_ = pattern;
}

Root::~Root() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

// An absolute path begins at a slash in front of a name, where a word or a
// value begins; `://` and `a/b` are none.
std::string Root::moved(const std::string& text) const {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool begins = i == 0 || std::string(" \t\n\"'`=:,(<>|&;").find(text[i - 1]) != std::string::npos;
    bool names = i + 1 < text.size() && (std::isalnum(static_cast<unsigned char>(text[i + 1])) || text[i + 1] == '_');
    if (text[i] == '/' && begins && names) {
      bool host = false;
      for (const char* folder : kHostFolders) host = host || text.compare(i, std::string(folder).size(), folder) == 0;
      if (!host) out += stage_.string();
    }
    out += text[i];
  }
  return out;
}

std::string Root::moved_back(std::string text) const {
  std::string stage = stage_.string();
  for (size_t at = text.find(stage); at != std::string::npos; at = text.find(stage, at)) text.erase(at, stage.size());
  return text;
}

// Prints what it was given to descriptor 3, items ended by NUL.
void Root::stand_in(const std::string& path, const std::string& name) {
  tool(path, "printf 'stand-in:" + name +
                 "\\0' >&3\n"
                 "for a in \"$@\"; do printf 'argument:%s\\0' \"$a\" >&3; done\n"
                 "if [ -f \"$1\" ]; then printf 'file:' >&3; cat \"$1\" >&3; printf '\\0' >&3; fi\n"
                 "env -0 | sed -z 's/^/environment:/' >&3\n"
                 // Once is enough, whatever the command does next.
                 "kill -9 \"$PROOF_GROUP\" 2>/dev/null\nexit 0\n");
}

void Root::tool(const std::string& path, const std::string& script) {
  fs::path file = path[0] == '/' ? fs::path(stage_.string() + path) : stage_ / "stand-ins" / path;
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n" << script;
  fs::permissions(file, fs::perms::owner_all);
}

void Root::prepare(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects) {
  if (!stage_.empty()) fs::remove_all(stage_);
  stage_ = path_ / std::to_string(stages_++);
  for (const char* folder : {"work", "tmp", "etc/kafka", "opt/kafka/config", "opt/kafka/bin", "var/lib/kafka"}) {
    fs::create_directories(stage_ / folder);
  }
  stand_in("/etc/confluent/docker/run", "confluent");
  stand_in("/etc/kafka/docker/run", "apache");
  stand_in("/opt/bitnami/scripts/kafka/entrypoint.sh", "bitnami");
  stand_in("/entrypoint.sh", "bitnami");
  stand_in("start-kafka.sh", "wurstmeister");
  stand_in("/usr/local/bin/start-kafka.sh", "wurstmeister");
  for (const char* path : {"kafka-server-start.sh", "kafka-server-start", "/opt/kafka/bin/kafka-server-start.sh",
                           "/usr/local/bin/kafka-server-start.sh", "/opt/bitnami/kafka/bin/kafka-server-start.sh",
                           "/work/bin/kafka-server-start.sh"}) {
    stand_in(path, "server-start");
  }
  // What needs a cluster or the host is not there; what only waits does not wait.
  for (const char* name : {"sleep", "chown", "chmod", "rm", "nc", "kafka-storage.sh", "kafka-storage", "ulimit"})
    tool(name, "exit 0\n");
  for (const char* name : {"kubectl", "curl", "wget", "mount", "reboot"}) tool(name, "exit 1\n");
  tool("hostname", "printf '%s\\n' " + shell_quoted(pod.name) + "\n");

  // ConfigMaps of the bundle that are mounted.
  const YAML::Node volumes = pod.set["spec"]["template"]["spec"]["volumes"];
  for (const YAML::Node& mount : container["volumeMounts"]) {
    fs::path place = stage_.string() + text_of(mount["mountPath"]);
    fs::create_directories(mount["subPath"] ? place.parent_path() : place);
    for (const YAML::Node& volume : volumes) {
      if (text_of(volume["name"]) != text_of(mount["name"]) || !volume["configMap"]) continue;
      for (const YAML::Node& object : objects) {
        if (text_of(object["kind"]) != "ConfigMap" ||
            text_of(object["metadata"]["name"]) != text_of(volume["configMap"]["name"])) {
          continue;
        }
        fs::path target = stage_.string() + text_of(mount["mountPath"]);
        std::string sub = text_of(mount["subPath"]);
        for (const auto& entry : object["data"]) {
          if (!sub.empty() && entry.first.Scalar() != sub) continue;
          fs::path file = sub.empty() ? target / entry.first.Scalar() : target;
          fs::create_directories(file.parent_path());
          std::ofstream(file) << moved(text_of(entry.second));
          fs::permissions(file, fs::perms::owner_all);
        }
      }
    }
  }
}

std::optional<Arrival> Root::run(const std::vector<std::string>& command, const Environment& environment) {
  std::string line = "cd " + shell_quoted((stage_ / "work").string()) + " && timeout -s KILL 20 env -i PATH=" +
                     shell_quoted((stage_ / "stand-ins").string() + ":/usr/bin:/bin");
  for (const auto& [name, value] : environment) {
    if (name != "PATH") line += " " + shell_quoted(name + "=" + (value.substr(0, 1) == "/" ? moved(value) : value));
  }
  // The outer shell's number is the one the stand-in ends.
  line += " sh -c 'PROOF_GROUP=$$; export PROOF_GROUP; exec \"$@\"' sh";
  for (const std::string& word : command) line += " " + shell_quoted(moved(word));
  // The shell that runs it says "Killed" when the stand-in has ended it.
  line = "exec 2>/dev/null; ( " + line + " ) 3>&1 >/dev/null </dev/null";
  std::string output = output_of(line).first;
  Arrival arrival;
  for (size_t at = 0; at < output.size();) {
    size_t end = std::min(output.find('\0', at), output.size());
    std::string item = moved_back(output.substr(at, end - at));
    at = end + 1;
    size_t colon = item.find(':');
    if (colon == std::string::npos) continue;
    std::string kind = item.substr(0, colon), value = item.substr(colon + 1);
    if (kind == "stand-in") {
      if (!arrival.stand_in.empty()) break;
      arrival.stand_in = value;
    } else if (kind == "argument") {
      arrival.arguments.push_back(value);
    } else if (kind == "file") {
      arrival.file = value;
    } else if (kind == "environment") {
      size_t equals = value.find('=');
      if (equals != std::string::npos) arrival.environment[value.substr(0, equals)] = value.substr(equals + 1);
    }
  }
  if (arrival.stand_in.empty()) return std::nullopt;
  return arrival;
}

}  // namespace proof
