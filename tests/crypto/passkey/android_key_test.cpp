#include "soft_statement.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::passkey {
namespace {

// What Android says about a key: KeyDescription.
struct KeyDescription {
  std::string challenge;  // set from the client data's hash unless it is there
  std::string software = explicit_item("\xbf\x85\x3d", der("\x02", "\x01"));
  std::string hardware = purpose("\x02") + origin(std::string(1, '\0'));
  std::string tail;

  static std::string explicit_item(std::string_view tag, const std::string& content) {
    return der(tag, content);
  }
  static std::string purpose(const std::string& number) {
    return explicit_item("\xa1", der("\x31", der("\x02", number)));
  }
  static std::string origin(const std::string& number) {
    return explicit_item("\xbf\x85\x3e", der("\x02", number));
  }

  std::string value(const std::string& hash) const {
    const std::string level = der("\x0a", "\x01");
    return der(
        "\x30",
        der("\x02", "\x04") + level + der("\x02", "\x04") + level +
            der("\x04", challenge.empty() ? hash : challenge) + der("\x04", "") +
            der("\x30", software) + der("\x30", hardware) + tail
    );
  }
};

struct AndroidKey : SoftStatement {
  KeyDescription description;
  bool has_description = true;
  std::string after;  // the extension
  Algorithm named = Algorithm::kEs256;

  std::string code() const {
    return code_with("android-key", credential_key(), [&](const auto& data, const auto& hash) {
      SoftCertificate described = certificate;
      if (has_description) {
        described.extensions.push_back({"1.3.6.1.4.1.11129.2.1.17", description.value(hash) + after}
        );
      }
      CborPairs members = {
          alg(named),
          member("sig", cbor_bytes(signer->sign(data + hash + signed_tail))),
          x5c({described.sign(*owner, root_key())})
      };
      members.insert(members.end(), more.begin(), more.end());
      return cbor_map(members);
    });
  }
};

TEST(PasskeyAndroidKey, RefusesEachSingleFaultOfItsStatement) {
  using D = KeyDescription;
  const SoftKey other(Algorithm::kEs256);
  const std::string all_applications = D::explicit_item("\xbf\x84\x58", der("\x05", ""));
  const std::vector<Fault<AndroidKey>> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"said by software",
       [](auto& s) { std::swap(s.description.software, s.description.hardware); },
       "verified"},
      {"nothing said of purpose and origin",
       [](auto& s) { s.description.hardware = ""; },
       "verified"},
      {"another challenge",
       [](auto& s) {
         s.description.challenge = std::string(32, 'x');
       }},
      {"for all applications",
       [&](auto& s) {
         s.description.software += all_applications;
       }},
      {"for all applications, said by hardware",
       [&](auto& s) {
         s.description.hardware += all_applications;
       }},
      {"imported",
       [](auto& s) {
         s.description.hardware = D::purpose("\x02") + D::origin("\x02");
       }},
      {"imported, said by software",
       [](auto& s) {
         s.description.software += D::origin("\x02");
       }},
      {"for another purpose",
       [](auto& s) {
         s.description.hardware = D::purpose("\x01");
       }},
      {"for no purpose",
       [](auto& s) {
         s.description.hardware = D::explicit_item("\xa1", der("\x31", ""));
       }},
      {"a list that is no DER",
       [](auto& s) {
         s.description.hardware = "\x80";
       }},
      {"bytes after the description",
       [](auto& s) {
         s.after = "x";
       }},
      {"no description",
       [](auto& s) {
         s.has_description = false;
       }},
      {"signed by another",
       [&](auto& s) {
         s.signer = &other;
       }},
      {"a certificate of another key",
       [&](auto& s) {
         s.signer = s.owner = &other;
       }},
      {"more bytes signed",
       [](auto& s) {
         s.signed_tail = "x";
       }},
      {"another algorithm",
       [](auto& s) {
         s.named = Algorithm::kEs512;
       }},
      {"a member too many",
       [](auto& s) {
         s.more = {member("ver", cbor_text("1"))};
       }},
  };
  for (const auto& fault : faults) {
    AndroidKey statement;
    fault.make(statement);
    EXPECT_EQ(statement.code(), fault.code) << fault.name;
  }
}

}  // namespace
}  // namespace noded::passkey
