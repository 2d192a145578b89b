// Options of the data module: the bounds on what one request to /api/data may ask for.
#pragma once

#include "noded/options.hpp"

#include "repository/database/query.hpp"

#include <cstdint>

namespace noded::data {

inline constexpr Option<std::int64_t> kMaxRows{
    "data.max_rows",
    "largest limit that a read honours; a larger or a negative one is cut to it",
    1000,
    1,
    100'000,
};
inline constexpr Option<std::int64_t> kMaxWithDepth{
    "data.max_with_depth",
    "how deep with may be nested in one read",
    8,
    1,
    32,
};
inline constexpr Option<std::int64_t> kMaxConditions{
    "data.max_conditions",
    "most conditions and listed operands of one where",
    1000,
    1,
    100'000,
};
inline constexpr Option<std::int64_t> kMaxInsertRows{
    "data.max_insert_rows",
    "most rows that one request may create",
    1000,
    1,
    100'000,
};
inline constexpr Option<std::int64_t> kMaxChangedRows{
    "data.max_changed_rows",
    "most rows that one mass update or mass deletion may touch; a wider one changes nothing",
    10'000,
    1,
    1'000'000,
};

OptionTable data_options();

// The same as values, so that the module does not keep the options alive.
struct DataLimits {
  database::QueryLimits query;
  std::uint64_t max_insert_rows = 1000;
  std::uint64_t max_changed_rows = 10'000;
};
DataLimits data_limits(const Options& options);

}  // namespace noded::data
