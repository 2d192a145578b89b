// A text that is accepted is written again, and reads as the same text.
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = codec::parse_json(text);
  if (value) {
    const std::string written = codec::to_json_text(*value);
    const auto again = codec::parse_json(written);
    if (!again || codec::to_json_text(*again) != written) std::abort();
  }
  std::string quoted;
  codec::append_json_string(quoted, text);
  if (!codec::is_valid_utf8(quoted) || !codec::parse_json(quoted)) std::abort();
  return 0;
}
