// ConnectionCounts: how many connections are open, in all and of one client address. Thread-safe.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace noded::http {

class ConnectionCounts : public std::enable_shared_from_this<ConnectionCounts> {
 public:
  // One open connection; gives its place back when it is destroyed. Keeps the counts alive.
  class Permit {
   public:
    Permit(std::shared_ptr<ConnectionCounts> counts, std::string key)
        : counts_(std::move(counts)), key_(std::move(key)) {}
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) = delete;
    ~Permit();

   private:
    std::shared_ptr<ConnectionCounts> counts_;
    std::string key_;  // empty: not counted by address
  };

  ConnectionCounts(std::size_t most, std::size_t most_per_address)
      : most_(most), most_per_address_(most_per_address) {}

  // Empty when the limit is reached. Loopback addresses and (null) local sockets only count in all.
  std::optional<Permit> admit(const boost::asio::ip::address* address);
  // What is open already stays.
  void set_limits(std::size_t most, std::size_t most_per_address) {
    most_.store(most, std::memory_order_relaxed);
    most_per_address_.store(most_per_address, std::memory_order_relaxed);
  }
  std::size_t open() const noexcept { return open_.load(std::memory_order_acquire); }

 private:
  bool admit_address(const std::string& key);

  std::atomic<std::size_t> most_;
  std::atomic<std::size_t> most_per_address_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> by_address_;  // /32 or /64, network order
};

}  // namespace noded::http
