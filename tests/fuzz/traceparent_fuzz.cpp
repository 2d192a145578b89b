// Any bytes as the field traceparent: no trace, or one that lies in it, of the digits that a log
// may hold. What a later version may append changes nothing, and the first may append nothing.
#include "gateway/trace_context.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using noded::gateway::trace_id_of;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string_view trace = trace_id_of(text);
  if (trace.empty()) return 0;
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  if (trace.size() != 32 || !std::ranges::all_of(trace, is_digit)) std::abort();
  if (trace != std::string_view(text).substr(3, 32)) std::abort();
  const bool is_first = text.starts_with("00");
  if (is_first && text.size() != 55) std::abort();
  if (trace_id_of(text + "-") != (is_first ? std::string_view() : trace)) std::abort();
  return 0;
}
