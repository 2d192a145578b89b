// Statements whose certificate may depend on what is signed, for tests.
#pragma once

#include "soft_authenticator.hpp"
#include "soft_certificate.hpp"

#include <functional>
#include <string>

namespace noded::passkey {

inline const SoftKey& credential_key() {
  return soft_key(Algorithm::kEs256);
}

// A statement under construction: the certificate may depend on what is signed.
struct SoftStatement {
  const SoftKey* signer = &credential_key();  // of the statement
  const SoftKey* owner = &credential_key();   // of the certificate
  SoftCertificate certificate;
  std::string signed_tail;
  std::size_t certificates = 1;
  CborPairs more;
};

template <class S>
struct Fault {
  const char* name;
  std::function<void(S&)> make;
  const char* code = "attestation_invalid";
};

// Registers with `format` and the statement that `write` makes, under required trust.
template <class Write>
std::string code_with(const char* format, const SoftKey& key, Write write) {
  SoftRegistration made(key);
  made.format = format;
  made.make_statement = write;
  RelyingParty party = example_party();
  party.algorithms.push_back(Algorithm::kEs384);
  party.anchors = test_anchors();
  party.attestation = AttestationRequirement::kTrusted;
  const auto verdict = made.verify(party);
  return verdict ? "verified" : std::string(to_text(verdict.error().code));
}

}  // namespace noded::passkey
