#include "codec/blake2b.hpp"

#include "codec/sodium.hpp"

#include <sodium.h>

namespace noded::codec {

std::string blake2b_256(std::initializer_list<std::string_view> parts) {
  start_sodium();
  constexpr std::size_t kSize = 32;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, kSize);
  for (const std::string_view part : parts) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(part.data());
    if (!part.empty()) crypto_generichash_update(&state, bytes, part.size());
  }
  std::string digest(kSize, '\0');
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(digest.data()), kSize);
  return digest;
}

}  // namespace noded::codec
