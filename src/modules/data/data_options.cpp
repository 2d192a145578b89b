#include "modules/data/data_options.hpp"

#include <array>

namespace noded::data {

OptionTable data_options() {
  static constexpr std::array<const OptionDeclaration*, 5> kTable{
      &kMaxRows,
      &kMaxWithDepth,
      &kMaxConditions,
      &kMaxInsertRows,
      &kMaxChangedRows,
  };
  return kTable;
}

DataLimits data_limits(const Options& options) {
  DataLimits limits;
  limits.query.max_rows = static_cast<std::uint64_t>(options.get(kMaxRows));
  limits.query.max_with_depth = static_cast<std::uint32_t>(options.get(kMaxWithDepth));
  limits.query.max_conditions = static_cast<std::uint32_t>(options.get(kMaxConditions));
  limits.max_insert_rows = static_cast<std::uint64_t>(options.get(kMaxInsertRows));
  limits.max_changed_rows = static_cast<std::uint64_t>(options.get(kMaxChangedRows));
  return limits;
}

}  // namespace noded::data
