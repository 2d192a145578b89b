// A text that decodes is the only one for its bytes; bytes come back from their text. The same for
// hex.
#include "codec/text.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = codec::base64_decode(text); bytes && codec::base64_encode(*bytes) != text)
    std::abort();
  if (const auto bytes = codec::base64url_decode(text);
      bytes && codec::base64url_encode(*bytes) != text)
    std::abort();
  if (codec::base64_decode(codec::base64_encode(text)) != text) std::abort();
  if (codec::base64url_decode(codec::base64url_encode(text)) != text) std::abort();
  if (codec::hex_decode(codec::hex_encode(text)) != text) std::abort();
  codec::hex_decode(text);
  return 0;
}
