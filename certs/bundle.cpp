#include "certs/bundle.h"

#include <algorithm>

#include "brokergate/base64.h"
#include "certs/facts.h"

namespace brokergate::certs {

tl::expected<Bundle, std::string> make_bundle(const std::vector<std::string>& files, int64_t now) {
  Bundle out;
  Certificates kept;
  for (const std::string& file : files) {
    auto all = load_authorities(file);
    if (!all) return tl::unexpected(all.error());
    for (Certificate& next : *all) {
      const std::string who = file + ": \"" + subject_of(next) + "\" ";
      if (ends(next) <= now) {
        out.told.push_back(who + "left out: expired " + from_now(ends(next), now));
      } else if (std::any_of(kept.begin(), kept.end(), [&](const Certificate& there) { return same(there, next); })) {
        out.told.push_back(who + "left out: it is there already");
      } else {
        kept.push_back(std::move(next));
      }
    }
  }
  if (kept.empty()) return tl::unexpected(std::string("no authority is left: all have expired"));
  out.pem = pem_of(kept);
  return out;
}

std::string bundle_base64(const std::string& pem) { return encode_base64(pem) + "\n"; }

std::string bundle_yaml(const std::string& pem) { return "caBundle: " + encode_base64(pem) + "\n"; }

std::string bundle_patch(const std::string& pem, int entries) {
  const std::string value = encode_base64(pem);
  std::string out = "[";
  for (int i = 0; i < entries; ++i) {
    out += (i == 0 ? "" : ",") + std::string(R"({"op":"add","path":"/webhooks/)") + std::to_string(i) +
           R"(/clientConfig/caBundle","value":")" + value + "\"}";
  }
  return out + "]\n";
}

}  // namespace brokergate::certs
