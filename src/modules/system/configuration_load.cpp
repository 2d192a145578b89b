// What is stored comes into force at the start, or is taken as it is to be mended.
#include "noded/role.hpp"

#include "codec/json.hpp"
#include "modules/system/configuration.hpp"
#include "modules/system/schema_defaults.hpp"
#include "modules/system/secret_paths.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

namespace noded::system {

// What is stored, with its secrets in their places.
json::object Configuration::with_defaults(ConfigurationRecords records) const {
  json::object application = std::move(records.configuration);
  for (const Part& part : parts_) {
    json::value& configuration = application[part.module.get().name()];
    if (!configuration.is_object()) configuration = json::object();
    fill_defaults(part.schema->source(), configuration);
  }
  return application;
}

// What is stored, completed as this program does it.
Result<Configuration::Candidate> Configuration::complete_stored(
    ConfigurationRecords records, bool& is_as_stored
) const {
  put_secrets_back(records.configuration, records.secrets);
  const json::object as_stored = records.configuration;
  auto candidate = prepare(with_defaults(std::move(records)));
  is_as_stored = candidate && candidate->application == as_stored;
  return candidate;
}

// What a former version stored readable, or an unfinished rotation left under an older key.
Task<Result<>> Configuration::seal_stored() {
  const auto sealed = co_await secrets_.reseal_configuration(database_.store());
  if (!sealed) co_return std::unexpected(sealed.error());
  if (sealed->records == 0) co_return Result<>();
  log_.info("the stored secrets are sealed under the node's newest key");
  if (sealed->unsealed == 0) co_return Result<>();
  // They go from the store's files too; until they do they are as readable as before.
  const auto meta =
      prefix_range(database::keys::prefix(database_.application(), database::keys::Space::kMeta));
  const auto reclaimed = co_await offload(database_.store().lane, [this, meta] {
    return database_.store().engine.reclaim(meta, std::stop_token());
  });
  if (!reclaimed) {
    const json::object fields{{"reason", reclaimed.error().message}};
    log_.warning(
        "the files of the store still hold secrets as they were before", codec::to_json_text(fields)
    );
  }
  co_return Result<>();
}

Task<Result<std::optional<ConfigurationRecords>>> Configuration::read_stored() {
  auto look = [this](Transaction& transaction) {
    return read_records(database_, secrets_, transaction);
  };
  co_return co_await database::read(database_.store(), SteadyTime::max(), std::move(look));
}

Task<Result<>> Configuration::load_to_mend() {
  auto stored = co_await read_stored();
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return fail(Errc::kNotFound, "the store holds no configuration");
  application_id_ = (*stored)->application_id;
  put_secrets_back((*stored)->configuration, (*stored)->secrets);
  json::object application = with_defaults(std::move(**stored));
  const auto opened = co_await database_.open(application.at("data").get_object());
  if (!opened) co_return std::unexpected(opened.error());
  const std::lock_guard lock(mutex_);
  in_force_ = std::make_shared<const json::object>(std::move(application));
  co_return Result<>();
}

Task<Result<bool>> Configuration::load() {
  const auto sealed = co_await seal_stored();
  if (!sealed) co_return std::unexpected(sealed.error());
  auto stored = co_await read_stored();
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  if (!*stored) co_return false;

  application_id_ = (*stored)->application_id;
  bool is_as_stored = false;
  auto candidate = complete_stored(std::move(**stored), is_as_stored);
  if (!candidate) {
    co_return fail(
        Errc::kInvalid,
        "the stored configuration cannot be put in force: " + candidate.error().message,
        std::string(kStoredConfigurationRefused)
    );
  }

  // A newer program may complete more than the one that stored it did.
  if (!is_as_stored) {
    const auto discarded = co_await database_.discard_unfinished_change();
    if (!discarded) co_return std::unexpected(discarded.error());
    if (*discarded) {
      log_.warning("a change of the configuration was withdrawn: another version of noded began it"
      );
    }
    const auto renewed = co_await store_and_publish(
        std::move(*candidate), true, audit::done_by({}, "configuration.renew", "configuration")
    );
    if (!renewed) co_return std::unexpected(renewed.error());
    co_return true;
  }
  const auto opened = co_await database_.open(candidate->application.at("data").get_object());
  if (!opened) co_return std::unexpected(opened.error());
  publish(std::move(*candidate));
  co_return true;
}

}  // namespace noded::system
