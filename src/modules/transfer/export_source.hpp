// ExportSource: rows of several entities from one snapshot, as lines of JSON.
#pragma once

#include "noded/engine.hpp"
#include "noded/http.hpp"
#include "noded/lane.hpp"

#include "repository/database/database.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace noded::transfer {

// Lines that begin with '{' are rows; the others are arrays:
//   ["snapshot",sequence]  first
//   ["entity",name,rows]   before the rows of that entity: how many it has in all
//   ["end"]                last: without it the answer was cut off
// The snapshot lives as long as this does: until the answer is written or the client is gone.
class ExportSource final : public http::BodySource {
 public:
  struct Part {
    const database::Entity* entity = nullptr;
    std::optional<database::RowKey> after;  // only rows behind this key
  };
  // `schema` holds the entities of `parts`. `lane` must outlive it.
  ExportSource(
      std::unique_ptr<Transaction> snapshot,
      std::shared_ptr<const database::Schema> schema,
      std::uint16_t application,
      std::deque<Part> parts,
      Lane& lane
  );

  Task<Result<std::string_view>> read() override;
  std::optional<std::uint64_t> size() const override { return std::nullopt; }

 private:
  Result<> fill();
  Result<> begin_part();
  Result<> add_rows();

  std::unique_ptr<Transaction> snapshot_;
  std::shared_ptr<const database::Schema> schema_;
  std::uint16_t application_;
  std::deque<Part> parts_;
  Lane& lane_;
  std::unique_ptr<Cursor> cursor_;  // over the rows of the first part; null before they begin
  std::size_t prefix_size_ = 0;
  bool is_over_ = false;
  std::string text_;
};

}  // namespace noded::transfer
