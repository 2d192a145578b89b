#include "soft_authenticator.hpp"
#include "soft_certificate.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

std::string number16(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

std::string sized(const std::string& bytes) {
  return number16(bytes.size()) + bytes;
}

std::string digest_with(const EVP_MD* kind, const std::string& data) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(
      data.data(), data.size(), reinterpret_cast<unsigned char*>(out.data()), &size, kind, nullptr
  );
  out.resize(size);
  return out;
}

std::string directory_entry(const char* identifier_hex, const std::string& value) {
  return der("\x31", der("\x30", der("\x06", unhex(identifier_hex)) + der("\x0c", value)));
}

const std::string kManufacturer = directory_entry("6781050201", "id:00000000");
const std::string kModel = directory_entry("6781050202", "Model");
const std::string kVersion = directory_entry("6781050203", "id:1");

SoftExtension alternative_name(const std::string& entries) {
  return {"2.5.29.17", der("\x30", der("\xa4", der("\x30", entries))), true};
}

SoftExtension usage(const char* identifier_hex) {
  return {"2.5.29.37", der("\x30", der("\x06", unhex(identifier_hex)))};
}

const SoftKey& aik_key() {
  return soft_key(Algorithm::kRs256);
}

SoftCertificate aik_certificate() {
  SoftCertificate certificate;
  certificate.subject = {};
  certificate.extensions = {
      alternative_name(kManufacturer + kModel + kVersion), usage("6781050803")
  };
  return certificate;
}

std::string public_area(const SoftKey& key, const std::string& name_hash) {
  const std::string head = name_hash + unhex("00040000") + sized("");
  if (key.algorithm() == Algorithm::kRs256) {
    return unhex("0001") + head + unhex("0010") + unhex("0010") + number16(2048) +
           unhex("00000000") + sized(key.modulus());
  }
  const char* curve = key.algorithm() == Algorithm::kEs256 ? "0003" : "0004";
  return unhex("0023") + head + unhex("0010") + unhex("0010") + unhex(curve) + unhex("0010") +
         sized(key.x()) + sized(key.y());
}

// What a tpm statement is made of.
struct Tpm {
  explicit Tpm(const SoftKey& of) : credential(&of), described(&of) {}

  const SoftKey* credential;
  const SoftKey* described;  // in pubArea
  Algorithm named = Algorithm::kRs1;
  SoftCertificate certificate = aik_certificate();
  std::string version = "2.0";
  std::string name_hash = unhex("000b");
  std::string area_tail;
  std::string magic = unhex("ff544347");
  std::string type = unhex("8017");
  std::string extra_tail;
  std::string name_tail;
  std::string certification_tail;
  std::string signed_tail;
  CborPairs more;

  std::string statement(const std::string& data, const std::string& hash) const {
    const std::string area = public_area(*described, name_hash) + area_tail;
    const EVP_MD* name_digest = name_hash == unhex("000c") ? EVP_sha384() : EVP_sha256();
    const std::string certification =
        magic + type + sized("signer") +
        sized(digest_with(digest_of(named), data + hash) + extra_tail) + std::string(25, 'c') +
        sized(name_hash + digest_with(name_digest, area) + name_tail) + sized("qualified") +
        certification_tail;
    CborPairs members = {
        member("ver", cbor_text(version)),
        alg(named),
        member("sig", cbor_bytes(aik_key().sign_as(named, certification + signed_tail))),
        member("certInfo", cbor_bytes(certification)),
        member("pubArea", cbor_bytes(area)),
        x5c({certificate.sign(aik_key(), root_key())})
    };
    members.insert(members.end(), more.begin(), more.end());
    return cbor_map(members);
  }

