#include "soft_authenticator.hpp"
#include "soft_certificate.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

const SoftKey& credential_key() {
  return soft_key(Algorithm::kEs256);
}

const std::string kModel = "an authenticator";  // 16 bytes

SoftExtension model_extension(std::string_view model, bool is_critical = false) {
  return {"1.3.6.1.4.1.45724.1.1.4", der("\x04", model), is_critical};
}

// What a packed statement is made of.
struct Packed {
  SoftKey key{Algorithm::kEs256};
  SoftCertificate certificate;
  Algorithm named = Algorithm::kEs256;
  CborPairs more;
  bool has_certificate = true;
  std::string tail;            // after the leaf
  std::string signature_tail;  // after the signature

  std::string statement(const std::string& data, const std::string& hash) const {
    const SoftKey& signer = has_certificate ? key : credential_key();
    CborPairs members = {
        alg(named), member("sig", cbor_bytes(signer.sign(data + hash) + signature_tail))
    };
    if (has_certificate) members.push_back(x5c({certificate.sign(key, root_key()) + tail}));
    members.insert(members.end(), more.begin(), more.end());
    return cbor_map(members);
  }

  Verdict<NewCredential> verify(const RelyingParty& party) const {
    SoftRegistration made(credential_key());
    made.format = "packed";
    made.data.aaguid = kModel;
    made.make_statement = [this](const auto& data, const auto& hash) {
      return statement(data, hash);
    };
    return made.verify(party);
  }
};

RelyingParty party_with(AttestationRequirement requirement, bool has_root) {
  RelyingParty party = example_party();
  party.attestation = requirement;
  if (has_root) party.anchors = test_anchors();
  return party;
}

std::string code_of(const Verdict<NewCredential>& verdict) {
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

TEST(PasskeyPacked, IsTrustedWhenItsChainEndsAtAnAnchor) {
  const Packed packed;
  const auto made = packed.verify(party_with(AttestationRequirement::kTrusted, true));
  ASSERT_TRUE(made) << made.error().reason;
  EXPECT_EQ(made->attestation_format, "packed");
  EXPECT_EQ(made->attestation_type, AttestationType::kBasic);
  EXPECT_TRUE(made->is_attestation_trusted);
  const auto untrusted = packed.verify(party_with(AttestationRequirement::kAny, false));
  ASSERT_TRUE(untrusted);
  EXPECT_FALSE(untrusted->is_attestation_trusted);
}

TEST(PasskeyPacked, MayBeSignedByTheCredentialItself) {
  Packed packed;
  packed.has_certificate = false;
  const auto made = packed.verify(party_with(AttestationRequirement::kSelfOrTrusted, false));
  ASSERT_TRUE(made) << made.error().reason;
  EXPECT_EQ(made->attestation_type, AttestationType::kSelf);
  EXPECT_FALSE(made->is_attestation_trusted);
  EXPECT_EQ(
      code_of(packed.verify(party_with(AttestationRequirement::kTrusted, true))),
      "attestation_invalid"
  );
  packed.signature_tail = std::string(1, '\0');
  EXPECT_EQ(
      code_of(packed.verify(party_with(AttestationRequirement::kAny, true))), "attestation_invalid"
  );
}

TEST(PasskeyPacked, OfTheRequiredKindIsWhatThePolicyTakes) {
  const Packed packed;
  for (const auto requirement :
       {AttestationRequirement::kSelfOrTrusted, AttestationRequirement::kTrusted}) {
    EXPECT_EQ(code_of(packed.verify(party_with(requirement, true))), "verified");
    EXPECT_EQ(code_of(packed.verify(party_with(requirement, false))), "attestation_invalid");
    const SoftRegistration none(credential_key());
    EXPECT_EQ(code_of(none.verify(party_with(requirement, true))), "attestation_invalid");
  }
}

struct Fault {
  const char* name;
  std::function<void(Packed&)> make;
  const char* code = "attestation_invalid";
};

TEST(PasskeyPacked, RefusesEachSingleFaultOfItsStatement) {
  const auto without = [](const char* field) {
    return [field](Packed& p) {
      std::erase_if(p.certificate.subject, [&](const auto& entry) { return entry.first == field; });
    };
  };
  const std::vector<Fault> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"the model named",
       [](auto& p) { p.certificate.extensions = {model_extension(kModel)}; },
       "verified"},
      {"another model named",
       [](auto& p) {
         p.certificate.extensions = {model_extension("an authenticatoR")};
       }},
      {"the model named critically",
       [](auto& p) {
         p.certificate.extensions = {model_extension(kModel, true)};
       }},
      {"the model named twice",
       [](auto& p) {
         p.certificate.extensions = {model_extension(kModel), model_extension(kModel)};
       }},
      {"the model without its form",
       [](auto& p) {
         p.certificate.extensions = {{"1.3.6.1.4.1.45724.1.1.4", kModel}};
       }},
      {"another algorithm",
       [](auto& p) {
         p.named = Algorithm::kEs384;
       }},
      {"an algorithm of other keys",
       [](auto& p) {
         p.named = Algorithm::kRs256;
       }},
      {"an algorithm not known",
       [](auto& p) {
         p.named = static_cast<Algorithm>(-47);
       }},
      {"a member too many",
       [](auto& p) {
         p.more = {member("x", cbor_integer(1))};
       }},
      {"ecdaaKeyId",
       [](auto& p) {
         p.more = {member("ecdaaKeyId", cbor_bytes("x"))};
       }},
      {"bytes after the signature",
       [](auto& p) {
         p.signature_tail = "x";
       }},
      {"bytes after the certificate",
       [](auto& p) {
         p.tail = "x";
       }},
      {"a certificate of version 1",
       [](auto& p) {
         p.certificate.version = 1;
       }},
      {"a certification authority",
       [](auto& p) {
         p.certificate.constraints = "critical,CA:TRUE";
       }},
      {"nothing about authorities",
       [](auto& p) {
         p.certificate.constraints = nullptr;
       }},
      {"no country", without("C")},
      {"a country in small letters",
       [](auto& p) {
         p.certificate.subject[0].second = "aa";
       }},
      {"no organization", without("O")},
      {"no unit", without("OU")},
      {"another unit",
       [](auto& p) {
         p.certificate.subject[2].second = "authenticator attestation";
       }},
      {"no name", without("CN")},
      {"two names",
       [](auto& p) {
         p.certificate.subject.emplace_back("CN", "Key 2");
       }},
  };
  for (const Fault& fault : faults) {
    Packed packed;
    fault.make(packed);
    const auto verdict = packed.verify(party_with(AttestationRequirement::kAny, true));
    EXPECT_EQ(code_of(verdict), fault.code) << fault.name;
  }
}

