// libsodium's start. Without it libsodium computes in its slowest way (Argon2 takes twice as long).
#pragma once

#include <cstddef>

namespace noded::codec {

// Call before any function of libsodium that draws random bytes or computes a hash; all calls but
// the first are free. Any thread. Throws std::runtime_error on a machine without randomness.
void start_sodium();

// Bytes for keys and identifiers.
void fill_random(void* out, std::size_t count);

}  // namespace noded::codec
