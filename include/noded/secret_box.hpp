// SecretBox: seals what must not lie readable in a store (signing keys of tokens, client secrets,
// seeds) under the node's own keys, which lie in a file beside the store.
// docs/operations_secrets.md tells the operator's side.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded {

// Made from the key itself, so that a text sealed by one node names no key of another.
using SealingKeyId = std::uint32_t;
std::string to_text(SealingKeyId id);  // 8 hex digits, as in the key file

// Thread-safe.
class SecretBox {
 public:
  virtual ~SecretBox() = default;

  // Under the newest key. `context` says where the sealed text belongs; it opens nowhere else. The
  // first call ever on a node makes its key, and returns once that is on the disk (kUnavailable: it
  // cannot be written).
  virtual Result<std::string> seal(std::string_view secret, std::string_view context) = 0;
  // kNotFound: its key is not there; the message names the key, the file and what to do. kInvalid:
  // not sealed here, changed, or of another context.
  virtual Result<std::string> open(std::string_view sealed, std::string_view context) const = 0;
  // Empty when it is no sealed text.
  virtual std::optional<SealingKeyId> key_of(std::string_view sealed) const = 0;

  virtual std::vector<SealingKeyId> keys() const = 0;  // the last one seals
  virtual std::string key_file() const = 0;
  // A new key, which seals from now on; in the file when it returns. Blocks. kUnavailable.
  virtual Result<SealingKeyId> add_key() = 0;
  // Nothing must need them any more. Of the last key nothing happens. Blocks. kUnavailable.
  virtual Result<> forget_keys(std::span<const SealingKeyId> ids) = 0;
};

}  // namespace noded
