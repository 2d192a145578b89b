#include "noded/secret_box.hpp"

namespace noded {

std::string to_text(SealingKeyId id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned shift : {28U, 24U, 20U, 16U, 12U, 8U, 4U, 0U})
    text += kDigits[id >> shift & 0xf];
  return text;
}

}  // namespace noded
