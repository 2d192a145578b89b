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

std::string code_of(const Verdict<AssertionOutcome>& verdict) {
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

TEST(PasskeyAssertion, VerifiesUnderEveryAlgorithm) {
  for (const Algorithm algorithm :
       {Algorithm::kEs256,
        Algorithm::kEs384,
        Algorithm::kEs512,
        Algorithm::kEdDsa,
        Algorithm::kEd448,
        Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    SoftAssertion made(key);
    const auto outcome = made.verify(example_party());
    ASSERT_TRUE(outcome) << static_cast<int>(algorithm) << ": " << outcome.error().reason;
    EXPECT_EQ(outcome->sign_count, 2U);
    EXPECT_TRUE(outcome->user_verified);
    EXPECT_FALSE(outcome->backed_up);
    EXPECT_FALSE(outcome->is_counter_regressed);
    const SoftKey other(algorithm);
    made.stored_key = other.cose();
    EXPECT_EQ(code_of(made.verify(example_party())), "signature_invalid");
  }
}

struct Fault {
  const char* name;
  std::function<void(SoftAssertion&)> make;
  const char* code;
};

void expect_codes(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    SoftAssertion made(es256_key());
    fault.make(made);
    EXPECT_EQ(code_of(made.verify(example_party())), fault.code) << fault.name;
  }
}

TEST(PasskeyAssertion, RefusesEachSingleFaultWithItsCode) {
  const std::string extensions = cbor_map({{cbor_text("appid"), "\xf5"}});
  expect_codes({
      {"nothing", [](auto&) {}, "verified"},
      {"extension outputs",
       [&](auto& a) {
         a.data.flags |= kEd;
         a.data.tail = extensions;
       },
       "verified"},
      {"another challenge",
       [](auto& a) { a.client_data.challenge = codec::base64url_encode("another challenge"); },
       "challenge_unknown"},
      {"type of a registration",
       [](auto& a) { a.client_data.type = "webauthn.create"; },
       "type_mismatch"},
      {"type of a payment", [](auto& a) { a.client_data.type = "payment.get"; }, "type_mismatch"},
      {"origin of another",
       [](auto& a) { a.client_data.origin = "https://evil.example"; },
       "origin_mismatch"},
      {"origin null", [](auto& a) { a.client_data.origin = "null"; }, "origin_mismatch"},
      {"a frame of another page",
       [](auto& a) { a.client_data.more = R"(,"crossOrigin":true)"; },
       "cross_origin_refused"},
      {"another rp id", [](auto& a) { a.data.rp_id = "sub.example.org"; }, "rp_id_mismatch"},
      {"user not present", [](auto& a) { a.data.flags = kUv; }, "user_presence_required"},
      {"user not verified", [](auto& a) { a.data.flags = kUp; }, "user_verification_required"},
      {"backed up, though not eligible",
       [](auto& a) { a.data.flags |= kBs; },
       "backup_flags_invalid"},
      {"eligible, though not when it was made",
       [](auto& a) { a.data.flags |= kBe; },
       "backup_flags_invalid"},
      {"not eligible any more", [](auto& a) { a.stored_eligible = true; }, "backup_flags_invalid"},
      {"a credential attested",
       [](auto& a) {
         a.data.flags |= kAt;
         a.data.cose = a.stored_key;
       },
       "malformed"},
      {"bytes after the data", [](auto& a) { a.data.tail = "x"; }, "malformed"},
      {"extensions cut short",
       [&](auto& a) {
         a.data.flags |= kEd;
         a.data.tail = extensions.substr(0, 3);
       },
       "malformed"},
      {"an empty signature", [](auto& a) { a.signature = ""; }, "signature_invalid"},
      {"a signature without its form",
       [](auto& a) { a.signature = std::string(64, 's'); },
       "signature_invalid"},
      {"bytes after the signature",
       [](auto& a) { a.signature = a.response().signature + '\0'; },
       "signature_invalid"},
      {"a stored key that cannot be read",
       [](auto& a) { a.stored_key = "no key"; },
       "signature_invalid"},
  });
}

TEST(PasskeyAssertion, IsForTheCredentialAndTheUserItWasOpenedFor) {
  expect_codes({
      {"no such credential", [](auto& a) { a.is_stored = false; }, "credential_unknown"},
      {"another credential than the caller found",
       [](auto& a) { a.outer_id = "another id"; },
       "credential_unknown"},
      {"one of those asked for", [](auto& a) { a.allowed = {"x", "a credential id"}; }, "verified"},
      {"none of those asked for", [](auto& a) { a.allowed = {"x", "y"}; }, "credential_unknown"},
      {"the user named", [](auto& a) { a.user_id = "user 1"; }, "verified"},
      {"not the user named", [](auto& a) { a.user_id = "user 2"; }, "credential_unknown"},
      {"a handle of another user", [](auto& a) { a.user_handle = "user 2"; }, "user_handle_mismatch"
      },
      {"a handle of another user, though one was named",
       [](auto& a) {
         a.user_id = "user 1";
         a.user_handle = "user 2";
       },
       "user_handle_mismatch"},
      {"no handle, and nobody named",
       [](auto& a) { a.user_handle = std::nullopt; },
       "user_handle_mismatch"},
      {"no handle, but the user named",
       [](auto& a) {
         a.user_id = "user 1";
         a.user_handle = std::nullopt;
       },
       "verified"},
      {"no handle, but the credential asked for",
       [](auto& a) {
         a.allowed = {"a credential id"};
         a.user_handle = std::nullopt;
       },
       "verified"},
  });
}

TEST(PasskeyAssertion, ItsCounterGoesUpOrStaysAtZero) {
  struct Row {
    std::uint32_t stored;
    std::uint32_t made;
    bool is_good;
  };
  const std::vector<Row> rows = {
      {0, 0, true},
      {0, 1, true},
      {1, 2, true},
      {1, 1, false},
      {2, 1, false},
      {1, 0, false},
      {0x7fffffff, 0x80000000, true},
      {0xfffffffe, 0xffffffff, true},
      {0xffffffff, 0, false},
      {0xffffffff, 0xffffffff, false},
  };
  for (const Row& row : rows) {
    SoftAssertion made(es256_key());
    made.stored_count = row.stored;
    made.data.sign_count = row.made;
    RelyingParty party = example_party();
    EXPECT_EQ(code_of(made.verify(party)), row.is_good ? "verified" : "counter_regression")
        << row.stored << ' ' << row.made;
    party.counter_policy = CounterPolicy::kWarn;
    const auto outcome = made.verify(party);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->is_counter_regressed, !row.is_good);
    EXPECT_EQ(outcome->sign_count, row.made);
  }
}

