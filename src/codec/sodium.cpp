#include "codec/sodium.hpp"

#include <sodium/core.h>
#include <sodium/randombytes.h>

#include <stdexcept>

namespace noded::codec {

void start_sodium() {
  static const bool kStarted = sodium_init() >= 0;
  if (!kStarted) throw std::runtime_error("libsodium finds no randomness on this machine");
}

void fill_random(void* out, std::size_t count) {
  start_sodium();
  randombytes_buf(out, count);
}

}  // namespace noded::codec
