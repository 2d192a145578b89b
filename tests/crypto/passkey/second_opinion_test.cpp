// libfido2's verifier on the same ceremonies, wherever it can verify them: it has no Ed448 and
// ES512, RSA of 2048 bits alone, and of the statements packed, fido-u2f and those of TPMs that are
// signed by RSA.
#include "soft_authenticator.hpp"
#include "soft_certificate.hpp"
#include "vectors.hpp"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/es384.h>
#include <fido/rs256.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace noded::passkey {
namespace {

namespace json = boost::json;

void free_assertion(fido_assert_t* assertion) {
  fido_assert_free(&assertion);
}

void free_credential(fido_cred_t* credential) {
  fido_cred_free(&credential);
}

// What libfido2 says of a signature; empty: it cannot tell.
std::optional<bool> fido_verifies(
    std::string_view rp_id,
    std::string_view cose,
    const std::string& authenticator_data,
    std::string_view client_data_hash,
    std::string_view signature
) {
  const auto key = codec::parse_cbor(cose).value();
  const auto part = [&](int label) {
    return key.find(label)->bytes().value();
  };
  const auto algorithm = static_cast<int>(key.find(3)->integer().value());
  std::string raw;  // as libfido2's structures lay keys out
  if (algorithm == COSE_ES256 || algorithm == COSE_ES384) {
    raw.append(part(-2)).append(part(-3));
  } else if (algorithm == COSE_EDDSA) {
    raw = part(-2);
  } else if (algorithm == COSE_RS256 && part(-1).size() == 256) {
    raw.append(part(-1)).append(part(-2));
  } else {
    return std::nullopt;
  }
  union {
    es256_pk_t* es256;
    es384_pk_t* es384;
    eddsa_pk_t* eddsa;
    rs256_pk_t* rs256;
    void* any;
  } made{};
  int result = FIDO_ERR_INTERNAL;
  if (algorithm == COSE_ES256) {
    made.es256 = es256_pk_new();
    result = es256_pk_from_ptr(made.es256, raw.data(), raw.size());
  } else if (algorithm == COSE_ES384) {
    made.es384 = es384_pk_new();
    result = es384_pk_from_ptr(made.es384, raw.data(), raw.size());
  } else if (algorithm == COSE_EDDSA) {
    made.eddsa = eddsa_pk_new();
    result = eddsa_pk_from_ptr(made.eddsa, raw.data(), raw.size());
  } else {
    made.rs256 = rs256_pk_new();
    result = rs256_pk_from_ptr(made.rs256, raw.data(), raw.size());
  }
  EXPECT_EQ(result, FIDO_OK);

  const Handle<fido_assert_t, free_assertion> assertion(fido_assert_new());
  fido_assert_set_count(assertion.get(), 1);
  fido_assert_set_rp(assertion.get(), std::string(rp_id).c_str());
  fido_assert_set_clientdata_hash(
      assertion.get(), bytes_of(client_data_hash), client_data_hash.size()
  );
  fido_assert_set_authdata_raw(
      assertion.get(), 0, bytes_of(authenticator_data), authenticator_data.size()
  );
  fido_assert_set_sig(assertion.get(), 0, bytes_of(signature), signature.size());
  result = fido_assert_verify(assertion.get(), 0, algorithm, made.any);
  if (algorithm == COSE_ES256) es256_pk_free(&made.es256);
  if (algorithm == COSE_ES384) es384_pk_free(&made.es384);
  if (algorithm == COSE_EDDSA) eddsa_pk_free(&made.eddsa);
  if (algorithm == COSE_RS256) rs256_pk_free(&made.rs256);
  return result == FIDO_OK;
}

// What libfido2 says of a statement; empty: it cannot tell.
std::optional<bool> fido_verifies_statement(
    std::string_view rp_id, std::string_view attestation_object, std::string_view client_data_hash
) {
  const auto object = codec::parse_cbor(attestation_object).value();
  const std::string format(object.find("fmt")->text().value());
  const auto data = object.find("authData")->bytes().value();
  const codec::CborValue& statement = *object.find("attStmt");
  const auto parsed = parse_authenticator_data(data, RefusalCode::kMalformed);
  const auto algorithm = static_cast<int>(parsed->attested->key.find(3)->integer().value());
  const bool is_rsa_tpm = format == "tpm" && statement.find("alg")->integer() != COSE_ES256;
  if (format != "packed" && format != "fido-u2f" && !is_rsa_tpm) return std::nullopt;
  const bool is_known = algorithm == COSE_ES256 || algorithm == COSE_ES384 ||
                        algorithm == COSE_EDDSA || algorithm == COSE_RS256;
  const bool is_long_rsa =
      algorithm == COSE_RS256 && parsed->attested->key.find(-1)->bytes()->size() != 256;
  if (!is_known || is_long_rsa) return std::nullopt;
  const bool has_extensions = (static_cast<unsigned char>(data[32]) & kEd) != 0;
  if (has_extensions) return std::nullopt;  // it wants to be told which

  // The statement as it stands: between its name and that of the next member, authData.
  const std::size_t first = attestation_object.find("attStmt") + std::string_view("attStmt").size();
  const auto bytes = attestation_object.substr(
      first, codec::parse_cbor_front(attestation_object.substr(first))->size
  );
  const Handle<fido_cred_t, free_credential> credential(fido_cred_new());
  EXPECT_EQ(fido_cred_set_type(credential.get(), algorithm), FIDO_OK);
  EXPECT_EQ(fido_cred_set_rp(credential.get(), std::string(rp_id).c_str(), nullptr), FIDO_OK);
  EXPECT_EQ(fido_cred_set_fmt(credential.get(), format.c_str()), FIDO_OK);
  EXPECT_EQ(
      fido_cred_set_clientdata_hash(
          credential.get(), bytes_of(client_data_hash), client_data_hash.size()
      ),
      FIDO_OK
  );
  EXPECT_EQ(fido_cred_set_authdata_raw(credential.get(), bytes_of(data), data.size()), FIDO_OK);
  if (fido_cred_set_attstmt(credential.get(), bytes_of(bytes), bytes.size()) != FIDO_OK) {
    return false;
  }
  return (statement.find("x5c") ? fido_cred_verify(credential.get())
                                : fido_cred_verify_self(credential.get())) == FIDO_OK;
}

TEST(PasskeySecondOpinion, OfSignaturesIsTheSame) {
  for (const Algorithm algorithm :
       {Algorithm::kEs256, Algorithm::kEs384, Algorithm::kEdDsa, Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    const SoftAssertion made(key);
    AssertionResponse response = made.response();
    const StoredCredential stored = made.stored();
    const AssertionCeremony ceremony{
        .challenge = kChallenge, .user_id = std::nullopt, .allowed_credentials = {}
    };
    const auto expect_both = [&](bool is_good) {
      EXPECT_EQ(
          verify_assertion(example_party(), ceremony, &stored, response).has_value(), is_good
      );
      EXPECT_EQ(
          fido_verifies(
              "example.org",
              key.cose(),
              response.authenticator_data,
              crypto::sha256(response.client_data_json),
              response.signature
          ),
          is_good
      );
    };
    expect_both(true);
    response.signature.back() = static_cast<char>(response.signature.back() ^ 1);
    expect_both(false);
    response = made.response();
    response.client_data_json += ' ';
    expect_both(false);
  }
}

TEST(PasskeySecondOpinion, OfTheVectorsIsTheSame) {
  const auto all = vectors();
  if (all.empty()) GTEST_SKIP() << "no vectors in " << folder() << " (NODED_WEBAUTHN_VECTORS)";
  const auto parse = [](const std::string& text) {
    return parse_registration(std::string_view(text));
  };
  int told = 0;
  for (const auto& [name, file] : all) {
    SCOPED_TRACE(name);
    const bool has_both = !file.contains("kind");
    if (!has_both && file.at("kind").as_string() != "registration") continue;
    const json::object& half = has_both ? file.at("registration").as_object() : file;
    if (!expects_success(half)) continue;  // what is wrong may be none of its business
    const auto response = parse(ceremony_of(file, half, parse).response);
    ASSERT_TRUE(response);
    const std::string rp_id = text_at(file, "rpId");
    const auto opinion = fido_verifies_statement(
        rp_id, response->attestation_object, crypto::sha256(response->client_data_json)
    );
    if (!opinion) continue;
    ++told;
    EXPECT_TRUE(*opinion);
    EXPECT_EQ(
        fido_verifies_statement(rp_id, response->attestation_object, crypto::sha256("other")), false
    );
  }
  RecordProperty("statements", told);
  EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace noded::passkey
