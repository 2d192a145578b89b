// Private keys in software, for tests: what an authenticator keeps.
#pragma once

#include "cbor_writer.hpp"
#include "crypto/passkey/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace noded::passkey {

class SoftKey {
 public:
  explicit SoftKey(Algorithm algorithm, unsigned rsa_bits = 2048)
      : algorithm_(algorithm), key_(generate(algorithm, rsa_bits)) {
    if (!key_) throw std::runtime_error("OpenSSL makes no key");
  }

  Algorithm algorithm() const { return algorithm_; }
  EVP_PKEY* handle() const { return key_.get(); }

  std::string sign(std::string_view data) const { return sign_as(algorithm_, data); }

  std::string sign_as(Algorithm algorithm, std::string_view data) const {
    const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    std::string signature(2048, '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, digest_of(algorithm), nullptr, handle()) != 1 ||
        EVP_DigestSign(
            context.get(),
            reinterpret_cast<unsigned char*>(signature.data()),
            &size,
            bytes_of(data),
            data.size()
        ) != 1) {
      throw std::runtime_error("OpenSSL does not sign");
    }
    signature.resize(size);
    return signature;
  }

  // Big-endian coordinates of a key on a NIST curve.
  std::string x() const { return point().substr(1, (point().size() - 1) / 2); }
  std::string y() const { return point().substr(1 + (point().size() - 1) / 2); }
  std::string point() const { return octets(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY); }
  std::string modulus() const { return number(OSSL_PKEY_PARAM_RSA_N); }
  std::string exponent() const { return number(OSSL_PKEY_PARAM_RSA_E); }

  // The members of its COSE_Key.
  CborPairs cose_members() const {
    const auto type_and_algorithm = [&](std::int64_t type) {
      return CborPairs{
          {cbor_integer(1), cbor_integer(type)},
          {cbor_integer(3), cbor_integer(static_cast<std::int64_t>(algorithm_))}
      };
    };
    if (digest_of(algorithm_) == nullptr) {
      CborPairs members = type_and_algorithm(1);
      members.emplace_back(cbor_integer(-1), cbor_integer(algorithm_ == Algorithm::kEdDsa ? 6 : 7));
      members.emplace_back(cbor_integer(-2), cbor_bytes(octets(OSSL_PKEY_PARAM_PUB_KEY)));
      return members;
    }
    if (EVP_PKEY_get_base_id(handle()) == EVP_PKEY_RSA) {
      CborPairs members = type_and_algorithm(3);
      members.emplace_back(cbor_integer(-1), cbor_bytes(modulus()));
      members.emplace_back(cbor_integer(-2), cbor_bytes(exponent()));
      return members;
    }
    CborPairs members = type_and_algorithm(2);
    const int curve = algorithm_ == Algorithm::kEs256 ? 1 : algorithm_ == Algorithm::kEs384 ? 2 : 3;
    members.emplace_back(cbor_integer(-1), cbor_integer(curve));
    members.emplace_back(cbor_integer(-2), cbor_bytes(x()));
    members.emplace_back(cbor_integer(-3), cbor_bytes(y()));
    return members;
  }
  std::string cose() const { return cbor_map(cose_members()); }

 private:
  using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

  static Key generate(Algorithm algorithm, unsigned rsa_bits) {
    switch (algorithm) {
      case Algorithm::kEs256:
        return Key(EVP_EC_gen("P-256"));
      case Algorithm::kEs384:
        return Key(EVP_EC_gen("P-384"));
      case Algorithm::kEs512:
        return Key(EVP_EC_gen("P-521"));
      case Algorithm::kEdDsa:
        return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      case Algorithm::kEd448:
        return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
      default:
        return Key(EVP_RSA_gen(rsa_bits));
    }
  }

  std::string octets(const char* parameter) const {
    std::string out(256, '\0');
    std::size_t size = 0;
    if (EVP_PKEY_get_octet_string_param(
            handle(), parameter, reinterpret_cast<unsigned char*>(out.data()), out.size(), &size
        ) != 1) {
      throw std::runtime_error("OpenSSL tells no public key");
    }
    out.resize(size);
    return out;
  }

  std::string number(const char* parameter) const {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(handle(), parameter, &value) != 1) {
      throw std::runtime_error("OpenSSL tells no number");
    }
    const Handle<BIGNUM, BN_free> owned(value);
    std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(out.data()));
    return out;
  }

  Algorithm algorithm_;
  Key key_;
};

// One key of each algorithm, made once.
inline const SoftKey& soft_key(Algorithm algorithm) {
  static std::map<Algorithm, SoftKey> keys;
  return keys.try_emplace(algorithm, algorithm).first->second;
}

}  // namespace noded::passkey
