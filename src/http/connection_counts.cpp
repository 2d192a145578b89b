#include "http/connection_counts.hpp"

#include "http/client_network.hpp"

#include <utility>

namespace noded::http {

ConnectionCounts::Permit::~Permit() {
  if (counts_ == nullptr) return;
  counts_->open_.fetch_sub(1, std::memory_order_release);
  if (key_.empty()) return;
  const std::lock_guard lock(counts_->mutex_);
  const auto found = counts_->by_address_.find(key_);
  if (--found->second == 0) counts_->by_address_.erase(found);
}

bool ConnectionCounts::admit_address(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::size_t& count = by_address_[key];
  if (count >= most_per_address_) return false;
  ++count;
  return true;
}

std::optional<ConnectionCounts::Permit> ConnectionCounts::admit(
    const boost::asio::ip::address* address
) {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= most_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  std::string key = address != nullptr ? client_network(*address) : std::string();
  if (!key.empty() && !admit_address(key)) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Permit(shared_from_this(), std::move(key));
}

}  // namespace noded::http
