#include "http/connection_counts.hpp"

#include <utility>

namespace noded::http {
namespace {

// The bytes that stand for one client: an IPv4 address, or the network half of an IPv6 one.
std::string key_of(const boost::asio::ip::address& address) {
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

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
  std::string key;
  if (address != nullptr && !address->is_loopback()) key = key_of(*address);
  if (!key.empty() && !admit_address(key)) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Permit(shared_from_this(), std::move(key));
}

}  // namespace noded::http
