#include "rules/kafka/apache.h"

#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/properties_text.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

void unset_are_unknown(const std::string& why, const std::string& place, Settings& settings) {
  for (auto& setting : settings.of) {
    if (setting.set || setting.by != Setting::By::kNothing) continue;
    setting.set_unreadable(unknown_atom(why));
    setting.place = place;
  }
}

}  // namespace

void apache_file(const VariableReader& reader, const Object& object, const ProcessStart& start, Value pod_spec,
                 Value container, Settings& settings) {
  const std::string_view path = start_script(Mechanics::kApache).file;
  if (const shell::File* file = start.files.find(path)) {
    Settings below;
    const std::string unread = read_properties_text(start, path, *file, below);
    for (size_t i = 0; i < kKeys; ++i) {
      Setting& over = settings.of[i];
      Setting& under = below.of[i];
      if (!under.set) continue;
      under.variable = over.variable;
      if (over.set) {
        over.shadowed.push_back(place_of(object, under));
      } else {
        under.shadowed = std::move(over.shadowed);
        over = std::move(under);
      }
    }
    if (!unread.empty())
      unset_are_unknown("the file " + std::string(path) + " cannot be read: " + unread, "file", settings);
    return;
  }
  const std::string mounted = mounted_at("/mnt/shared/config", pod_spec, container);
  const auto folder = start.files.system.folders.find("/mnt/shared/config");
  if (!mounted.empty() && folder == start.files.system.folders.end()) {
    unset_are_unknown("it may be set in " + mounted + ", which is not read", mounted, settings);
  } else if (!mounted.empty() && !folder->second.complete) {
    unset_are_unknown("it may be set in " + mounted + ", which is not in the input", mounted, settings);
  } else if (start.env.sources.empty() && !reader.any_property_variable()) {
    settings.unreadable = "no KAFKA_ variable is set, so the image uses its own default file";
    unset_are_unknown(settings.unreadable, "default of the image", settings);
  }
}

}  // namespace brokergate
