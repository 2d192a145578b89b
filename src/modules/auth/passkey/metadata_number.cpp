#include "modules/auth/passkey/metadata_number.hpp"

#include "modules/auth/passkey/passkey_options.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"
#include "telemetry/log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>

namespace noded::auth {
namespace {

constexpr std::string_view kRecord = "passkey metadata";

Result<std::int64_t> load(Transaction& transaction, const std::string& key) {
  std::string text;
  const auto found = transaction.get(key, text);
  if (!found) return std::unexpected(found.error());
  std::int64_t number = 0;
  if (*found) std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Task<Result<>> require_newest_metadata(database::Database& database, std::int64_t number) {
  const std::string key = database::keys::meta(database.application(), kRecord);
  const auto used = co_await database::read(
      database.store(),
      SteadyTime::max(),
      [&key](Transaction& transaction) { return load(transaction, key); }
  );
  if (!used) co_return std::unexpected(used.error());
  if (number < *used) {
    co_return fail(
        Errc::kInvalid,
        fmt::format(
            "{}: the blob has the number {}, and {} was used before: fetch the present one",
            kMetadataFile.name,
            number,
            *used
        )
    );
  }
  if (number == *used) co_return Result<>();
  const auto kept = co_await database::transact(
      database.store(),
      SteadyTime::max(),
      [&key, number](Transaction& transaction) -> Result<> {
        transaction.put(key, std::to_string(number));
        return {};
      }
  );
  if (!kept) {
    telemetry::log(
        telemetry::Level::kWarning,
        "number of the passkey metadata not kept",
        telemetry::Fields().text("error", kept.error().message)
    );
  }
  co_return Result<>();
}

}  // namespace noded::auth
