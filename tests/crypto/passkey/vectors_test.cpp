// The recorded and the published ceremonies verify as their files say.
#include "vectors.hpp"

#include "codec/text.hpp"
#include "crypto/passkey/cose_key.hpp"
#include "crypto/passkey/relying_party.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace noded::passkey {
namespace {

namespace json = boost::json;

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2025} / 1 / 20}};

RelyingParty party_of(const json::object& file) {
  RelyingParty party;
  party.id = text_at(file, "rpId");
  party.origins = {text_at(file, "origin")};
  party.require_user_presence = false;
  party.require_user_verification = false;
  party.algorithms = {
      Algorithm::kEs256,
      Algorithm::kEs384,
      Algorithm::kEs512,
      Algorithm::kEdDsa,
      Algorithm::kEd448,
      Algorithm::kRs256
  };
  if (const json::value* top = file.if_contains("topOrigin"); top && top->is_string()) {
    party.allowed_top_origins = {std::string(top->as_string())};
  }
  const json::value* cross = file.if_contains("crossOrigin");
  party.allow_unnamed_top_origin = cross && cross->is_bool() && cross->as_bool();
  if (const json::value* root = file.if_contains("attestationRootCertDer")) {
    const auto der = codec::base64url_decode(std::string(root->as_string()));
    EXPECT_TRUE(party.anchors.add_der(der.value()));
  }
  return party;
}

// The flags byte that the file expects, if it says one.
std::optional<unsigned> expected_flags(const json::object& expect) {
  const json::value* flags = expect.if_contains("flags");
  if (!flags) return std::nullopt;
  const std::string hex =
      flags->is_string() ? std::string(flags->as_string()) : text_at(flags->as_object(), "hex");
  return static_cast<unsigned char>(codec::hex_decode(hex).value().at(0));
}

void expect_flags(
    const json::object& expect, bool user_verified, std::optional<bool> eligible, bool backed_up
) {
  const auto flags = expected_flags(expect);
  if (!flags) return;
  EXPECT_EQ(user_verified, (*flags & 0x04) != 0);
  if (eligible) EXPECT_EQ(*eligible, (*flags & 0x08) != 0);
  EXPECT_EQ(backed_up, (*flags & 0x10) != 0);
}

void expect_count(const json::object& expect, std::uint32_t count) {
  if (const json::value* expected = expect.if_contains("signCount")) {
    EXPECT_EQ(count, expected->to_number<std::uint32_t>());
  }
}

// Verifies once more with presence and verification required, and expects what the flags say.
template <class Verify>
void expect_required_bits(const RelyingParty& lenient, unsigned flags, Verify verify) {
  RelyingParty party;
  party.id = lenient.id;
  party.origins = lenient.origins;
  party.allowed_top_origins = lenient.allowed_top_origins;
  party.allow_unnamed_top_origin = lenient.allow_unnamed_top_origin;
  party.algorithms = lenient.algorithms;
  const auto verdict = verify(party);
  if ((flags & 0x01) == 0) {
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, RefusalCode::kUserPresenceRequired);
  } else if ((flags & 0x04) == 0) {
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, RefusalCode::kUserVerificationRequired);
  } else {
    EXPECT_TRUE(verdict);
  }
}

void compare(const json::object& expect, const NewCredential& made, bool has_root) {
  const auto text_matches = [&](const char* name, std::string_view actual) {
    if (expect.contains(name)) EXPECT_EQ(text_at(expect, name), actual) << name;
  };
  text_matches("fmt", made.attestation_format);
  text_matches("attestationType", to_text(made.attestation_type));
  text_matches("aaguid", codec::hex_encode({made.aaguid.data(), made.aaguid.size()}));
  text_matches("cosePublicKey", codec::base64url_encode(made.public_key));
  if (const json::value* algorithm = expect.if_contains("coseAlg")) {
    EXPECT_EQ(algorithm->to_number<int>(), static_cast<int>(made.algorithm));
  }
  if (const json::value* size = expect.if_contains("credentialIdLength")) {
    EXPECT_EQ(size->to_number<std::size_t>(), made.id.size());
  }
  if (const json::value* length = expect.if_contains("x5cLength"); length && has_root) {
    EXPECT_EQ(made.is_attestation_trusted, length->to_number<int>() > 0);
  }
  expect_count(expect, made.sign_count);
  expect_flags(expect, made.user_verified, made.backup_eligible, made.backed_up);
}

