// A date that is accepted is within the range of ECMAScript, and its ISO text is the same date.
#include "codec/text.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  const auto ms = codec::parse_date({reinterpret_cast<const char*>(data), size});
  if (ms && codec::parse_date(codec::format_iso(*ms)) != ms) std::abort();
  return 0;
}
