#include "modules/system/configuration_records.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/value.hpp>

#include <utility>

namespace noded::system {

namespace {

constexpr std::string_view kIdentityName = "identity";
constexpr std::string_view kConfigurationName = "configuration";
constexpr std::string_view kSecretsName = "secrets";

Result<json::object> read_object(
    const database::Database& database, Transaction& transaction, std::string_view name
) {
  std::string text;
  const auto found = transaction.get(database::keys::meta(database.application(), name), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return json::object();
  auto parsed = codec::parse_json(text, "stored " + std::string(name));
  if (!parsed || !parsed->is_object()) {
    return fail(Errc::kInternal, "the stored " + std::string(name) + " cannot be read");
  }
  return std::move(parsed->get_object());
}

}  // namespace

Result<std::optional<ConfigurationRecords>> read_records(
    const database::Database& database, Transaction& transaction
) {
  ConfigurationRecords records;
  const std::string identity = database::keys::meta(database.application(), kIdentityName);
  const auto has_identity = transaction.get(identity, records.application_id);
  if (!has_identity) return std::unexpected(has_identity.error());

  auto stored = read_object(database, transaction, kConfigurationName);
  if (!stored) return std::unexpected(stored.error());
  if (stored->empty()) return std::nullopt;
  const json::value* version = stored->if_contains("version");
  json::value* configuration = stored->if_contains("config");
  if (version == nullptr || *version != kConfigurationVersion || configuration == nullptr ||
      !configuration->is_object()) {
    return fail(Errc::kInternal, "the stored configuration is not of a version known here");
  }
  records.configuration = std::move(configuration->get_object());

  auto secrets = read_object(database, transaction, kSecretsName);
  if (!secrets) return std::unexpected(secrets.error());
  records.secrets = std::move(*secrets);
  return records;
}

void write_records(
    const database::Database& database,
    Transaction& transaction,
    const ConfigurationRecords& records
) {
  const auto put = [&](std::string_view name, std::string_view text) {
    transaction.put(database::keys::meta(database.application(), name), text);
  };
  json::object configuration;
  configuration["version"] = kConfigurationVersion;
  configuration["config"] = records.configuration;
  put(kIdentityName, records.application_id);
  put(kConfigurationName, codec::to_json_text(configuration));
  put(kSecretsName, codec::to_json_text(records.secrets));
}

}  // namespace noded::system
