#include "modules/auth/passkey/credential.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <limits>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kHandleSize = 64;  // bytes at most, WebAuthn §5.4.3

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

std::unexpected<Error> damaged() {
  return fail(Errc::kInternal, "the record of a passkey is damaged");
}

// Reads the members of a record; what is not as it was written is remembered.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  std::string text(std::string_view name) {
    const json::value* member = object_.if_contains(name);
    if (member != nullptr && member->is_string())
      return std::string(std::string_view(member->get_string()));
    is_damaged_ = true;
    return {};
  }
  std::string bytes(std::string_view name) {
    auto decoded = codec::base64url_decode(text(name));
    if (decoded) return std::move(*decoded);
    is_damaged_ = true;
    return {};
  }
  std::int64_t number(std::string_view name) {
    const json::value* member = object_.if_contains(name);
    if (member != nullptr && member->is_int64()) return member->get_int64();
    is_damaged_ = true;
    return 0;
  }
  bool flag(std::string_view name) {
    const json::value* member = object_.if_contains(name);
    return member != nullptr && member->is_bool() && member->get_bool();
  }
  std::vector<std::string> texts(std::string_view name) {
    const json::value* member = object_.if_contains(name);
    std::vector<std::string> texts;
    if (member == nullptr || !member->is_array()) {
      is_damaged_ = true;
      return texts;
    }
    for (const json::value& element : member->get_array()) {
      if (element.is_string()) texts.emplace_back(std::string_view(element.get_string()));
    }
    return texts;
  }
  bool has(std::string_view name) const { return object_.contains(name); }
  bool is_damaged() const { return is_damaged_; }

 private:
  const json::object& object_;
  bool is_damaged_ = false;
};

}  // namespace

passkey::StoredCredential Credential::stored() const {
  return {
      .id = id,
      .user_id = user_handle,
      .public_key = public_key,
      .sign_count = sign_count,
      .backup_eligible = backup_eligible
  };
}

std::string encode(const Credential& credential) {
  codec::JsonObjectText record;
  record.text("user", codec::base64url_encode(credential.user_key))
      .text("handle", codec::base64url_encode(credential.user_handle))
      .text("key", codec::base64url_encode(credential.public_key))
      .integer("alg", static_cast<std::int64_t>(credential.algorithm))
      .integer("count", credential.sign_count)
      .text("aaguid", codec::base64url_encode({credential.aaguid.data(), credential.aaguid.size()}))
      .texts("transports", credential.transports)
      .text("attestation", credential.attestation)
      .text("name", credential.name)
      .integer("created", milliseconds(credential.created));
  if (credential.last_used) record.integer("used", milliseconds(*credential.last_used));
  if (credential.backup_eligible) record.boolean("eligible", true);
  if (credential.backed_up) record.boolean("backed", true);
  if (credential.is_clone_suspected) record.boolean("clone", true);
  return record.take();
}

Result<Credential> decode_credential(std::string_view id, std::string_view text) {
  codec::JsonArena arena;
  const auto parsed = codec::parse_json(text, "passkey", {}, arena.storage());
  if (!parsed || !parsed->is_object()) return damaged();
  Members members(parsed->get_object());
  Credential credential;
  credential.id = id;
  credential.user_key = members.bytes("user");
  credential.user_handle = members.bytes("handle");
  credential.public_key = members.bytes("key");
  const auto algorithm = passkey::find_algorithm(members.number("alg"));
  const std::int64_t count = members.number("count");
  const std::string aaguid = members.bytes("aaguid");
  credential.transports = members.texts("transports");
  credential.attestation = members.text("attestation");
  credential.name = members.text("name");
  credential.created = WallTime(WallTime::duration(members.number("created")));
  if (members.has("used"))
    credential.last_used = WallTime(WallTime::duration(members.number("used")));
  credential.backup_eligible = members.flag("eligible");
  credential.backed_up = members.flag("backed");
  credential.is_clone_suspected = members.flag("clone");
  const bool has_key = credential.user_key.size() == 8 || credential.user_key.size() == 16;
  if (members.is_damaged() || !algorithm || !has_key || credential.user_handle.empty() ||
      credential.user_handle.size() > kHandleSize || aaguid.size() != credential.aaguid.size() ||
      count < 0 || count > std::numeric_limits<std::uint32_t>::max()) {
    return damaged();
  }
  credential.algorithm = *algorithm;
  credential.sign_count = static_cast<std::uint32_t>(count);
  std::ranges::copy(aaguid, credential.aaguid.begin());
  return credential;
}

std::string describe(const Credential& credential) {
  const std::string aaguid = codec::uuid_text({credential.aaguid.data(), credential.aaguid.size()});
  codec::JsonObjectText described;
  described.text("id", codec::base64url_encode(credential.id))
      .text("name", credential.name)
      .text("createdAt", codec::format_iso(milliseconds(credential.created)));
  if (credential.last_used) {
    described.text("lastUsedAt", codec::format_iso(milliseconds(*credential.last_used)));
  } else {
    described.null("lastUsedAt");
  }
  described.integer("signCount", credential.sign_count)
      .texts("transports", credential.transports)
      .text("aaguid", aaguid)
      .text("deviceType", credential.backup_eligible ? "multiDevice" : "singleDevice")
      .boolean("backedUp", credential.backed_up)
      .integer("alg", static_cast<std::int64_t>(credential.algorithm))
      .text("attestation", credential.attestation);
  if (credential.is_clone_suspected) described.boolean("cloneWarning", true);
  return described.take();
}

}  // namespace noded::auth
