// A UUID that is accepted differs from its canonical text at most in case, and so does the key of a
// row in a path, of either kind.
#include "codec/text.hpp"
#include "repository/database/value.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = noded::codec;
  std::string text(reinterpret_cast<const char*>(data), size);
  const auto uuid = codec::parse_uuid(text);
  if (const auto key = noded::database::RowKey::parse(text, false)) {
    if (noded::database::RowKey::parse(key->text(), false) != key) std::abort();
  }
  const auto key = noded::database::RowKey::parse(text, true);
  if (key.has_value() != uuid.has_value()) std::abort();
  if (!uuid) return 0;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (codec::uuid_text({uuid->data(), uuid->size()}) != text || key->text() != text) std::abort();
  return 0;
}
