#include "repository/audit/checkpoint.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/signing.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::audit {
namespace {

namespace json = boost::json;

constexpr std::string_view kRecord = "audit signing seed";
constexpr std::string_view kSignature = "signature";

// What is signed: this text, the number in decimal, and the hash in hex.
std::string message_of(std::uint64_t number, std::string_view hash) {
  return "noded audit checkpoint 1 " + std::to_string(number) + " " + codec::hex_encode(hash);
}

std::optional<std::string> signature_of(const Entry& entry) {
  const auto details = codec::parse_json(entry.act.details, "details of a checkpoint");
  const json::object* members = details ? details->if_object() : nullptr;
  const json::value* text = members == nullptr ? nullptr : members->if_contains(kSignature);
  if (text == nullptr || !text->is_string()) return std::nullopt;
  return codec::base64url_decode(text->get_string());
}

}  // namespace

Act checkpoint_act(std::string_view seed, std::uint64_t number, std::string_view hash) {
  const json::object details{
      {"seq", number},
      {"hash", codec::hex_encode(hash)},
      {"public_key", codec::base64url_encode(crypto::public_key_of(seed))},
      {kSignature, codec::base64url_encode(crypto::sign(seed, message_of(number, hash)))},
  };
  return {
      .actor = "node",
      .actor_ip = {},
      .action = std::string(kCheckpointAction),
      .target = "entry " + std::to_string(number),
      .result = "done",
      .request_id = {},
      .details = codec::to_json_text(details)
  };
}

std::string fault_of_checkpoint(const Entry& entry, std::string_view public_key) {
  const auto signature = signature_of(entry);
  if (!signature) return "it is a checkpoint without a signature";
  if (!crypto::is_signed(public_key, message_of(entry.number - 1, entry.before), *signature))
    return "it is a checkpoint that this node did not sign";
  return {};
}

Result<std::optional<std::string>> SigningSeed::find(Transaction& transaction) const {
  return records_.get(transaction, kRecord);
}

Result<std::string> SigningSeed::find_or_make(Transaction& transaction) const {
  auto found = find(transaction);
  if (!found) return std::unexpected(std::move(found.error()));
  if (*found) return std::move(**found);
  std::string seed = crypto::make_signing_seed();
  if (auto kept = records_.put(transaction, kRecord, seed); !kept)
    return std::unexpected(std::move(kept.error()));
  return seed;
}

}  // namespace noded::audit
