// The text of an API key, the networks that limit it, the body that asks for one and the record of
// the store.
#include "codec/json.hpp"
#include "modules/auth/keys/api_key.hpp"
#include "modules/auth/keys/key_input.hpp"
#include "modules/auth/keys/network.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // What is taken for a key's text is that text.
  if (const auto key = auth::parse_key_text(text); key && key->text() != text) std::abort();
  if (const auto network = auth::Network::parse(text)) {
    // A network has its first address.
    if (!network->contains(text.substr(0, text.find('/')))) std::abort();
  }
  if (const auto body = codec::parse_json(text, "fuzz")) {
    static_cast<void>(auth::read_new_key(*body, 0));
    static_cast<void>(auth::read_overlap(*body, 86'400'000));
  }
  if (const auto key = auth::decode_key("abcdefABCDEF", text)) {
    static_cast<void>(auth::to_json(*key));
    const auto again = auth::decode_key(key->id, auth::encode(*key));
    if (!again || auth::encode(*again) != auth::encode(*key)) std::abort();
  }
  return 0;
}
