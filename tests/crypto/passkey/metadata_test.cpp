#include "crypto/passkey/metadata.hpp"

#include "soft_authenticator.hpp"
#include "soft_certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/ec.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

const std::string kModel = "an authenticator";  // 16 bytes
constexpr std::string_view kModelText = "616e2061-7574-6865-6e74-696361746f72";

std::string root_der() {
  static const std::string kDer = root_certificate().sign(root_key(), root_key());
  return kDer;
}

std::string payload_with(std::string_view status, std::string_view number = "7") {
  return R"({"legalHeader":"x","no":)" + std::string(number) +
         R"(,"nextUpdate":"2025-02-01","entries":[{"aaid":"4e4e#4005"},{"aaguid":")" +
         std::string(kModelText) +
         R"(","metadataStatement":{"description":"A key","attestationRootCertificates":[")" +
         codec::base64_encode(root_der()) + R"("]},"statusReports":[{"status":")" +
         std::string(status) + R"("}]}]})";
}

// ECDSA as a JWS has it.
std::string pair_of(const std::string& der_signature) {
  const unsigned char* position = bytes_of(der_signature);
  const Handle<ECDSA_SIG, ECDSA_SIG_free> signature(
      d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der_signature.size()))
  );
  std::string out(64, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + 32, 32);
  return out;
}

struct Blob {
  Algorithm algorithm = Algorithm::kEs256;
  std::string named;  // alg; empty: the algorithm's own name
  std::string more;   // members of the header
  std::string host = "mds.fidoalliance.org";
  std::string payload = payload_with("FIDO_CERTIFIED");
  std::string signed_tail;
  std::size_t certificates = 1;
  std::string signature_tail;

  std::string text() const {
    const SoftKey& key = soft_key(algorithm);
    SoftCertificate leaf;
    leaf.extensions = {{"2.5.29.17", der("\x30", der("\x82", host))}};
    const bool is_elliptic = algorithm == Algorithm::kEs256;
    std::string header = R"({"alg":")" + (named.empty() ? is_elliptic ? "ES256" : "RS256" : named);
    header += R"(","typ":"JWT","x5c":[)";
    const std::string certificate = codec::base64_encode(leaf.sign(key, root_key()));
    for (std::size_t index = 0; index < certificates; ++index) {
      header += (index == 0 ? "\"" : ",\"") + certificate + '"';
    }
    header += "]" + more + "}";
    const std::string body =
        codec::base64url_encode(header) + '.' + codec::base64url_encode(payload);
    const std::string signature = key.sign(body + signed_tail);
    return body + '.' +
           codec::base64url_encode((is_elliptic ? pair_of(signature) : signature) + signature_tail);
  }

  Result<Metadata> read(const MetadataRules& rules = {}) const {
    return Metadata::read(text(), test_anchors(), kNow, rules);
  }
};

Aaguid model_aaguid() {
  Aaguid aaguid{};
  std::ranges::copy(kModel, aaguid.begin());
  return aaguid;
}

TEST(PasskeyMetadata, IsReadFromABlobUnderEitherAlgorithm) {
  for (const Algorithm algorithm : {Algorithm::kEs256, Algorithm::kRs256}) {
    Blob blob;
    blob.algorithm = algorithm;
    const auto metadata = blob.read();
    ASSERT_TRUE(metadata) << metadata.error().message;
    EXPECT_EQ(metadata->number(), 7);
    EXPECT_EQ(metadata->next_update(), kNow + std::chrono::days(12));
    EXPECT_EQ(metadata->size(), 1U);
    const ModelMetadata* model = metadata->find(model_aaguid());
    ASSERT_NE(model, nullptr);
    EXPECT_EQ(model->description, "A key");
    EXPECT_FALSE(model->is_compromised);
    EXPECT_EQ(metadata->find(Aaguid{}), nullptr);
  }
}

struct Fault {
  const char* name;
  std::function<void(Blob&)> make;
};

