// How an application's configuration lies in the store: one record for the configuration without
// its secrets, one for the secrets, one for the application's id. Secrets never share a record with
// anything else, and theirs is sealed.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/database.hpp"
#include "repository/database/sealed_records.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace noded::system {

namespace json = boost::json;

// The version of bknd's configuration format.
inline constexpr std::int64_t kConfigurationVersion = 10;

struct ConfigurationRecords {
  std::string application_id;  // UUID text
  json::object configuration;  // {server, data, …} without secrets
  json::object secrets;        // of the same shape, the secrets alone
};

// Empty when the store holds no configuration. Errors: those of the store and of SecretBox::open;
// kInternal when a record cannot be read or is of a version that this program does not know.
Result<std::optional<ConfigurationRecords>> read_records(
    const database::Database& database,
    const database::SealedRecords& sealed,
    Transaction& transaction
);

// What stores them. Errors: those of SecretBox::seal.
Result<std::vector<database::MetaRecord>> as_stored(
    const ConfigurationRecords& records, const database::SealedRecords& sealed
);

// The reverse: of records that as_stored made, such as those of an unfinished change. Empty and
// errors as above.
Result<std::optional<ConfigurationRecords>> parse_records(
    std::span<const database::MetaRecord> stored, const database::SealedRecords& sealed
);

}  // namespace noded::system
