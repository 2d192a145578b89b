// A proof of work that a login brings. What is taken for one are the two parts of that text, and no
// such text is the proof of a challenge that was never made.
#include "noded/clock.hpp"

#include "modules/auth/session/login_proof.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto proof = auth::parse_login_proof(text)) {
    if (std::string(proof->challenge) + "." + std::string(proof->nonce) != text) std::abort();
    if (auth::shows_work(*proof, 257)) std::abort();
  }
  static auth::LoginProofs proofs(system_clock(), 1);
  if (proofs.take(text, {})) std::abort();
  return 0;
}
