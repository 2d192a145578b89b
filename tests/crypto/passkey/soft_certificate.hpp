// Attestation certificates for tests: genuine ones under a root of the test's own, of which a test
// changes one thing before they are signed.
#pragma once

#include "codec/text.hpp"
#include "crypto/passkey/openssl_handle.hpp"
#include "crypto/passkey/trust_anchors.hpp"
#include "soft_key.hpp"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::passkey {

// DER items. `tag` is the identifier's octet, or two of them for long tags.
inline std::string der(std::string_view tag, std::string_view content) {
  std::string out(tag);
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    out += "\x82";
    out += static_cast<char>(content.size() >> 8);
    out += static_cast<char>(content.size() & 0xff);
  }
  return out.append(content);
}

inline std::string unhex(std::string_view hex) {
  return codec::hex_decode(hex).value();
}

struct SoftExtension {
  std::string identifier;  // dotted
  std::string value;       // DER
  bool is_critical = false;
};

struct SoftCertificate {
  int version = 3;
  std::vector<std::pair<std::string, std::string>> subject = {
      {"C", "AA"}, {"O", "Maker"}, {"OU", "Authenticator Attestation"}, {"CN", "Key 1"}
  };
  std::string issuer = "Test root";
  const char* constraints = "critical,CA:FALSE";  // null: none
  std::vector<SoftExtension> extensions;
  const char* not_before = "20240101000000Z";
  const char* not_after = "30240101000000Z";

  // The certificate of `key`, signed by `issuer_key`, in DER.
  std::string sign(const SoftKey& key, const SoftKey& issuer_key) const {
    const Handle<X509, X509_free> made(X509_new());
    X509_set_version(made.get(), version - 1);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    ASN1_TIME_set_string(X509_getm_notBefore(made.get()), not_before);
    ASN1_TIME_set_string(X509_getm_notAfter(made.get()), not_after);
    for (const auto& [name, value] : subject) {
      add_name(X509_get_subject_name(made.get()), name.c_str(), value);
    }
    add_name(X509_get_issuer_name(made.get()), "CN", issuer);
    X509_set_pubkey(made.get(), key.handle());
    if (version == 3) add_extensions(made.get());
    if (X509_sign(made.get(), issuer_key.handle(), digest_of(issuer_key.algorithm())) == 0) {
      throw std::runtime_error("OpenSSL signs no certificate");
    }
    std::string out(static_cast<std::size_t>(i2d_X509(made.get(), nullptr)), '\0');
    auto* position = reinterpret_cast<unsigned char*>(out.data());
    i2d_X509(made.get(), &position);
    return out;
  }

 private:
  static void add_name(X509_NAME* name, const char* field, const std::string& value) {
    const auto size = static_cast<int>(value.size());
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes_of(value), size, -1, 0);
  }

  void add_extensions(X509* certificate) const {
    if (constraints) {
      const Handle<X509_EXTENSION, X509_EXTENSION_free> made(
          X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, constraints)
      );
      X509_add_ext(certificate, made.get(), -1);
    }
    for (const SoftExtension& extension : extensions) {
      const Handle<ASN1_OBJECT, ASN1_OBJECT_free> object(
          OBJ_txt2obj(extension.identifier.c_str(), 1)
      );
      const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> value(ASN1_OCTET_STRING_new());
      ASN1_OCTET_STRING_set(
          value.get(), bytes_of(extension.value), static_cast<int>(extension.value.size())
      );
      const Handle<X509_EXTENSION, X509_EXTENSION_free> made(X509_EXTENSION_create_by_OBJ(
          nullptr, object.get(), extension.is_critical ? 1 : 0, value.get()
      ));
      X509_add_ext(certificate, made.get(), -1);
    }
  }
};

inline SoftCertificate root_certificate() {
  SoftCertificate root;
  root.subject = {{"CN", "Test root"}};
  root.constraints = "critical,CA:TRUE";
  return root;
}

inline const SoftKey& root_key() {
  static const SoftKey kKey(Algorithm::kEs256);
  return kKey;
}

// What trusts the tests' root.
inline TrustAnchors test_anchors() {
  TrustAnchors anchors;
  if (!anchors.add_der(root_certificate().sign(root_key(), root_key()))) {
    throw std::runtime_error("the root is refused");
  }
  return anchors;
}

// A member of attStmt: x5c with these certificates.
inline std::pair<std::string, std::string> x5c(const std::vector<std::string>& certificates) {
  std::vector<std::string> items;
  for (const std::string& certificate : certificates)
    items.push_back(cbor_bytes(certificate));
  return {cbor_text("x5c"), cbor_array(items)};
}

inline std::pair<std::string, std::string> member(std::string_view name, std::string value) {
  return {cbor_text(name), std::move(value)};
}

inline std::pair<std::string, std::string> alg(Algorithm algorithm) {
  return member("alg", cbor_integer(static_cast<std::int64_t>(algorithm)));
}

}  // namespace noded::passkey
