// Statements of the formats fido-u2f and apple.
#include "soft_statement.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::passkey {
namespace {

struct U2f : SoftStatement {
  const SoftKey* credential = &credential_key();
  std::string first = std::string(1, '\0');

  std::string code() const {
    return code_with("fido-u2f", *credential, [&](const auto& data, const auto& hash) {
      const std::string signed_bytes =
          first + data.substr(0, 32) + hash + "a credential id" + credential->point() + signed_tail;
      CborPairs members = {
          member("sig", cbor_bytes(signer->sign(signed_bytes))),
          x5c(std::vector<std::string>(certificates, certificate.sign(*owner, root_key())))
      };
      members.insert(members.end(), more.begin(), more.end());
      return cbor_map(members);
    });
  }
};

TEST(PasskeyFidoU2f, RefusesEachSingleFaultOfItsStatement) {
  const SoftKey other(Algorithm::kEs256);
  const SoftKey long_key(Algorithm::kEs384);
  const std::vector<Fault<U2f>> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"a key of the authenticator's own", [&](auto& s) { s.signer = s.owner = &other; }, "verified"
      },
      {"signed by another",
       [&](auto& s) {
         s.signer = &other;
       }},
      {"a certificate on another curve",
       [&](auto& s) {
         s.signer = s.owner = &long_key;
       }},
      {"a credential on another curve",
       [&](auto& s) {
         s.credential = &long_key;
       }},
      {"another first byte",
       [](auto& s) {
         s.first = "\x01";
       }},
      {"more bytes signed",
       [](auto& s) {
         s.signed_tail = "x";
       }},
      {"two certificates",
       [](auto& s) {
         s.certificates = 2;
       }},
      {"no certificate",
       [](auto& s) {
         s.certificates = 0;
       }},
      {"a member too many",
       [](auto& s) {
         s.more = {alg(Algorithm::kEs256)};
       }},
  };
  for (const auto& fault : faults) {
    U2f statement;
    fault.make(statement);
    EXPECT_EQ(statement.code(), fault.code) << fault.name;
  }
}

struct Apple : SoftStatement {
  std::string nonce_tag = "\xa1";
  std::string nonce_tail;
  bool has_nonce = true;

  std::string code() const {
    return code_with("apple", credential_key(), [&](const auto& data, const auto& hash) {
      SoftCertificate described = certificate;
      const std::string nonce = crypto::sha256(data + hash + signed_tail);
      const std::string value = der("\x30", der(nonce_tag, der("\x04", nonce)) + nonce_tail);
      if (has_nonce) described.extensions.push_back({"1.2.840.113635.100.8.2", value});
      CborPairs members = {x5c({described.sign(*owner, root_key())})};
      members.insert(members.end(), more.begin(), more.end());
      return cbor_map(members);
    });
  }
};

TEST(PasskeyApple, RefusesEachSingleFaultOfItsStatement) {
  const SoftKey other(Algorithm::kEs256);
  const std::vector<Fault<Apple>> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"its algorithm named", [](auto& s) { s.more = {alg(Algorithm::kEs256)}; }, "verified"},
      {"another nonce",
       [](auto& s) {
         s.signed_tail = "x";
       }},
      {"another tag",
       [](auto& s) {
         s.nonce_tag = "\xa2";
       }},
      {"bytes after the nonce",
       [](auto& s) {
         s.nonce_tail = der("\x05", "");
       }},
      {"no nonce",
       [](auto& s) {
         s.has_nonce = false;
       }},
      {"a certificate of another key",
       [&](auto& s) {
         s.owner = &other;
       }},
      {"a member too many",
       [](auto& s) {
         s.more = {member("sig", cbor_bytes("x"))};
       }},
  };
  for (const auto& fault : faults) {
    Apple statement;
    fault.make(statement);
    EXPECT_EQ(statement.code(), fault.code) << fault.name;
  }
}

}  // namespace
}  // namespace noded::passkey