TEST(PasskeyAssertion, WithABadSignatureTellsNothingOfTheCounter) {
  SoftAssertion made(es256_key());
  made.stored_count = 9;
  made.signature = std::string(64, 's');
  EXPECT_EQ(code_of(made.verify(example_party())), "signature_invalid");
}

TEST(PasskeyAssertion, DoesNotSurviveAChangeOfAnyByte) {
  for (const Algorithm algorithm :
       {Algorithm::kEs256,
        Algorithm::kEs384,
        Algorithm::kEs512,
        Algorithm::kEdDsa,
        Algorithm::kEd448,
        Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    const SoftAssertion made(key);
    const StoredCredential stored = made.stored();
    const AssertionCeremony ceremony{
        .challenge = kChallenge, .user_id = std::nullopt, .allowed_credentials = {}
    };
    const RelyingParty party = example_party();
    const auto verifies = [&](const AssertionResponse& response) {
      return verify_assertion(party, ceremony, &stored, response).has_value();
    };
    AssertionResponse response = made.response();
    ASSERT_TRUE(verifies(response));
    for (std::string* field :
         {&response.id,
          &response.client_data_json,
          &response.authenticator_data,
          &response.signature,
          &*response.user_handle}) {
      for (std::size_t index = 0; index < field->size(); ++index) {
        char& byte = (*field)[index];
        const char before = byte;
        byte = static_cast<char>(byte ^ (1 << (index % 8)));
        EXPECT_FALSE(verifies(response)) << static_cast<int>(algorithm) << " byte " << index;
        byte = before;
      }
      field->pop_back();
      EXPECT_FALSE(verifies(response)) << static_cast<int>(algorithm);
      response = made.response();
    }
  }
}

}  // namespace
}  // namespace noded::passkey