TEST(PasskeyMetadata, IsRefusedForEachSingleFaultOfItsBlob) {
  const std::vector<Fault> faults = {
      {"another algorithm named",
       [](auto& b) {
         b.named = "RS256";
       }},
      {"no algorithm",
       [](auto& b) {
         b.named = "none";
       }},
      {"a member to be understood",
       [](auto& b) {
         b.more = R"(,"crit":["x"])";
       }},
      {"another's certificate",
       [](auto& b) {
         b.host = "example.org";
       }},
      {"no certificate",
       [](auto& b) {
         b.certificates = 0;
       }},
      {"nine certificates",
       [](auto& b) {
         b.certificates = 9;
       }},
      {"a header that is no JSON",
       [](auto& b) {
         b.more = ",";
       }},
      {"bytes after the signature",
       [](auto& b) {
         b.signature_tail = "x";
       }},
      {"other bytes signed",
       [](auto& b) {
         b.signed_tail = "x";
       }},
      {"a payload that is no JSON",
       [](auto& b) {
         b.payload = "{";
       }},
      {"a payload that is no object",
       [](auto& b) {
         b.payload = "[]";
       }},
      {"no number",
       [](auto& b) {
         b.payload = payload_with("", "null");
       }},
      {"no date",
       [](auto& b) {
         b.payload = R"({"no":1,"entries":[]})";
       }},
      {"no entries",
       [](auto& b) {
         b.payload = R"({"no":1,"nextUpdate":"2025-02-01"})";
       }},
      {"an entry that is none",
       [](auto& b) {
         b.payload = R"({"no":1,"nextUpdate":"2025-02-01","entries":[1]})";
       }},
  };
  for (const Fault& fault : faults) {
    Blob blob;
    fault.make(blob);
    const auto metadata = blob.read();
    ASSERT_FALSE(metadata) << fault.name;
    EXPECT_EQ(metadata.error().code, Errc::kInvalid) << fault.name;
  }
  const std::string text = Blob().text();
  EXPECT_TRUE(Metadata::read(text + "\n", test_anchors(), kNow));
  EXPECT_FALSE(Metadata::read(text, TrustAnchors(), kNow));
  EXPECT_FALSE(Metadata::read(text + ".x", test_anchors(), kNow));
  for (const char* short_text : {"", ".", "..", "x.y", "!.e30.AA", "e30.e30.AA"}) {
    EXPECT_FALSE(Metadata::read(short_text, test_anchors(), kNow)) << short_text;
  }
}

TEST(PasskeyMetadata, DoesNotGoBack) {
  const Blob blob;
  EXPECT_TRUE(blob.read({.signer = "mds.fidoalliance.org", .lowest_number = 7}));
  const auto older = blob.read({.signer = "mds.fidoalliance.org", .lowest_number = 8});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::kConflict);
}

// The code of a packed registration by that model, with trust required and the metadata alone.
std::string code_with(Result<Metadata> metadata, const std::string& model) {
  const SoftKey& key = soft_key(Algorithm::kEs256);
  const std::string leaf = SoftCertificate{}.sign(key, root_key());
  SoftRegistration made(key);
  made.format = "packed";
  made.data.aaguid = model;
  made.make_statement = [&](const auto& data, const auto& hash) {
    return cbor_map(
        {alg(Algorithm::kEs256), member("sig", cbor_bytes(key.sign(data + hash))), x5c({leaf})}
    );
  };
  RelyingParty party = example_party();
  party.attestation = AttestationRequirement::kTrusted;
  party.metadata = std::make_shared<const Metadata>(std::move(metadata.value()));
  const auto verdict = made.verify(party);
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

TEST(PasskeyMetadata, LeavesOutRootsThatCannotBeRead) {
  const std::string good = codec::base64_encode(root_der());
  const auto code_of_roots = [&](const std::string& roots) {
    std::string payload = payload_with("FIDO_CERTIFIED");
    payload.replace(payload.find('"' + good + '"'), good.size() + 2, roots);
    return code_with(Metadata::parse(payload), kModel);
  };
  EXPECT_EQ(code_of_roots(R"(7,"!","AAAA",")" + good + '"'), "verified");
  EXPECT_EQ(code_of_roots('"' + good.substr(0, 64) + "\\n" + good.substr(64) + '"'), "verified");
  EXPECT_EQ(code_of_roots(R"(7,"!","AAAA")"), "attestation_invalid");
  std::string payload = payload_with("FIDO_CERTIFIED");
  payload.replace(payload.find('"' + good + '"'), good.size() + 2, R"(7,"!","AAAA")");
  EXPECT_EQ(Metadata::parse(payload)->find(model_aaguid())->unreadable_roots, 3U);
}

TEST(PasskeyMetadata, GivesTrustToItsModelsUnlessTheyAreCompromised) {
  EXPECT_EQ(code_with(Metadata::parse(payload_with("FIDO_CERTIFIED")), kModel), "verified");
  EXPECT_EQ(
      code_with(Metadata::parse(payload_with("FIDO_CERTIFIED")), std::string(16, 'x')),
      "attestation_invalid"
  );
  for (const char* status : {"REVOKED", "ATTESTATION_KEY_COMPROMISE", "USER_VERIFICATION_BYPASS"}) {
    EXPECT_EQ(code_with(Metadata::parse(payload_with(status)), kModel), "attestation_invalid");
  }
}

}  // namespace
}  // namespace noded::passkey
