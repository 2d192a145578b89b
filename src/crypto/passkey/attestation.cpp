#include "crypto/passkey/attestation.hpp"

#include "crypto/passkey/der_reader.hpp"
#include "crypto/passkey/statements.hpp"

#include <algorithm>
#include <array>

namespace noded::passkey {
namespace {

constexpr std::size_t kMaxChain = 8;
constexpr const char* kAaguidExtension = "1.3.6.1.4.1.45724.1.1.4";

struct FormatRow {
  std::string_view name;
  Verdict<Statement> (*verify)(const CborValue&, const Attested&);
};
// android-safetynet is not among them: the service that made those is shut down.
constexpr std::array<FormatRow, 6> kFormats = {{
    {"none", &verify_none},
    {"packed", &verify_packed},
    {"tpm", &verify_tpm},
    {"android-key", &verify_android_key},
    {"apple", &verify_apple},
    {"fido-u2f", &verify_fido_u2f},
}};

}  // namespace

Verdict<AttestationObject> parse_attestation_object(std::string_view bytes) {
  auto value = codec::parse_cbor(bytes);
  if (!value) return refuse_statement("the attestation object: " + value.error().message);
  if (!has_exactly(*value, {"fmt", "attStmt", "authData"})) {
    return refuse_statement("the attestation object is not fmt, attStmt and authData");
  }
  const auto format = value->find("fmt")->text();
  const auto data = value->find("authData")->bytes();
  const CborValue* statement = value->find("attStmt");
  if (!format || !data || !statement->map()) {
    return refuse_statement("a member of the attestation object is of another type");
  }
  return AttestationObject{.format = *format, .statement = *statement, .authenticator_data = *data};
}

std::string_view to_text(AttestationType type) noexcept {
  constexpr std::array<std::string_view, 5> kTexts = {"none", "self", "basic", "attca", "anonca"};
  return kTexts[static_cast<std::size_t>(type)];
}

Verdict<Statement> verify_statement(
    std::string_view format, const CborValue& statement, const Attested& attested
) {
  const auto row = std::ranges::find(kFormats, format, &FormatRow::name);
  if (row == kFormats.end()) return refuse_statement("an attestation format that is not known");
  return row->verify(statement, attested);
}

bool has_exactly(const CborValue& statement, std::initializer_list<std::string_view> members) {
  const CborValue::Map* map = statement.map();
  return map && map->size() == members.size() &&
         std::ranges::all_of(members, [&](std::string_view member) {
           return statement.find(member) != nullptr;
         });
}

std::optional<std::string_view> bytes_at(const CborValue& statement, std::string_view member) {
  const CborValue* value = statement.find(member);
  return value ? value->bytes() : std::nullopt;
}

std::optional<Algorithm> algorithm_at(const CborValue& statement) {
  const CborValue* value = statement.find("alg");
  const auto identifier = value ? value->integer() : std::nullopt;
  return identifier ? find_algorithm(*identifier) : std::nullopt;
}

std::vector<Certificate> chain_at(const CborValue& statement) {
  const CborValue* value = statement.find("x5c");
  const CborValue::Array* items = value ? value->array() : nullptr;
  if (!items || items->size() > kMaxChain) return {};
  std::vector<Certificate> chain;
  for (const CborValue& item : *items) {
    const auto der = item.bytes();
    auto certificate = der ? Certificate::parse(*der) : std::nullopt;
    if (!certificate) return {};
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

std::string signed_bytes(const Attested& attested) {
  std::string bytes(attested.authenticator_data);
  bytes += attested.client_data_hash;
  return bytes;
}

bool fits_aaguid(const Certificate& leaf, const Attested& attested) {
  const auto extension = leaf.extension(kAaguidExtension);
  if (!extension) return !leaf.has_extension(kAaguidExtension);
  const auto octets = only_der_item(extension->value, kDerUniversal, kDerOctets);
  return !extension->is_critical && octets &&
         std::ranges::equal(*octets, attested.credential.aaguid);
}

}  // namespace noded::passkey
