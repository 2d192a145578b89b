#include "crypto/passkey/metadata.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace noded::passkey {
namespace {

namespace json = boost::json;

// FIDO Metadata Service §3.1.4, AuthenticatorStatus: those after which a model's keys or
// attestations prove nothing.
constexpr std::array<std::string_view, 5> kCompromised = {
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
};

auto refuse_metadata(std::string what) {
  return fail(Errc::kInvalid, "the metadata " + std::move(what));
}

std::optional<std::string_view> text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

const json::array* array_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

bool is_compromised(const json::object& entry) {
  const json::array* reports = array_at(entry, "statusReports");
  if (!reports) return false;
  return std::ranges::any_of(*reports, [](const json::value& report) {
    const json::object* object = report.if_object();
    const auto status = object ? text_at(*object, "status") : std::nullopt;
    return status && std::ranges::find(kCompromised, *status) != kCompromised.end();
  });
}

// Some entries wrap the base64 of their certificates.
std::string without_space(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return out;
}

// A root that cannot be read is left out: the model is not trusted by it, and the others are as
// they were.
ModelMetadata read_model(const json::object& entry) {
  ModelMetadata model;
  model.is_compromised = is_compromised(entry);
  const json::object* statement = object_at(entry, "metadataStatement");
  if (!statement) return model;
  model.description = text_at(*statement, "description").value_or("");
  const json::array* roots = array_at(*statement, "attestationRootCertificates");
  if (!roots) return model;
  for (const json::value& root : *roots) {
    const auto der = root.is_string()
                         ? codec::base64_decode(without_space(std::string_view(root.get_string())))
                         : std::nullopt;
    if (!der || !model.anchors.add_der(*der)) ++model.unreadable_roots;
  }
  return model;
}

std::optional<Aaguid> aaguid_of(const json::object& entry) {
  const auto text = text_at(entry, "aaguid");
  return text ? codec::parse_uuid(*text) : std::nullopt;
}

}  // namespace

Result<Metadata> Metadata::parse(std::string_view payload) {
  const auto parsed = codec::parse_json(payload, "the metadata");
  if (!parsed) return std::unexpected(parsed.error());
  const json::object* object = parsed->if_object();
  if (!object) return refuse_metadata("is no object");
  const json::value* number = object->if_contains("no");
  const auto next_update = text_at(*object, "nextUpdate");
  const auto next_ms = next_update ? codec::parse_date(*next_update) : std::nullopt;
  const json::array* entries = array_at(*object, "entries");
  if (!number || !number->is_int64() || !next_ms || !entries) {
    return refuse_metadata("lacks its number (no), nextUpdate or entries");
  }
  Metadata metadata;
  metadata.number_ = number->get_int64();
  metadata.next_update_ = WallTime(std::chrono::milliseconds(*next_ms));
  for (const json::value& entry : *entries) {
    const json::object* described = entry.if_object();
    if (!described) return refuse_metadata("holds an entry that is no object");
    const auto aaguid = aaguid_of(*described);
    if (!aaguid) continue;
    metadata.models_.insert_or_assign(*aaguid, read_model(*described));
  }
  return metadata;
}

const ModelMetadata* Metadata::find(const Aaguid& aaguid) const noexcept {
  const auto found = models_.find(aaguid);
  return found == models_.end() ? nullptr : &found->second;
}

}  // namespace noded::passkey