TEST(PasskeyPacked, RefusesChainsThatAreNone) {
  const SoftKey key(Algorithm::kEs256);
  const std::string leaf = SoftCertificate{}.sign(key, root_key());
  const auto code_with = [&](const std::pair<std::string, std::string>& chain) {
    SoftRegistration made(credential_key());
    made.format = "packed";
    made.make_statement = [&](const auto& data, const auto& hash) {
      return cbor_map(
          {alg(Algorithm::kEs256), member("sig", cbor_bytes(key.sign(data + hash))), chain}
      );
    };
    return code_of(made.verify(example_party()));
  };
  EXPECT_EQ(code_with(x5c({leaf})), "verified");
  EXPECT_EQ(code_with(x5c(std::vector<std::string>(8, leaf))), "verified");
  EXPECT_EQ(code_with(x5c(std::vector<std::string>(9, leaf))), "attestation_invalid");
  EXPECT_EQ(code_with(x5c({})), "attestation_invalid");
  EXPECT_EQ(code_with(x5c({leaf, "no certificate"})), "attestation_invalid");
  EXPECT_EQ(code_with(member("x5c", cbor_bytes(leaf))), "attestation_invalid");
  EXPECT_EQ(code_with(member("x5c", cbor_array({cbor_text("text")}))), "attestation_invalid");
}

TEST(PasskeyPacked, UnderTrustDoesNotSurviveAChangeOfAnyByte) {
  const Packed packed;
  SoftRegistration made(credential_key());
  made.format = "packed";
  made.make_statement = [&](const auto& data, const auto& hash) {
    return packed.statement(data, hash);
  };
  const RelyingParty party = party_with(AttestationRequirement::kTrusted, true);
  RegistrationResponse response = made.response();
  const auto verifies = [&] {
    return verify_registration(party, {.challenge = kChallenge}, response, kNow).has_value();
  };
  ASSERT_TRUE(verifies());
  for (std::string* field : {&response.attestation_object, &response.client_data_json}) {
    for (std::size_t index = 0; index < field->size(); ++index) {
      char& byte = (*field)[index];
      const char before = byte;
      byte = static_cast<char>(byte ^ (1 << (index % 8)));
      EXPECT_FALSE(verifies()) << "byte " << index;
      byte = before;
    }
  }
  EXPECT_TRUE(verifies());
}

}  // namespace
}  // namespace noded::passkey
