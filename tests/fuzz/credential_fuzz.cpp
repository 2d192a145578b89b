// The record of a passkey, as a damaged store could hold it. What is read is the same when it is
// written and read again.
#include "modules/auth/passkey/credential.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::auth;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = decode_credential("an id", text);
  if (!read) return 0;
  const std::string written = encode(*read);
  const auto again = decode_credential("an id", written);
  if (!again || encode(*again) != written) std::abort();
  static_cast<void>(describe(*read));
  return 0;
}
