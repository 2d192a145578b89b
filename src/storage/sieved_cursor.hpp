// SievedCursor: walks the part of an image that lies in a range, without what a sieve leaves out.
#pragma once

#include "noded/engine.hpp"

#include "storage/range_image.hpp"
#include "storage/work_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace noded::storage {

class SievedCursor final : public Cursor {
 public:
  // `limit` is charged for each entry that the sieve is asked about. It and `sieve` outlive the
  // cursor.
  SievedCursor(
      std::shared_ptr<const RangeImage> image,
      const KeyRange& range,
      Direction direction,
      WorkLimit& limit,
      Sieve& sieve
  );

  bool next() override;
  Result<> status() const override;

 private:
  bool next_block();

  std::shared_ptr<const RangeImage> image_;
  std::vector<std::shared_ptr<const Sieve::Column>> columns_;  // the sieve looks at them
  WorkLimit& limit_;
  Sieve& sieve_;
  std::size_t begin_, end_;   // what the sieve was not asked about yet
  std::size_t first_ = 0;     // of the block
  std::uint64_t chosen_ = 0;  // of the block, those still to be handed out
  bool is_forward_;
  std::optional<Errc> refused_;
};

}  // namespace noded::storage
