// A broker's settings as Kafka's own checks at start-up get them.
#pragma once

#include "rules/kafka/settings.h"
#include "rules/kafka/startup/startup.h"

namespace brokergate {

struct StartupSettings {
  startup::Texts texts;
  startup::Names unknown;
};

// What cannot be known, is longer than anybody writes, or may arrive as something else than it is written here (an
// empty variable, characters that a properties file changes, a reference that Kafka's
// configuration providers resolve), is unknown; so is what is not set where the image
// has defaults of its own.
StartupSettings startup_settings(const Settings& settings);

// The setting behind a property; null when it is none of the keys.
const Setting* setting_of(const Settings& settings, std::string_view property);

}  // namespace brokergate
