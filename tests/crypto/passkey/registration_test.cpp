#include "soft_authenticator.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

const SoftKey& es256_key() {
  return soft_key(Algorithm::kEs256);
}

std::string code_of(const Verdict<NewCredential>& verdict) {
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

TEST(PasskeyRegistration, GivesWhatIsToBeStored) {
  SoftRegistration made(es256_key());
  made.data.flags |= kBe | kBs;
  made.data.sign_count = 0x01020304;
  made.data.aaguid = "model of a key.\n";
  const auto credential = made.verify(example_party());
  ASSERT_TRUE(credential) << credential.error().reason;
  EXPECT_EQ(credential->id, "a credential id");
  EXPECT_EQ(credential->public_key, es256_key().cose());
  EXPECT_EQ(credential->algorithm, Algorithm::kEs256);
  EXPECT_EQ(credential->sign_count, 0x01020304U);
  EXPECT_EQ(std::string(credential->aaguid.begin(), credential->aaguid.end()), "model of a key.\n");
  EXPECT_TRUE(credential->user_verified);
  EXPECT_TRUE(credential->backup_eligible);
  EXPECT_TRUE(credential->backed_up);
  EXPECT_EQ(credential->transports, std::vector<std::string>{"usb"});
  EXPECT_EQ(credential->attestation_format, "none");
  EXPECT_EQ(credential->attestation_type, AttestationType::kNone);
  EXPECT_FALSE(credential->is_attestation_trusted);
}

TEST(PasskeyRegistration, TakesEveryAlgorithmThatIsOfferedAndNoOther) {
  for (const Algorithm algorithm :
       {Algorithm::kEs256,
        Algorithm::kEs384,
        Algorithm::kEs512,
        Algorithm::kEdDsa,
        Algorithm::kEd448,
        Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    const SoftRegistration made(key);
    RelyingParty party = example_party();
    party.algorithms = {algorithm};
    EXPECT_EQ(code_of(made.verify(party)), "verified") << static_cast<int>(algorithm);
    party.algorithms = {algorithm == Algorithm::kEs256 ? Algorithm::kEs384 : Algorithm::kEs256};
    EXPECT_EQ(code_of(made.verify(party)), "algorithm_not_allowed");
  }
}

struct Fault {
  const char* name;
  std::function<void(SoftRegistration&)> make;
  const char* code;
};

TEST(PasskeyRegistration, RefusesEachSingleFaultWithItsCode) {
  const std::string cose = es256_key().cose();
  const std::string extensions = cbor_map({{cbor_text("credProtect"), cbor_integer(2)}});
  const std::vector<Fault> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"another of the origins",
       [](auto& r) { r.client_data.origin = "https://login.example.org:8443"; },
       "verified"},
      {"unknown members of the client data",
       [](auto& r) { r.client_data.more = R"(,"tokenBinding":{"status":"supported"},"x":[1])"; },
       "verified"},
      {"extension outputs",
       [&](auto& r) {
         r.data.flags |= kEd;
         r.data.tail = extensions;
       },
       "verified"},
      {"a credential id of 1023 bytes",
       [](auto& r) { r.data.id = std::string(1023, 'i'); },
       "verified"},
      {"another challenge",
       [](auto& r) { r.client_data.challenge = codec::base64url_encode("another challenge"); },
       "challenge_unknown"},
      {"a challenge that begins like it",
       [](auto& r) { r.client_data.challenge = codec::base64url_encode(kChallenge + "0"); },
       "challenge_unknown"},
      {"type of a login", [](auto& r) { r.client_data.type = "webauthn.get"; }, "type_mismatch"},
      {"origin of another",
       [](auto& r) { r.client_data.origin = "https://evil.example"; },
       "origin_mismatch"},
      {"origin with a suffix",
       [](auto& r) { r.client_data.origin = "https://example.org.evil.example"; },
       "origin_mismatch"},
      {"origin cut short",
       [](auto& r) { r.client_data.origin = "https://example.or"; },
       "origin_mismatch"},
      {"origin with a slash",
       [](auto& r) { r.client_data.origin = "https://example.org/"; },
       "origin_mismatch"},
      {"origin in capitals",
       [](auto& r) { r.client_data.origin = "https://EXAMPLE.org"; },
       "origin_mismatch"},
      {"origin of another scheme",
       [](auto& r) { r.client_data.origin = "http://example.org"; },
       "origin_mismatch"},
      {"a frame of another page",
       [](auto& r) { r.client_data.more = R"(,"crossOrigin":true)"; },
       "cross_origin_refused"},
      {"a frame of a page that is named",
       [](auto& r) {
         r.client_data.more = R"(,"crossOrigin":true,"topOrigin":"https://top.example")";
       },
       "cross_origin_refused"},
      {"a page above, though not cross-origin",
       [](auto& r) { r.client_data.more = R"(,"topOrigin":"https://example.org")"; },
       "cross_origin_refused"},
      {"another rp id", [](auto& r) { r.data.rp_id = "evil.example"; }, "rp_id_mismatch"},
      {"rp id of a subdomain", [](auto& r) { r.data.rp_id = "login.example.org"; }, "rp_id_mismatch"
      },
      {"user not present", [](auto& r) { r.data.flags = kUv | kAt; }, "user_presence_required"},
      {"user not verified", [](auto& r) { r.data.flags = kUp | kAt; }, "user_verification_required"
      },
      {"backed up, though not eligible",
       [](auto& r) { r.data.flags |= kBs; },
       "backup_flags_invalid"},
      {"a credential id of 1024 bytes",
       [](auto& r) { r.data.id = std::string(1024, 'i'); },
       "credential_id_too_long"},
      {"no credential id", [](auto& r) { r.data.id = ""; }, "attestation_invalid"},
      {"another outer id", [](auto& r) { r.outer_id = "another id"; }, "attestation_invalid"},
      {"nothing attested", [](auto& r) { r.data.flags = kUp | kUv; }, "attestation_invalid"},
      {"nothing attested, though bytes are there",
       [&](auto& r) {
         r.data.flags = kUp | kUv;
         r.data.tail = std::string(18, '\0') + cose;
       },
       "attestation_invalid"},
      {"bytes after the key", [](auto& r) { r.data.tail = "x"; }, "attestation_invalid"},
      {"extensions without their flag",
       [&](auto& r) { r.data.tail = extensions; },
       "attestation_invalid"},
      {"their flag without extensions", [](auto& r) { r.data.flags |= kEd; }, "attestation_invalid"
      },
      {"extensions that are no map",
       [](auto& r) {
         r.data.flags |= kEd;
         r.data.tail = cbor_array({});
       },
       "attestation_invalid"},
      {"bytes after the extensions",
       [&](auto& r) {
         r.data.flags |= kEd;
         r.data.tail = extensions + "x";
       },
       "attestation_invalid"},
      {"key cut short",
       [&](auto& r) { r.data.cose = cose.substr(0, cose.size() - 1); },
       "attestation_invalid"},
      {"bytes after the object",
       [](auto& r) { r.whole_object = r.object() + '\0'; },
       "attestation_invalid"},
      {"an empty object", [](auto& r) { r.whole_object = ""; }, "attestation_invalid"},
      {"an array as the object",
       [](auto& r) { r.whole_object = cbor_array({}); },
       "attestation_invalid"},
      {"an indefinite object",
       [](auto& r) { r.whole_object = "\xbf" + r.object().substr(1) + "\xff"; },
       "attestation_invalid"},
      {"an object with another member",
       [](auto& r) {
         r.whole_object = "\xa4" + r.object().substr(1) + cbor_text("epAtt") + "\xf5";
       },
       "attestation_invalid"},
      {"a format that is no text",
       [](auto& r) {
         r.whole_object = cbor_map(
             {{cbor_text("fmt"), cbor_bytes("none")},
              {cbor_text("attStmt"), cbor_map({})},
              {cbor_text("authData"), cbor_bytes(r.data.bytes())}}
         );
       },
       "attestation_invalid"},
      {"authenticator data that is no bytes",
       [](auto& r) {
         r.whole_object = cbor_map(
             {{cbor_text("fmt"), cbor_text("none")},
              {cbor_text("attStmt"), cbor_map({})},
              {cbor_text("authData"), cbor_array({})}}
         );
       },
       "attestation_invalid"},
      {"format not known", [](auto& r) { r.format = "made-up"; }, "attestation_invalid"},
      {"format of the service shut down",
       [](auto& r) { r.format = "android-safetynet"; },
       "attestation_invalid"},
      {"none with a statement",
       [](auto& r) {
         r.make_statement = [](const auto&, const auto&) {
           return cbor_map({{cbor_text("alg"), cbor_integer(-7)}});
         };
       },
       "attestation_invalid"},
      {"a statement that is no map",
       [](auto& r) {
         r.make_statement = [](const auto&, const auto&) {
           return cbor_array({});
         };
       },
       "attestation_invalid"},
      {"a statement nested too deep",
       [](auto& r) {
         r.make_statement = [](const auto&, const auto&) {
           return cbor_map({{cbor_text("x"), std::string(9, '\x81') + '\0'}});
         };
       },
       "attestation_invalid"},
  };
  for (const Fault& fault : faults) {
    SoftRegistration made(es256_key());
    fault.make(made);
    EXPECT_EQ(code_of(made.verify(example_party())), fault.code) << fault.name;
  }
}

TEST(PasskeyRegistration, DoesNotSurviveACutAnywhere) {
  SoftRegistration made(es256_key());
  made.data.flags |= kEd;
  made.data.tail = cbor_map({{cbor_text("credProtect"), cbor_integer(2)}});
  const std::string data = made.data.bytes();
  const std::string object = made.object();
  for (std::size_t size = 0; size < data.size(); ++size) {
    made.whole_object = cbor_map(
        {{cbor_text("fmt"), cbor_text("none")},
         {cbor_text("attStmt"), cbor_map({})},
         {cbor_text("authData"), cbor_bytes(data.substr(0, size))}}
    );
    EXPECT_EQ(code_of(made.verify(example_party())), "attestation_invalid") << size;
  }
  for (std::size_t size = 0; size < object.size(); ++size) {
    made.whole_object = object.substr(0, size);
    EXPECT_EQ(code_of(made.verify(example_party())), "attestation_invalid") << size;
  }
  made.whole_object = object;
  EXPECT_EQ(code_of(made.verify(example_party())), "verified");
}

TEST(PasskeyRegistration, MayBeFramedByThePagesThatAreAllowedAlone) {
  SoftRegistration made(es256_key());
  RelyingParty party = example_party();
  party.allowed_top_origins = {"https://top.example"};
  made.client_data.more = R"(,"crossOrigin":true,"topOrigin":"https://top.example")";
  EXPECT_EQ(code_of(made.verify(party)), "verified");
  made.client_data.more = R"(,"crossOrigin":true,"topOrigin":"https://top.example.evil")";
  EXPECT_EQ(code_of(made.verify(party)), "cross_origin_refused");
  made.client_data.more = R"(,"crossOrigin":true)";
  EXPECT_EQ(code_of(made.verify(party)), "cross_origin_refused");
  party.allow_unnamed_top_origin = true;
  EXPECT_EQ(code_of(made.verify(party)), "verified");
}

TEST(PasskeyRegistration, AsksForNoMoreOfTheUserThanThePartyDoes) {
  SoftRegistration made(es256_key());
  made.data.flags = kAt;
  RelyingParty party = example_party();
  party.require_user_verification = false;
  EXPECT_EQ(code_of(made.verify(party)), "user_presence_required");
  party.require_user_presence = false;
  EXPECT_EQ(code_of(made.verify(party)), "verified");
}

TEST(PasskeyRegistration, TakesRsaKeysOfOtherExponentsOnlyWhenThePartyDoes) {
  const SoftKey& key = soft_key(Algorithm::kRs256);
  SoftRegistration made(key);
  CborPairs members = key.cose_members();
  members[3].second = cbor_bytes("\x03");
  made.data.cose = cbor_map(members);
  RelyingParty party = example_party();
  EXPECT_EQ(code_of(made.verify(party)), "attestation_invalid");
  party.allow_any_rsa_exponent = true;
  EXPECT_EQ(code_of(made.verify(party)), "verified");
}

TEST(PasskeyRegistration, AdmitsModelsOfAuthenticatorsByTheirLists) {
  const SoftRegistration made(es256_key());
  RelyingParty party = example_party();
  Aaguid other{};
  other.fill('x');
  party.allowed_aaguids = {other};
  EXPECT_EQ(code_of(made.verify(party)), "attestation_invalid");
  party.allowed_aaguids = {other, Aaguid{}};
  EXPECT_EQ(code_of(made.verify(party)), "verified");
  party.denied_aaguids = {Aaguid{}};
  EXPECT_EQ(code_of(made.verify(party)), "attestation_invalid");
}

TEST(PasskeyRegistration, WithAnEmptyChallengeOfTheCallersIsRefused) {
  const SoftRegistration made(es256_key());
  const auto verdict =
      verify_registration(example_party(), {.challenge = ""}, made.response(), kNow);
  EXPECT_EQ(code_of(verdict), "challenge_unknown");
}

}  // namespace
}  // namespace noded::passkey
