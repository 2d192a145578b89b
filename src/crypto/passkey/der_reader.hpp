// DER (X.690) items one after the other, for the certificate extensions of Android and Apple, which
// OpenSSL does not know. Pure; views into the input.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::passkey {

struct DerItem {
  // Class and form as in the identifier's first octet (0x30: SEQUENCE, 0xa0: [n] constructed), with
  // the tag's number apart: [702] has kContext and 702.
  std::uint8_t kind = 0;     // the three high bits
  std::uint32_t number = 0;  // the tag's
  std::string_view content;
};

inline constexpr std::uint8_t kDerUniversal = 0x00;
inline constexpr std::uint8_t kDerConstructed = 0x20;
inline constexpr std::uint8_t kDerContext = 0xa0;  // context-specific and constructed: EXPLICIT

inline constexpr std::uint32_t kDerInteger = 2;
inline constexpr std::uint32_t kDerOctets = 4;
inline constexpr std::uint32_t kDerEnumerated = 10;
inline constexpr std::uint32_t kDerSequence = 16;
inline constexpr std::uint32_t kDerSet = 17;

class DerReader {
 public:
  explicit DerReader(std::string_view input) noexcept : rest_(input) {}

  bool is_at_end() const noexcept { return rest_.empty(); }
  // Empty: at the end, or not DER (lengths definite and shortest, tags of at most 28 bits).
  std::optional<DerItem> next() noexcept;
  // The content of the next item when it is of that kind and tag.
  std::optional<std::string_view> next(std::uint8_t kind, std::uint32_t number) noexcept;

 private:
  std::optional<unsigned> take_byte() noexcept;
  std::optional<std::uint32_t> take_long_tag() noexcept;
  std::optional<std::size_t> take_length() noexcept;

  std::string_view rest_;
};

// The content of the one item that `input` is, when it is of that kind and tag.
std::optional<std::string_view> only_der_item(
    std::string_view input, std::uint8_t kind, std::uint32_t number
) noexcept;

}  // namespace noded::passkey
