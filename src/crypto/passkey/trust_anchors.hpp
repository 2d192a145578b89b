// The certificates that attestation chains have to end at. Thread-safe once made.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/certificate.hpp"

#include <openssl/x509_vfy.h>

#include <span>
#include <string_view>

namespace noded::passkey {

class TrustAnchors {
 public:
  TrustAnchors();  // none: no chain is trusted

  // Errors: kInvalid when the text holds something that is no certificate, or none at all.
  Result<> add_pem(std::string_view pem);
  // `der` of one certificate. Errors as above.
  Result<> add_der(std::string_view der);

  // Whether `chain`, the leaf first, leads to one of the anchors (RFC 5280 §6), all of it valid at
  // `now`. An anchor may be any certificate of the chain, also the leaf. Revocation is not asked.
  bool trusts(std::span<const Certificate> chain, WallTime now) const;

 private:
  Result<> add(const Certificate& certificate);

  Handle<X509_STORE, X509_STORE_free> store_;
};

}  // namespace noded::passkey
