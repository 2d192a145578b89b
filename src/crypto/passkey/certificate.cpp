#include "crypto/passkey/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace noded::passkey {
namespace {

constexpr long kVersion3 = 2;  // as it is encoded

using Object = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;

Object object_of(const char* dotted) {
  return Object(OBJ_txt2obj(dotted, 1));
}

void free_names(GENERAL_NAMES* names) {
  GENERAL_NAMES_free(names);
}

void free_usages(EXTENDED_KEY_USAGE* usages) {
  EXTENDED_KEY_USAGE_free(usages);
}

}  // namespace

std::optional<Certificate> Certificate::parse(std::string_view der) {
  const QuietErrors quiet;
  const unsigned char* position = bytes_of(der);
  Certificate certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  if (!certificate.certificate_ || position != bytes_of(der) + der.size()) return std::nullopt;
  return certificate;
}

std::vector<Certificate> Certificate::parse_pem(std::string_view pem) {
  const QuietErrors quiet;
  std::vector<Certificate> certificates;
  const Handle<BIO, BIO_free_all> source(
      BIO_new_mem_buf(bytes_of(pem), static_cast<int>(pem.size()))
  );
  if (!source) return {};
  while (X509* certificate = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) {
    certificates.push_back(Certificate(certificate));
  }
  // The end is told by there being no further start line; anything else is a block gone wrong.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return {};
  return certificates;
}

bool Certificate::is_version_3() const noexcept {
  return X509_get_version(handle()) == kVersion3;
}

bool Certificate::is_leaf() const {
  const QuietErrors quiet;
  const Handle<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free> constraints(
      static_cast<BASIC_CONSTRAINTS*>(
          X509_get_ext_d2i(handle(), NID_basic_constraints, nullptr, nullptr)
      )
  );
  return constraints && constraints->ca == 0;
}

std::optional<PublicKey> Certificate::key() const {
  const QuietErrors quiet;
  return PublicKey::share(X509_get0_pubkey(handle()));
}

bool Certificate::has_subject() const noexcept {
  return X509_NAME_entry_count(X509_get_subject_name(handle())) > 0;
}

std::optional<std::string> Certificate::subject(int attribute) const {
  const QuietErrors quiet;
  const X509_NAME* name = X509_get_subject_name(handle());
  const int index = X509_NAME_get_index_by_NID(name, attribute, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(name, attribute, index) >= 0) return std::nullopt;
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) return std::nullopt;
  std::string value(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return value;
}

bool Certificate::has_alternative_attribute(const char* attribute) const {
  const QuietErrors quiet;
  const Object wanted = object_of(attribute);
  const Handle<GENERAL_NAMES, free_names> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(handle(), NID_subject_alt_name, nullptr, nullptr)
  ));
  if (!wanted || !names) return false;
  for (int index = 0; index < sk_GENERAL_NAME_num(names.get()); ++index) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), index);
    if (name->type == GEN_DIRNAME &&
        X509_NAME_get_index_by_OBJ(name->d.directoryName, wanted.get(), -1) >= 0) {
      return true;
    }
  }
  return false;
}

bool Certificate::has_usage(const char* purpose) const {
  const QuietErrors quiet;
  const Object wanted = object_of(purpose);
  const Handle<EXTENDED_KEY_USAGE, free_usages> usages(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(handle(), NID_ext_key_usage, nullptr, nullptr)
  ));
  if (!wanted || !usages) return false;
  for (int index = 0; index < sk_ASN1_OBJECT_num(usages.get()); ++index) {
    if (OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), index), wanted.get()) == 0) return true;
  }
  return false;
}

bool Certificate::has_extension(const char* identifier) const {
  const QuietErrors quiet;
  const Object wanted = object_of(identifier);
  return wanted && X509_get_ext_by_OBJ(handle(), wanted.get(), -1) >= 0;
}

std::optional<Certificate::Extension> Certificate::extension(const char* identifier) const {
  const QuietErrors quiet;
  const Object wanted = object_of(identifier);
  if (!wanted) return std::nullopt;
  const int index = X509_get_ext_by_OBJ(handle(), wanted.get(), -1);
  if (index < 0 || X509_get_ext_by_OBJ(handle(), wanted.get(), index) >= 0) return std::nullopt;
  X509_EXTENSION* found = X509_get_ext(handle(), index);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(found);
  return Extension{
      .value = std::string_view(
          reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))
      ),
      .is_critical = X509_EXTENSION_get_critical(found) == 1
  };
}

}  // namespace noded::passkey
