// Encoding is undone by decoding; what is decoded is UTF-8.
#include "codec/text.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool plus_is_space : {false, true}) {
    const auto decoded = codec::percent_decode(text, plus_is_space);
    if (decoded && !codec::is_valid_utf8(*decoded)) std::abort();
  }
  const auto restored = codec::percent_decode(codec::percent_encode(text), true);
  if (restored.has_value() != codec::is_valid_utf8(text) || (restored && *restored != text))
    std::abort();
  return 0;
}
