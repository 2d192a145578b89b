// CBOR as authenticators write it, for tests: each function gives the bytes of one item.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::passkey {

inline std::string cbor_head(unsigned major, std::uint64_t argument) {
  const auto byte = [](std::uint64_t value) {
    return static_cast<char>(value & 0xff);
  };
  const std::uint64_t top = std::uint64_t{major} << 5;
  if (argument < 24) return {byte(top | argument)};
  if (argument < 0x100) return {byte(top | 24), byte(argument)};
  if (argument < 0x10000) return {byte(top | 25), byte(argument >> 8), byte(argument)};
  return {
      byte(top | 26),
      byte(argument >> 24),
      byte(argument >> 16),
      byte(argument >> 8),
      byte(argument)
  };
}

inline std::string cbor_integer(std::int64_t value) {
  return value >= 0 ? cbor_head(0, static_cast<std::uint64_t>(value))
                    : cbor_head(1, static_cast<std::uint64_t>(-1 - value));
}

inline std::string cbor_bytes(std::string_view bytes) {
  return cbor_head(2, bytes.size()).append(bytes);
}

inline std::string cbor_text(std::string_view text) {
  return cbor_head(3, text.size()).append(text);
}

inline std::string cbor_array(const std::vector<std::string>& items) {
  std::string out = cbor_head(4, items.size());
  for (const std::string& item : items)
    out += item;
  return out;
}

using CborPairs = std::vector<std::pair<std::string, std::string>>;  // keys and values, written

inline std::string cbor_map(const CborPairs& members) {
  std::string out = cbor_head(5, members.size());
  for (const auto& [key, value] : members)
    out += key + value;
  return out;
}

}  // namespace noded::passkey
