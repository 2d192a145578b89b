// Checkpoints: entries of the audit chain by which the node signs all that is before them. Whoever
// computes the chain anew cannot sign it: the seed lies sealed under the node's own key. Pure but
// for SigningSeed.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/audit/audit_entry.hpp"
#include "repository/database/sealed_records.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::audit {

inline constexpr std::string_view kCheckpointAction = "audit.checkpoint";

// The node's act that signs the chain up to the entry of that number and hash.
Act checkpoint_act(std::string_view seed, std::uint64_t number, std::string_view hash);
// Why the entry is no checkpoint signed by that key; empty when it is.
std::string fault_of_checkpoint(const Entry& entry, std::string_view public_key);

// Cheap to copy. Errors: those of the engine and of SecretBox.
class SigningSeed {
 public:
  explicit SigningSeed(const database::SealedRecords& records) : records_(records) {}
  // Empty before the first checkpoint.
  Result<std::optional<std::string>> find(Transaction& transaction) const;
  Result<std::string> find_or_make(Transaction& transaction) const;

 private:
  database::SealedRecords records_;
};

}  // namespace noded::audit
