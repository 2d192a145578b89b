// SealedRecords: what an application keeps secret in its store, sealed by the node's SecretBox: one
// record for the secrets of the configuration (a meta record), and any number under names of their
// own, for modules: "totp 17". A name is bound to what it seals.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/secret_box.hpp"
#include "noded/task.hpp"

#include "repository/database/transact.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace noded::database {

// The meta record with the secrets of the configuration.
inline constexpr std::string_view kSecretsRecord = "secrets";

struct SealedCounts {
  std::uint64_t records = 0;
  std::uint64_t unsealed = 0;  // stored readable, by a version before secrets were sealed
  std::map<SealingKeyId, std::uint64_t> keys;  // how many need each
};

// Cheap to copy; the box outlives it. Thread-safe. Errors beside the ones named are the engine's.
class SealedRecords {
 public:
  SealedRecords(SecretBox& box, std::uint16_t application)
      : box_(&box), application_(application) {}
  SecretBox& box() const { return *box_; }

  // Empty when there is none. Errors: those of SecretBox::open.
  Result<std::optional<std::string>> get(Transaction& transaction, std::string_view name) const;
  // Errors: those of SecretBox::seal. A transaction that a change of keys overtakes conflicts and
  // runs again.
  Result<> put(Transaction& transaction, std::string_view name, std::string_view secret) const;
  static void erase(Transaction& transaction, std::uint16_t application, std::string_view name);

  // The meta record kSecretsRecord, which a running change of the schema keeps a second time.
  // Errors: those of SecretBox.
  Result<std::string> seal_configuration(std::string_view secrets) const;
  // What a version before stored readable is returned as it is.
  Result<std::string> open_configuration(std::string_view stored) const;

  // Both seal what is stored readable or under an older key. Nobody writes the configuration
  // meanwhile. How many were sealed; errors: those of SecretBox, nothing of that record was changed
  // then.
  Task<Result<SealedCounts>> reseal_configuration(StoreAccess store) const;
  Task<Result<std::uint64_t>> reseal_all(StoreAccess store) const;
  // Once the box has got a new key: whoever sealed under the old one and has not committed yet runs
  // again.
  Task<Result<>> announce_new_key(StoreAccess store) const;

  Result<SealedCounts> count(Transaction& transaction) const;

 private:
  Result<bool> reseal(Transaction& transaction, const std::string& key, const std::string& context)
      const;
  std::string token() const;
  std::string context_of(std::string_view name) const;
  std::string configuration_context() const;
  bool is_newest(std::string_view stored) const;

  SecretBox* box_;
  std::uint16_t application_;
};

// What is sealed in that application, without opening any of it.
using KeyOf = std::function<std::optional<SealingKeyId>(std::string_view sealed)>;
Result<SealedCounts> count_sealed(
    Transaction& transaction, std::uint16_t application, const KeyOf& key_of
);

}  // namespace noded::database
