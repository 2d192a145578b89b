// Secrets at rest: sealed under a node's keys by XChaCha20-Poly1305 (libsodium). A sealed text says
// which key it needs, and is bound to a context, such as the row it belongs to: moved elsewhere, it
// does not open. Thread-safe once its keys are added.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::crypto {

inline constexpr std::size_t kSealingKeySize = 32;  // bytes

// The key that a sealed text names; empty when it is none.
std::optional<std::uint32_t> sealing_key_of(std::string_view sealed);

class SealingKeys {
 public:
  // The last key added seals; the others open what they sealed. The key is copied into memory that
  // is locked and wiped; wiping the caller's copy is for the caller. Errors: kInvalid for another
  // size, kExists for an id that is there.
  Result<> add(std::uint32_t id, std::string_view key);

  // version (1 byte, 1), key id (4, big-endian), nonce (24), ciphertext, tag (16). Throws without a
  // key.
  std::string seal(std::string_view secret, std::string_view context) const;
  // Errors: kInvalid when it is no sealed text, was changed or belongs to another context;
  // kNotFound when its key is not there.
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  // Whether it was sealed by another key than the one that seals now.
  bool is_outdated(std::string_view sealed) const;

 private:
  struct Free {
    void operator()(unsigned char* bytes) const noexcept;  // wipes it too
  };
  struct Key {
    std::uint32_t id = 0;
    std::unique_ptr<unsigned char, Free> bytes;
  };

  std::vector<Key> keys_;
};

}  // namespace noded::crypto
