#include "gateway/admission.hpp"

namespace noded::gateway {

bool has_reserved_share(const http::Request& request) noexcept {
  const std::string_view path = request.path;
  return request.from_local_socket || path == "/livez" || path == "/readyz" || path == "/metrics" ||
         path.ends_with("/login") || path.ends_with("/logout");
}

Admission::Place Admission::enter(const http::Request& request) noexcept {
  const std::size_t before = count_.fetch_add(1, std::memory_order_relaxed);
  const std::size_t most = most_.load(std::memory_order_relaxed);
  const std::size_t reserved = reserved_.load(std::memory_order_relaxed);
  if (before < most || (before < most + reserved && has_reserved_share(request)))
    return Place(&count_);
  count_.fetch_sub(1, std::memory_order_relaxed);
  return Place(nullptr);
}

}  // namespace noded::gateway
