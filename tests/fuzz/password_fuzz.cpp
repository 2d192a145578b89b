// The first line is a stored hash, the rest a password. Nothing matches a hash of another password,
// and reading the hash ends whatever it is.
#include "crypto/crypto.hpp"
#include "crypto/password.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded;

constexpr crypto::PasswordCost kCheap{.memory_bytes = 8192, .passes = 1};
// The first password that is tried, which no input is: it ends with bytes of this run.
const std::string& known_password() {
  static const std::string password = "known" + crypto::random_bytes(16);
  return password;
}

// What takes seconds by design: Argon2 with a memory or a count of lanes of five digits and more,
// bcrypt with a cost from 8 on.
bool is_costly(std::string_view stored) {
  const auto is_digit = [](char c) {
    return c >= '0' && c <= '9';
  };
  std::size_t digits = 0;
  for (const char c : stored.substr(0, stored.find('$', 16))) {
    digits = is_digit(c) ? digits + 1 : 0;
    if (stored.starts_with("$argon2") && digits > 4) return true;
  }
  return stored.starts_with("$2") && stored.size() > 5 && (stored[4] != '0' || stored[5] > '7');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool is_ready = crypto::initialise();
  if (!is_ready) std::abort();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view stored = text.substr(0, line_end);
  const std::string_view password = text.substr(std::min(line_end + 1, text.size()));
  if (is_costly(stored)) return 0;
  for (const bool allow_plain : {false, true}) {
    static_cast<void>(crypto::verify_password(password, stored, kCheap, allow_plain));
    if (crypto::verify_password(known_password(), stored, kCheap, allow_plain).matches)
      std::abort();
  }
  return 0;
}
