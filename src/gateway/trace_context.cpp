#include "gateway/trace_context.hpp"

#include "codec/ascii.hpp"

#include <algorithm>

namespace noded::gateway {
namespace {

// version "-" trace-id "-" parent-id "-" flags
constexpr std::size_t kSize = 55;
constexpr std::size_t kTrace = 3;
constexpr std::size_t kTraceSize = 32;
constexpr std::size_t kParent = 36;
constexpr std::size_t kParentSize = 16;
constexpr std::size_t kFlags = 53;

bool is_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    return codec::is_digit(c) || (c >= 'a' && c <= 'f');
  });
}

bool is_id(std::string_view text) noexcept {  // all zeroes are none
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::string_view trace_id_of(std::string_view traceparent) noexcept {
  if (traceparent.size() < kSize) return {};
  const std::string_view version = traceparent.substr(0, 2);
  const bool has_dashes =
      traceparent[2] == '-' && traceparent[kParent - 1] == '-' && traceparent[kFlags - 1] == '-';
  const bool ends_well =
      traceparent.size() == kSize || (version != "00" && traceparent[kSize] == '-');
  const std::string_view trace = traceparent.substr(kTrace, kTraceSize);
  if (!has_dashes || !ends_well || !is_hex(version) || version == "ff" || !is_id(trace) ||
      !is_id(traceparent.substr(kParent, kParentSize)) || !is_hex(traceparent.substr(kFlags, 2))) {
    return {};
  }
  return trace;
}

}  // namespace noded::gateway
