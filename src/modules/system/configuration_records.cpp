#include "modules/system/configuration_records.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace noded::system {

namespace {

constexpr std::string_view kIdentityName = "identity";
constexpr std::string_view kConfigurationName = "configuration";
constexpr std::string_view kSecretsName = database::kSecretsRecord;

Result<json::object> object_of(std::string_view text, std::string_view name) {
  if (text.empty()) return json::object();
  auto parsed = codec::parse_json(text, "stored " + std::string(name));
  if (!parsed || !parsed->is_object()) {
    return fail(Errc::kInternal, "the stored " + std::string(name) + " cannot be read");
  }
  return std::move(parsed->get_object());
}

std::string_view text_of(std::span<const database::MetaRecord> stored, std::string_view name) {
  const auto found = std::ranges::find(stored, name, &database::MetaRecord::name);
  return found == stored.end() ? std::string_view() : std::string_view(found->text);
}

}  // namespace

Result<std::optional<ConfigurationRecords>> parse_records(
    std::span<const database::MetaRecord> stored, const database::SealedRecords& sealed
) {
  ConfigurationRecords records;
  records.application_id = text_of(stored, kIdentityName);
  auto whole = object_of(text_of(stored, kConfigurationName), kConfigurationName);
  if (!whole) return std::unexpected(std::move(whole.error()));
  if (whole->empty()) return std::nullopt;
  const json::value* version = whole->if_contains("version");
  json::value* configuration = whole->if_contains("config");
  if (version == nullptr || *version != kConfigurationVersion || configuration == nullptr ||
      !configuration->is_object()) {
    return fail(Errc::kInternal, "the stored configuration is not of a version known here");
  }
  records.configuration = std::move(configuration->get_object());

  const auto opened = sealed.open_configuration(text_of(stored, kSecretsName));
  if (!opened) return std::unexpected(opened.error());
  auto secrets = object_of(*opened, kSecretsName);
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  records.secrets = std::move(*secrets);
  return records;
}

Result<std::optional<ConfigurationRecords>> read_records(
    const database::Database& database,
    const database::SealedRecords& sealed,
    Transaction& transaction
) {
  std::vector<database::MetaRecord> stored;
  for (const std::string_view name : {kIdentityName, kConfigurationName, kSecretsName}) {
    std::string text;
    const auto found = transaction.get(database::keys::meta(database.application(), name), text);
    if (!found) return std::unexpected(found.error());
    if (*found) stored.push_back({std::string(name), std::move(text)});
  }
  return parse_records(stored, sealed);
}

Result<std::vector<database::MetaRecord>> as_stored(
    const ConfigurationRecords& records, const database::SealedRecords& sealed
) {
  auto secrets = sealed.seal_configuration(codec::to_json_text(records.secrets));
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  json::object configuration;
  configuration["version"] = kConfigurationVersion;
  configuration["config"] = records.configuration;
  return std::vector<database::MetaRecord>{
      {std::string(kIdentityName), records.application_id},
      {std::string(kConfigurationName), codec::to_json_text(configuration)},
      {std::string(kSecretsName), std::move(*secrets)},
  };
}

}  // namespace noded::system
