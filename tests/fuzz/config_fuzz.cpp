// Any bytes as a configuration file: no crash, and either a configuration or problems that name a
// place.
#include "config/configuration.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace noded;

constexpr Option<std::vector<std::string>> kListen{"listen", "addresses", {"127.0.0.1:1337"}};
constexpr Option<std::vector<std::string>> kPlugins{
    "plugins", "libraries", {}, {}, Reload::kRestart, "path"
};
constexpr Option<Bytes> kMaxBody{"http.max_body", "largest body", 1_MiB, 1_KiB, 1_GiB};
constexpr Option<std::chrono::milliseconds> kTimeout{
    "http.timeout", "longest request", 30s, 1s, 10min
};
constexpr Option<bool> kTls{"http.tls.enabled", "encrypt", false};
constexpr const OptionDeclaration* kTable[] = {&kListen, &kPlugins, &kMaxBody, &kTimeout, &kTls};

const config::OptionSet& options() {
  static const config::OptionSet set = [] {
    config::OptionSet made;
    if (!made.add(kTable)) std::abort();
    return made;
  }();
  return set;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  config::Sources sources;
  sources.file_name = "noded.yaml";
  sources.file_text.emplace(data, data + size);
  const auto loaded = config::load(options(), sources);
  if (loaded) return 0;
  for (const config::Problem& problem : loaded.error()) {
    if (!problem.where.starts_with("noded.yaml")) std::abort();
  }
  return 0;
}
