#include "rules/kafka/engapa.h"

#include "rules/kafka/opaque.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {

void engapa_settings(const VariableReader& reader, const Object& object, const ProcessStart& start,
                     Settings& settings) {
  const StartScript& script = start_script(settings.mechanics);
  for (size_t i = 0; i < kKeys; ++i) settings.of[i] = reader.read(variable_of(script, static_cast<Key>(i)));
  // KAFKA_* are other things to this image.
  for (const Key key : {Key::kAdvertised, Key::kListeners, Key::kProtocolMap})
    if (const EnvEntry* entry = start.env.find(plain_variable(key)))
      settings[key].shadowed.push_back(env_place(object, *entry));
  Setting& id = settings[Key::kBrokerId];
  if (!id.set) id.set_unreadable(unknown_atom("the image's start script computes it"));
}

}  // namespace brokergate
