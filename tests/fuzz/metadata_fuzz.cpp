// The FIDO Alliance's metadata, as a blob and as its payload. Without its key no blob is read.
#include "crypto/passkey/metadata.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::passkey;
  static const TrustAnchors kNone;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (Metadata::read(input, kNone, {})) std::abort();
  (void)Metadata::parse(input);
  return 0;
}