  std::string code() const {
    SoftRegistration made(*credential);
    made.format = "tpm";
    made.make_statement = [this](const auto& data, const auto& hash) {
      return statement(data, hash);
    };
    RelyingParty party = example_party();
    party.algorithms.push_back(Algorithm::kEs384);
    party.anchors = test_anchors();
    party.attestation = AttestationRequirement::kTrusted;
    const auto verdict = made.verify(party);
    if (!verdict) return std::string(to_text(verdict.error().code));
    return verdict->attestation_type == AttestationType::kAttCa ? "verified" : "another type";
  }
};

struct Fault {
  const char* name;
  std::function<void(Tpm&)> make;
  const char* code = "attestation_invalid";
};

TEST(PasskeyTpm, CertifiesKeysOfEitherKind) {
  for (const Algorithm algorithm : {Algorithm::kEs256, Algorithm::kEs384, Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    EXPECT_EQ(Tpm(key).code(), "verified") << static_cast<int>(algorithm);
  }
}

TEST(PasskeyTpm, RefusesEachSingleFaultOfItsStatement) {
  const SoftKey key(Algorithm::kEs256);
  const SoftKey other(Algorithm::kEs256);
  const auto with_names = [](const std::string& entries) {
    return [entries](Tpm& t) {
      t.certificate.extensions[0] = alternative_name(entries);
    };
  };
  const std::vector<Fault> faults = {
      {"nothing", [](auto&) {}, "verified"},
      {"signed with SHA-256", [](auto& t) { t.named = Algorithm::kRs256; }, "verified"},
      {"signed with SHA-512", [](auto& t) { t.named = Algorithm::kRs512; }, "verified"},
      {"named with SHA-384", [](auto& t) { t.name_hash = unhex("000c"); }, "verified"},
      {"another version",
       [](auto& t) {
         t.version = "1.2";
       }},
      {"a public area of another key",
       [&](auto& t) {
         t.described = &other;
       }},
      {"bytes after the public area",
       [](auto& t) {
         t.area_tail = "x";
       }},
      {"not made by a TPM",
       [](auto& t) {
         t.magic = unhex("ff544348");
       }},
      {"another attestation than of a key",
       [](auto& t) {
         t.type = unhex("8018");
       }},
      {"another ceremony",
       [](auto& t) {
         t.extra_tail = "x";
       }},
      {"another name",
       [](auto& t) {
         t.name_tail = "x";
       }},
      {"a name of a hash not known",
       [](auto& t) {
         t.name_hash = unhex("0012");
       }},
      {"bytes after the certification",
       [](auto& t) {
         t.certification_tail = "x";
       }},
      {"other bytes signed",
       [](auto& t) {
         t.signed_tail = "x";
       }},
      {"a member too many",
       [](auto& t) {
         t.more = {member("x", cbor_integer(1))};
       }},
      {"a certificate of version 1",
       [](auto& t) {
         t.certificate.version = 1;
       }},
      {"a certificate with a subject",
       [](auto& t) {
         t.certificate.subject = {{"CN", "TPM"}};
       }},
      {"a certification authority",
       [](auto& t) {
         t.certificate.constraints = "critical,CA:TRUE";
       }},
      {"another usage",
       [](auto& t) {
         t.certificate.extensions[1] = usage("6781050801");
       }},
      {"no usage",
       [](auto& t) {
         t.certificate.extensions.pop_back();
       }},
      {"no manufacturer", with_names(kModel + kVersion)},
      {"no model", with_names(kManufacturer + kVersion)},
      {"no version of the TPM", with_names(kManufacturer + kModel)},
      {"no other names",
       [](auto& t) {
         t.certificate.extensions.erase(t.certificate.extensions.begin());
       }},
      {"another model of authenticator",
       [](auto& t) {
         t.certificate.extensions.push_back(
             {"1.3.6.1.4.1.45724.1.1.4", der("\x04", std::string(16, 'x'))}
         );
       }},
  };
  for (const Fault& fault : faults) {
    Tpm tpm(key);
    fault.make(tpm);
    EXPECT_EQ(tpm.code(), fault.code) << fault.name;
  }
}

}  // namespace
}  // namespace noded::passkey
