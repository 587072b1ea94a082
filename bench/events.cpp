#include "events.h"

#include <yaml.h>

#include <fstream>
#include <string>

namespace bench {

size_t yaml_events(const std::vector<std::filesystem::path>& files) {
  size_t events = 0;
  std::string text;
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    text.resize(std::filesystem::file_size(file));
    if (!in.read(text.data(), static_cast<std::streamsize>(text.size()))) return 0;
    yaml_parser_t parser;
    if (yaml_parser_initialize(&parser) == 0) return 0;
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    for (bool more = true; more;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser, &event) == 0) {
        yaml_parser_delete(&parser);
        return 0;
      }
      more = event.type != YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      ++events;
    }
    yaml_parser_delete(&parser);
  }
  return events;
}

}  // namespace bench
