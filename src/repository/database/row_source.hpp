// Carries out a Plan: shows the rows one by one to a visitor.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/plan.hpp"

#include <cstdint>
#include <string_view>

namespace noded::database {

class RowVisitor {
 public:
  virtual ~RowVisitor() = default;
  // False ends the walk. `row` is valid during the call. An error ends it as well and is returned.
  virtual Result<bool> visit(const RowKey& key, std::string_view row) = 0;
  // What a walk over all rows may leave out; null: nothing.
  virtual Sieve* sieve() = 0;
};

// Rows that the plan names and that exist, in the plan's order.
Result<> walk(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Plan& plan,
    RowVisitor& visitor
);

}  // namespace noded::database
