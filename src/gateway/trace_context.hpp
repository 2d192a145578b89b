// The trace that a request belongs to: W3C Trace Context (Recommendation, 2021), §3.2 traceparent.
#pragma once

#include <string_view>

namespace noded::gateway {

// The trace-id, 32 lower-case hexadecimal digits, of a valid traceparent; empty for any other text.
// Versions after 00 may have more behind it (§3.2.4).
std::string_view trace_id_of(std::string_view traceparent) noexcept;

}  // namespace noded::gateway
