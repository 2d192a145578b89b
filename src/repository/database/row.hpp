// Rows: compact, field-addressed bytes. Format 1 (docs/storage_format.md):
//   u8 format (1 = 16-bit ends, 2 = 32-bit ends) · u16 count · count × (u16 field id, u16|u32 end)
//   · payload
// Numbers little-endian; fields ascending by id; null fields are absent; a field's payload is its
// type byte, then integer and time: zigzag varint; real: 8 bytes IEEE 754; text, JSON, UUID: bytes;
// booleans: nothing.
#pragma once

#include "noded/result.hpp"

#include "repository/database/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::database {

// Reads fields out of a stored row without unpacking the others. The bytes must outlive it. An
// ill-formed row reads as nulls; is_well_formed() tells (the doctor asks).
class RowView {
 public:
  RowView() = default;
  explicit RowView(std::string_view bytes) : bytes_(bytes) {}
  ValueView field(std::uint16_t id) const;
  std::string_view bytes() const { return bytes_; }
  bool is_well_formed() const;

 private:
  std::string_view bytes_;
};

// Collects values and writes them as a row. Setting a field again replaces it; null removes it.
class RowBuilder {
 public:
  RowBuilder() = default;
  explicit RowBuilder(const RowView& row
  );  // begins with its fields, also those the schema no longer names
  void set(std::uint16_t id, const ValueView& value);
  std::string build() const;

 private:
  std::vector<std::pair<std::uint16_t, Value>> fields_;  // ascending by id
};

}  // namespace noded::database
