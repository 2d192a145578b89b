// clientDataJSON, and the same bytes as the body that holds a ceremony. What is read has a type, a
// challenge and an origin.
#include "crypto/passkey/client_data.hpp"
#include "crypto/passkey/responses.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::passkey;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto client_data = parse_client_data(input);
  if (client_data && client_data->challenge.empty()) std::abort();
  const auto made = parse_registration(input);
  if (made && (made->id.empty() || made->client_data.challenge.empty())) std::abort();
  const auto asserted = parse_assertion(input);
  if (asserted && (asserted->id.empty() || asserted->client_data.challenge.empty())) std::abort();
  return 0;
}
