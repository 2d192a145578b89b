// An authenticator with its browser in software, for tests: it makes genuine ceremonies, of which a
// test changes one thing before they are signed.
#pragma once

#include "cbor_writer.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/passkey/relying_party.hpp"
#include "soft_key.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace noded::passkey {

inline constexpr unsigned kUp = 0x01;
inline constexpr unsigned kUv = 0x04;
inline constexpr unsigned kBe = 0x08;
inline constexpr unsigned kBs = 0x10;
inline constexpr unsigned kAt = 0x40;
inline constexpr unsigned kEd = 0x80;

inline const std::string kChallenge = "0123456789abcdef0123456789abcdef";
inline constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2025} / 1 / 20}};

inline RelyingParty example_party() {
  RelyingParty party;
  party.id = "example.org";
  party.origins = {"https://example.org", "https://login.example.org:8443"};
  return party;
}

struct SoftClientData {
  std::string type;
  std::string challenge = codec::base64url_encode(kChallenge);
  std::string origin = "https://example.org";
  std::string more = R"(,"crossOrigin":false)";  // members after the three

  std::string json() const {
    std::string out = R"({"type":)";
    codec::append_json_string(out, type);
    out += R"(,"challenge":)";
    codec::append_json_string(out, challenge);
    out += R"(,"origin":)";
    codec::append_json_string(out, origin);
    return out + more + "}";
  }
};

struct SoftData {
  std::string rp_id = "example.org";
  unsigned flags = kUp | kUv;
  std::uint32_t sign_count = 1;
  std::string aaguid = std::string(16, '\0');
  std::string id = "a credential id";
  std::string cose;  // with AT
  std::string tail;  // after it: extensions, or what should not be there

  std::string bytes() const {
    const auto byte = [](std::size_t value) {
      return static_cast<char>(value & 0xff);
    };
    std::string out = crypto::sha256(rp_id);
    out += byte(flags);
    for (const unsigned shift : {24U, 16U, 8U, 0U})
      out += byte(sign_count >> shift);
    if ((flags & kAt) != 0) {
      out += aaguid;
      out += byte(id.size() >> 8);
      out += byte(id.size());
      out += id + cose;
    }
    return out + tail;
  }
};

// A registration; members are changed before response().
struct SoftRegistration {
  explicit SoftRegistration(const SoftKey& key) {
    client_data.type = "webauthn.create";
    data.flags |= kAt;
    data.cose = key.cose();
  }

  std::string object() const {
    if (whole_object) return *whole_object;
    const std::string bytes = data.bytes();
    const std::string hash = crypto::sha256(client_data.json());
    return cbor_map(
        {{cbor_text("fmt"), cbor_text(format)},
         {cbor_text("attStmt"), make_statement ? make_statement(bytes, hash) : cbor_map({})},
         {cbor_text("authData"), cbor_bytes(bytes)}}
    );
  }

  RegistrationResponse response() const {
    const std::string json = client_data.json();
    return {
        .id = outer_id.value_or(data.id),
        .client_data = parse_client_data(json).value(),
        .client_data_json = json,
        .attestation_object = object(),
        .transports = {"usb"}
    };
  }

  Verdict<NewCredential> verify(const RelyingParty& party) const {
    return verify_registration(party, {.challenge = kChallenge}, response(), kNow);
  }

  SoftClientData client_data{};
  SoftData data;
  std::string format = "none";
  // attStmt for authenticatorData and the client data's hash.
  std::function<std::string(const std::string&, const std::string&)> make_statement;
  std::optional<std::string> whole_object;
  std::optional<std::string> outer_id;
};

// An assertion for a credential that is stored.
struct SoftAssertion {
  explicit SoftAssertion(const SoftKey& signer) : key(signer) {
    client_data.type = "webauthn.get";
    data.sign_count = 2;
    stored_key = signer.cose();
  }

  AssertionResponse response() const {
    const std::string json = client_data.json();
    const std::string bytes = data.bytes();
    return {
        .id = outer_id.value_or(data.id),
        .client_data = parse_client_data(json).value(),
        .client_data_json = json,
        .authenticator_data = bytes,
        .signature = signature.value_or(key.sign(bytes + crypto::sha256(json))),
        .user_handle = user_handle
    };
  }

  StoredCredential stored() const {
    return {
        .id = "a credential id",
        .user_id = "user 1",
        .public_key = stored_key,
        .sign_count = stored_count,
        .backup_eligible = stored_eligible
    };
  }

  Verdict<AssertionOutcome> verify(const RelyingParty& party) const {
    const StoredCredential credential = stored();
    const AssertionCeremony ceremony{
        .challenge = kChallenge, .user_id = user_id, .allowed_credentials = allowed
    };
    return verify_assertion(party, ceremony, is_stored ? &credential : nullptr, response());
  }

  const SoftKey& key;
  SoftClientData client_data{};
  SoftData data;
  std::optional<std::string> outer_id;
  std::optional<std::string> signature;
  std::optional<std::string> user_handle = "user 1";
  std::string stored_key;
  std::uint32_t stored_count = 1;
  bool stored_eligible = false;
  bool is_stored = true;
  std::optional<std::string_view> user_id;
  std::vector<std::string> allowed;
};

}  // namespace noded::passkey
