// How far an import of lines has come, kept in the store itself, so that rows and position are
// committed together.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::transfer {

struct ImportPosition {
  std::uint64_t lines = 0;  // that were taken
  std::string mark;         // the client's own
  std::uint64_t late = 0;   // references that were left out
};

// Under meta key "import " + `name`. Nothing is there: a position of no lines. kInternal when it
// cannot be read.
Result<ImportPosition> read_position(
    Transaction& transaction, std::uint16_t application, std::string_view name
);
void write_position(
    Transaction& transaction,
    std::uint16_t application,
    std::string_view name,
    const ImportPosition& position
);

}  // namespace noded::transfer
