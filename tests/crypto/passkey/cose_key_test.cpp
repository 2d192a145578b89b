#include "crypto/passkey/cose_key.hpp"

#include "cbor_writer.hpp"
#include "codec/text.hpp"
#include "soft_key.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

std::string unhex(std::string_view hex) {
  return codec::hex_decode(hex).value();
}

std::string code_of(const Verdict<CoseKey>& verdict) {
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

TEST(PasskeyCoseKey, IsReadUnderEveryAlgorithmOfCredentials) {
  for (const Algorithm algorithm :
       {Algorithm::kEs256,
        Algorithm::kEs384,
        Algorithm::kEs512,
        Algorithm::kEdDsa,
        Algorithm::kEd448,
        Algorithm::kRs256}) {
    const SoftKey& key = soft_key(algorithm);
    const auto read = parse_cose_key(key.cose());
    ASSERT_TRUE(read) << static_cast<int>(algorithm) << ": " << read.error().reason;
    EXPECT_EQ(read->algorithm, algorithm);
    EXPECT_TRUE(read->has_usual_exponent);
    EXPECT_TRUE(read->key.verify(algorithm, "message", key.sign("message")));
    EXPECT_FALSE(read->key.verify(algorithm, "Message", key.sign("message")));
    EXPECT_FALSE(read->key.verify(algorithm, "message", ""));
    EXPECT_TRUE(parse_cose_key(key.cose())->key == read->key);
    EXPECT_FALSE(parse_cose_key(SoftKey(algorithm).cose())->key == read->key);
  }
}

TEST(PasskeyCoseKey, VerifiesUnderNoAlgorithmOfAnotherKind) {
  const SoftKey elliptic(Algorithm::kEs256);
  const auto read = parse_cose_key(elliptic.cose());
  ASSERT_TRUE(read);
  const std::string signature = elliptic.sign("message");
  for (const Algorithm algorithm :
       {Algorithm::kEs384, Algorithm::kEdDsa, Algorithm::kEd448, Algorithm::kRs256, Algorithm::kRs1
       }) {
    EXPECT_FALSE(read->key.verify(algorithm, "message", signature)) << static_cast<int>(algorithm);
  }
}

struct Fault {
  const char* name;
  Algorithm algorithm;
  std::function<void(CborPairs&)> make;
  const char* code = "attestation_invalid";
};

TEST(PasskeyCoseKey, RefusesEachSingleFault) {
  constexpr auto kEc = Algorithm::kEs256;
  constexpr auto kEd = Algorithm::kEdDsa;
  constexpr auto kRsa = Algorithm::kRs256;
  const auto set = [](std::size_t index, std::string value) {
    return [index, value](CborPairs& members) {
      members[index].second = value;
    };
  };
  const auto number = [](std::int64_t value) {
    return cbor_integer(value);
  };
  const std::string x(32, '\x01');
  const std::vector<Fault> faults = {
      {"nothing", kEc, [](auto&) {}, "verified"},
      {"an algorithm of nobody", kEc, set(1, number(-47)), "algorithm_not_allowed"},
      {"an algorithm of statements alone", kRsa, set(1, number(-65535)), "algorithm_not_allowed"},
      {"the algorithm as text", kEc, set(1, cbor_text("ES256"))},
      {"no algorithm",
       kEc,
       [](auto& m) {
         m.erase(m.begin() + 1);
       }},
      {"another key type", kEc, set(0, number(1))},
      {"another algorithm of its type", kEc, set(1, number(-35))},
      {"another curve", kEc, set(2, number(2))},
      {"off the curve", kEc, set(3, cbor_bytes(x))},
      {"a coordinate with a zero before it",
       kEc,
       [](auto& m) {
         m[3].second = cbor_bytes('\0' + SoftKey(Algorithm::kEs256).x());
       }},
      {"a coordinate cut short", kEc, set(3, cbor_bytes(x.substr(1)))},
      {"a coordinate as text", kEc, set(3, cbor_text(x))},
      {"a compressed point", kEc, set(4, "\xf5")},
      {"no y",
       kEc,
       [](auto& m) {
         m.pop_back();
       }},
      {"a member too many",
       kEc,
       [&](auto& m) {
         m.emplace_back(number(4), cbor_array({}));
       }},
      {"a key id",
       kEc,
       [&](auto& m) {
         m.emplace_back(number(2), cbor_bytes("id"));
       }},
      {"a member under text",
       kEc,
       [&](auto& m) {
         m.emplace_back(cbor_text("x"), number(1));
       }},
      {"Ed25519 of 31 bytes", kEd, set(3, cbor_bytes(std::string(31, '\x01')))},
      {"Ed25519 of 33 bytes", kEd, set(3, cbor_bytes(std::string(33, '\x01')))},
      {"Ed448 under EdDSA", Algorithm::kEd448, set(1, number(-8))},
      {"Ed25519 under Ed448", kEd, set(1, number(-53))},
      {"X25519's curve", kEd, set(2, number(4))},
      {"a modulus with a zero before it",
       kRsa,
       [](auto& m) {
         m[2].second = cbor_bytes(std::string(1, '\0') + std::string(256, '\x7f'));
       }},
      {"an even modulus", kRsa, set(2, cbor_bytes(std::string(256, '\x7e')))},
      {"a modulus of 2047 bits", kRsa, set(2, cbor_bytes(std::string(256, '\x7f')))},
      {"a modulus of 8200 bits", kRsa, set(2, cbor_bytes(std::string(1025, '\xff')))},
      {"no modulus", kRsa, set(2, cbor_bytes(""))},
      {"an exponent of 1", kRsa, set(3, cbor_bytes("\x01"))},
      {"an even exponent", kRsa, set(3, cbor_bytes("\x02"))},
      {"an exponent of 72 bits", kRsa, set(3, cbor_bytes(std::string(9, '\x01')))},
      {"an exponent with a zero before it",
       kRsa,
       set(3, cbor_bytes(std::string("\x00\x01\x00\x01", 4)))},
      {"no exponent", kRsa, set(3, cbor_bytes(""))},
  };
  for (const Fault& fault : faults) {
    CborPairs members = soft_key(fault.algorithm).cose_members();
    fault.make(members);
    EXPECT_EQ(code_of(parse_cose_key(cbor_map(members))), fault.code) << fault.name;
  }
  EXPECT_EQ(code_of(parse_cose_key("")), "attestation_invalid");
  EXPECT_EQ(code_of(parse_cose_key(cbor_array({}))), "attestation_invalid");
  EXPECT_EQ(
      code_of(parse_cose_key(SoftKey(Algorithm::kEs256).cose() + "x")), "attestation_invalid"
  );
}

TEST(PasskeyCoseKey, OfRsaSaysWhetherItsExponentIsTheUsualOne) {
  CborPairs members = soft_key(Algorithm::kRs256).cose_members();
  members[3].second = cbor_bytes("\x03");
  const auto read = parse_cose_key(cbor_map(members));
  ASSERT_TRUE(read) << read.error().reason;
  EXPECT_FALSE(read->has_usual_exponent);
}

std::string edwards_code(Algorithm algorithm, const std::string& point) {
  CborPairs members = soft_key(algorithm).cose_members();
  members[3].second = cbor_bytes(point);
  return code_of(parse_cose_key(cbor_map(members)));
}

TEST(PasskeyCoseKey, OfEd25519IsNoPointOfSmallOrder) {
  // The eight points of small order and their encodings that are not canonical.
  const std::vector<std::string> points = {
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const std::string& point : points) {
    EXPECT_EQ(edwards_code(Algorithm::kEdDsa, unhex(point)), "attestation_invalid") << point;
  }
  // RFC 8032 §7.1, test 1.
  EXPECT_EQ(
      edwards_code(
          Algorithm::kEdDsa,
          unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
      ),
      "verified"
  );
}

TEST(PasskeyCoseKey, OfEd448IsNoPointOfSmallOrderNorBeyondTheField) {
  const std::string zeros(56, '\0');
  const std::string high = std::string(28, '\xff') + '\xfe' + std::string(27, '\xff');  // the prime
  std::string minus_one = high;
  minus_one[0] = '\xfe';
  std::string one = zeros;
  one[0] = '\x01';
  std::string beyond = high;
  beyond[28] = '\xff';
  beyond[0] = '\0';
  for (const std::string& y : {zeros, one, minus_one, high, beyond}) {
    EXPECT_EQ(edwards_code(Algorithm::kEd448, y + '\0'), "attestation_invalid");
    EXPECT_EQ(edwards_code(Algorithm::kEd448, y + '\x80'), "attestation_invalid");
  }
  std::string other = zeros;
  other[0] = '\x02';
  EXPECT_EQ(edwards_code(Algorithm::kEd448, other + '\x01'), "attestation_invalid");
}

}  // namespace
}  // namespace noded::passkey
