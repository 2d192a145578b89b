// X.509 certificates of attestation statements (RFC 5280), as OpenSSL reads them. Move only; reads
// are thread-safe.
#pragma once

#include "crypto/passkey/openssl_handle.hpp"
#include "crypto/passkey/public_key.hpp"

#include <openssl/x509.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::passkey {

class Certificate {
 public:
  // Empty: not DER, or bytes after it.
  static std::optional<Certificate> parse(std::string_view der);
  // Every CERTIFICATE block of a PEM text. Empty when one of them cannot be read, or there is none.
  static std::vector<Certificate> parse_pem(std::string_view pem);

  bool is_version_3() const noexcept;
  // Basic constraints are there, and it is no certification authority.
  bool is_leaf() const;
  // Empty: of a kind that PublicKey does not take.
  std::optional<PublicKey> key() const;

  bool has_subject() const noexcept;
  // The one value of an attribute of the subject; `attribute` is OpenSSL's NID.
  std::optional<std::string> subject(int attribute) const;
  // Whether a directory name among the subject's alternative names has the attribute (dotted OID).
  bool has_alternative_attribute(const char* attribute) const;
  // Whether the extended key usage names the purpose (dotted OID).
  bool has_usage(const char* purpose) const;

  struct Extension {
    std::string_view value;  // what the extension's OCTET STRING holds; lives as long as this
    bool is_critical = false;
  };
  // The extension of that dotted OID; empty also when there are several.
  std::optional<Extension> extension(const char* identifier) const;
  bool has_extension(const char* identifier) const;

  X509* handle() const noexcept { return certificate_.get(); }

 private:
  explicit Certificate(X509* owned) : certificate_(owned) {}

  Handle<X509, X509_free> certificate_;
};

}  // namespace noded::passkey
