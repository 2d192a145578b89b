// CBOR. What is read can be walked, ends within the input, and its front reads the same alone.
#include "codec/cbor.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using noded::codec::CborValue;

// The depth of the item; every view in it lies within `input`.
std::size_t depth_of(const CborValue& value, std::string_view input) {
  const auto expect_within = [&](std::string_view part) {
    if (part.data() < input.data() || part.data() + part.size() > input.data() + input.size()) {
      std::abort();
    }
  };
  if (const auto bytes = value.bytes()) expect_within(*bytes);
  if (const auto text = value.text()) expect_within(*text);
  std::size_t depth = 0;
  if (const auto* items = value.array()) {
    for (const CborValue& item : *items)
      depth = std::max(depth, depth_of(item, input));
    return depth + 1;
  }
  if (const auto* members = value.map()) {
    for (const auto& member : *members) {
      depth = std::max(depth, depth_of(member.value, input));
      const auto* number = std::get_if<std::int64_t>(&member.key);
      const CborValue* found =
          number ? value.find(*number) : value.find(std::get<std::string_view>(member.key));
      if (found != &member.value) std::abort();
    }
    return depth + 1;
  }
  return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded::codec;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto front = parse_cbor_front(input);
  const auto whole = parse_cbor(input);
  if (!front) {
    if (whole) std::abort();
    return 0;
  }
  if (front->size == 0 || front->size > size) std::abort();
  if (whole.has_value() != (front->size == size)) std::abort();
  if (!parse_cbor(input.substr(0, front->size))) std::abort();
  if (front->size > 1 && parse_cbor(input.substr(0, front->size - 1))) std::abort();
  const std::size_t depth = depth_of(front->value, input);
  if (depth > CborLimits{}.max_depth) std::abort();
  if (!parse_cbor_front(input, {.max_depth = depth})) std::abort();
  if (depth > 0 && parse_cbor_front(input, {.max_depth = depth - 1})) std::abort();
  return 0;
}
