#include "repository/database/consistency.hpp"

#include "repository/database/inspection.hpp"

namespace noded::database {

std::string_view code_of(Flaw flaw) {
  switch (flaw) {
    case Flaw::kStore:
      return "store_unreadable";
    case Flaw::kRow:
      return "row_unreadable";
    case Flaw::kIndexMissing:
      return "index_missing";
    case Flaw::kIndexStale:
      return "index_stale";
    case Flaw::kNotUnique:
      return "not_unique";
    case Flaw::kCount:
      return "count_wrong";
    case Flaw::kReference:
      return "reference_dangling";
    case Flaw::kIdentifier:
      return "identifier_low";
    case Flaw::kChange:
      return "change_unreadable";
  }
  return "unknown";
}

std::string_view code_of(Notice notice) {
  switch (notice) {
    case Notice::kRowsKept:
      return "rows_kept";
    case Notice::kPolymorphic:
      return "polymorphic_dangling";
    case Notice::kIndexFilling:
      return "index_filling";
  }
  return "unknown";
}

Task<Result<ConsistencyReport>> Consistency::check() {
  Inspection inspection(database_, on_progress_, false);
  co_return co_await inspection.run();
}

Task<Result<ConsistencyReport>> Consistency::repair() {
  Inspection mending(database_, on_progress_, true);
  auto first = co_await mending.run();
  if (!first || first->mended.empty()) co_return first;
  auto second = co_await check();
  if (second) second->mended = std::move(first->mended);
  co_return second;
}

}  // namespace noded::database
