// A UUID that is accepted differs from its canonical text at most in case.
#include "codec/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  std::string text(reinterpret_cast<const char*>(data), size);
  const auto uuid = codec::parse_uuid(text);
  if (!uuid) return 0;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (codec::uuid_text({uuid->data(), uuid->size()}) != text) std::abort();
  return 0;
}
