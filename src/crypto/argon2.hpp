// Argon2id (RFC 9106) with one lane of threads, in memory that a thread keeps from one hash to the
// next. The memory is the point of it: a hash that maps, fills and unmaps its own holds the lock of
// the process's address space meanwhile, and every other thread that touches new memory waits for a
// thread that yields to all of them.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::crypto {

struct Argon2Cost {
  std::uint64_t memory_kib = 0;
  std::uint64_t passes = 0;
};

// The encoded string $argon2id$v=19$m=…,t=…,p=1$salt$hash (the reference implementation's form), 16
// bytes of salt, 32 of hash. kUnavailable: not enough memory. Slow on purpose.
Result<std::string> argon2id(std::string_view password, const Argon2Cost& cost);

// The cost in an encoded string; empty when it is none.
std::optional<Argon2Cost> argon2id_cost(std::string_view encoded);
// False also when there is not enough memory. Slow on purpose.
bool verify_argon2id(std::string_view password, std::string_view encoded);

// Gives this thread's memory back to the system.
void release_argon2_memory();

}  // namespace noded::crypto
