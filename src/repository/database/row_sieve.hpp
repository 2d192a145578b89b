// RowSieve: tells by abbreviated keys which rows of an entity cannot match, and which surely do,
// before anybody looks at them.
#pragma once

#include "noded/engine.hpp"

#include "repository/database/abbreviated_key.hpp"
#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace noded::database {

// Up to 64 rows of a walk, a bit each; all that surely match are possible as well.
struct SievedRows {
  std::uint64_t possible = 0;
  std::uint64_t sure = 0;
};

// Of one walk over the rows of an entity; one thread.
class RowSieve final : public Sieve {
 public:
  class Chooser {
   public:
    // The rows to be looked at: those that do not surely match, and others as it likes. No block
    // comes a second time.
    virtual std::uint64_t choose(const SievedRows& rows, const RowSieve& sieve) = 0;

   protected:
    ~Chooser() = default;
  };

  // `required`: conditions on the row itself that must all hold; `suffice`: whether nothing else
  // must. `order`: a field whose keys the chooser wants to compare; may be null. All outlive the
  // sieve.
  RowSieve(
      std::span<const Condition* const> required, bool suffice, const Field* order, Chooser& chooser
  );

  // Of the block that the chooser has before it: the rows whose value of `order` surely comes
  // behind `bound`. None where that is not known.
  std::uint64_t behind(const ValueView& bound, bool descending) const;

  std::span<const std::uint16_t> columns() const override { return columns_; }
  Column make(std::uint16_t column, std::span<const std::string_view> values) const override;
  void start(std::span<const Column* const> columns) override;
  std::uint64_t choose(std::size_t first, std::size_t count) override;

 private:
  // Holds for keys from `least` to `most` other than `but`; not surely for `unsure`.
  struct Test {
    const AbbreviatedKey* keys = nullptr;
    AbbreviatedKey least = 0;
    AbbreviatedKey most = 0;
    AbbreviatedKey but = kNoKey;
    AbbreviatedKey unsure[2] = {kNoKey, kNoKey};
  };
  struct Tested {
    const Condition* condition;
    std::size_t column;
  };

  std::size_t add_column(const Field& field);
  static Test test_of(const Condition& condition, const Column& column);

  Chooser& chooser_;
  std::vector<std::uint16_t> columns_;
  std::vector<Tested> tested_;
  const Field* order_;
  std::size_t order_column_ = 0;
  bool tests_suffice_;  // a row for which every test surely holds matches

  std::vector<Test> tests_;  // those of columns that are there
  const Column* ordered_ = nullptr;
  std::size_t first_ = 0, count_ = 0;  // the block
};

}  // namespace noded::database
