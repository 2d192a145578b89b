// A credential's key as it is stored. What is read has one of the algorithms of credentials, reads
// the same again, and nothing verifies under it.
#include "crypto/passkey/cose_key.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::passkey;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto key = parse_cose_key(input);
  if (!key) return 0;
  const auto again = parse_cose_key(input);
  if (!again || again->algorithm != key->algorithm || !(again->key == key->key)) std::abort();
  if (key->key.curve().has_value() == key->point.empty()) std::abort();
  if (key->key.verify(key->algorithm, "what nobody signed", input)) std::abort();
  return 0;
}
