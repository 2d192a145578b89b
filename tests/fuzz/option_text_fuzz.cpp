// Values from the environment and from --set, and addresses to listen on: refused, or in force and
// the same when the file that shows them is read again. The first byte names the option.
#include "codec/text.hpp"
#include "config/configuration.hpp"
#include "config/documents.hpp"
#include "node/listen_address.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded;

constexpr Option<std::vector<std::string>> kListen{"listen", "addresses", {"127.0.0.1:1337"}};
constexpr Option<Bytes> kMaxBody{"http.max_body", "largest body", 1_MiB};
constexpr Option<std::chrono::milliseconds> kTimeout{"http.timeout", "longest request", 30s};
constexpr Option<std::int64_t> kLoops{"runtime.loops", "threads", 0, -5, 64};
constexpr Option<bool> kTls{"http.tls.enabled", "encrypt", false};
constexpr Option<std::string> kData{"data", "directory", "noded-data"};
constexpr Option<std::string> kLevel{"log.level", "least", "info", {"debug", "info", "warning"}};
constexpr const OptionDeclaration* kTable[] = {
    &kListen, &kMaxBody, &kTimeout, &kLoops, &kTls, &kData, &kLevel
};

const config::OptionSet& options() {
  static const config::OptionSet set = [] {
    config::OptionSet made;
    if (!made.add(kTable)) std::abort();
    return made;
  }();
  return set;
}

void check_shown(const config::Configuration& configuration) {
  config::Sources sources;
  sources.file_name = "shown.yaml";
  sources.file_text = config::effective_file(configuration);
  const auto again = config::load(options(), sources);
  if (!again) std::abort();
  for (const std::string_view name : options().names()) {
    if ((*again)->value(name) != configuration.value(name)) std::abort();
  }
}

void check(const config::Sources& sources) {
  const auto loaded = config::load(options(), sources);
  if (!loaded) {
    if (loaded.error().empty()) std::abort();
    return;
  }
  check_shown(**loaded);
}

void check_address(std::string_view text) {
  const auto listen = node::parse_listen_address(text);
  if (!listen) return;
  const auto& [address, port] = std::pair(listen->listen.address, listen->listen.port);
  const std::string host = address.contains(':') ? "[" + address + "]" : address;
  const std::string scheme = listen->over_tls ? "https://" : "";
  const auto again = node::parse_listen_address(scheme + host + ":" + std::to_string(port));
  if (!again || again->over_tls != listen->over_tls || again->listen.address != address ||
      again->listen.port != port) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_address(text);
  // YAML cannot hold what is no UTF-8.
  if (!codec::is_valid_utf8(text)) return 0;
  const auto names = options().names();
  const std::string_view name = names[data[0] % names.size()];
  config::Sources sources;
  if (data[0] < 128) {
    sources.settings.push_back({"--set", std::string(name), text});
  } else {
    sources.environment.emplace_back(config::OptionSet::environment_name(name), text);
  }
  check(sources);
  config::Sources unknown;
  unknown.settings.push_back({"--set", text, "1"});
  unknown.environment.emplace_back("NODED_" + text, "1");
  static_cast<void>(config::load(options(), unknown));
  return 0;
}