std::optional<NewCredential> run_registration(const json::object& file, const json::object& half) {
  const auto parse = [](const std::string& text) {
    return parse_registration(std::string_view(text));
  };
  const Ceremony ceremony = ceremony_of(file, half, parse);
  const auto response = parse(ceremony.response);
  if (!response) {
    EXPECT_FALSE(expects_success(half)) << "not parsed: " << response.error().reason;
    return std::nullopt;
  }
  const auto verify = [&](const RelyingParty& party) {
    return verify_registration(party, {.challenge = ceremony.challenge}, *response, kNow);
  };
  const RelyingParty party = party_of(file);
  const auto made = verify(party);
  EXPECT_EQ(made.has_value(), expects_success(half)) << (made ? "verified" : made.error().reason);
  if (!made) return std::nullopt;
  if (const json::value* expect = half.if_contains("expect")) {
    compare(expect->as_object(), *made, file.contains("attestationRootCertDer"));
    if (const auto flags = expected_flags(expect->as_object())) {
      expect_required_bits(party, *flags, verify);
    }
  }
  return *made;
}

// A credential as it is stored; `made` is empty for a recording of an assertion alone.
void run_assertion(
    const json::object& file, const json::object& half, const std::optional<NewCredential>& made
) {
  const auto parse = [](const std::string& text) {
    return parse_assertion(std::string_view(text));
  };
  const Ceremony ceremony = ceremony_of(file, half, parse);
  const auto response = parse(ceremony.response);
  if (!response) {
    EXPECT_FALSE(expects_success(half)) << "not parsed: " << response.error().reason;
    return;
  }
  const std::string key = made ? made->public_key : bytes_at(file, "cosePublicKey");
  const std::string& data = response->authenticator_data;
  const auto flags = static_cast<unsigned char>(data.size() > 32 ? data[32] : 0);
  const std::string user = response->user_handle.value_or("some user");
  const StoredCredential stored{
      .id = response->id,
      .user_id = user,
      .public_key = key,
      .sign_count = made ? made->sign_count : 0,
      .backup_eligible = made ? made->backup_eligible : (flags & 0x08) != 0
  };
  const AssertionCeremony asked{
      .challenge = ceremony.challenge, .user_id = user, .allowed_credentials = {}
  };
  const auto verify = [&](const RelyingParty& party) {
    return verify_assertion(party, asked, &stored, *response);
  };
  const RelyingParty party = party_of(file);
  const auto outcome = verify(party);
  EXPECT_EQ(outcome.has_value(), expects_success(half))
      << (outcome ? "verified" : outcome.error().reason);
  if (!outcome) return;
  if (const json::value* expect = half.if_contains("expect")) {
    expect_count(expect->as_object(), outcome->sign_count);
    expect_flags(expect->as_object(), outcome->user_verified, std::nullopt, outcome->backed_up);
  }
  expect_required_bits(party, flags, verify);
}

TEST(PasskeyVectors, VerifyAsTheFilesSay) {
  const auto all = vectors();
  if (all.empty()) GTEST_SKIP() << "no vectors in " << folder() << " (NODED_WEBAUTHN_VECTORS)";
  for (const auto& [name, file] : all) {
    SCOPED_TRACE(name);
    if (!file.contains("kind")) {
      const auto made = run_registration(file, file.at("registration").as_object());
      if (made) run_assertion(file, file.at("authentication").as_object(), made);
    } else if (file.at("kind").as_string() == "registration") {
      run_registration(file, file);
    } else {
      run_assertion(file, file, std::nullopt);
    }
  }
}

}  // namespace
}  // namespace noded::passkey
