// StreamPlaces: how many event streams are open, in all and for each principal. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace noded::messages {

class StreamPlaces {
 public:
  StreamPlaces(std::size_t most, std::size_t most_of_one)
      : most_(most), most_of_one_(most_of_one) {}

  // Held while a stream is open; must not outlive the places.
  class Place {
   public:
    Place(Place&& other) noexcept
        : places_(std::exchange(other.places_, nullptr)), principal_(std::move(other.principal_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (places_ != nullptr) places_->leave(principal_);
    }

   private:
    friend StreamPlaces;
    Place(StreamPlaces& places, std::string principal)
        : places_(&places), principal_(std::move(principal)) {}

    StreamPlaces* places_;  // null: moved from
    std::string principal_;
  };

  enum class Lack : std::uint8_t { kOfThisOne, kOfAll };  // of places
  std::expected<Place, Lack> take(const std::string& principal) {
    const std::lock_guard lock(mutex_);
    if (count_ >= most_) return std::unexpected(Lack::kOfAll);
    std::size_t& of_one = by_principal_[principal];
    if (of_one >= most_of_one_) return std::unexpected(Lack::kOfThisOne);
    ++of_one;
    ++count_;
    return Place(*this, principal);
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  void leave(const std::string& principal) {
    const std::lock_guard lock(mutex_);
    --count_;
    const auto found = by_principal_.find(principal);
    if (--found->second == 0) by_principal_.erase(found);
  }

  const std::size_t most_;
  const std::size_t most_of_one_;
  mutable std::mutex mutex_;  // guards what follows
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> by_principal_;
};

}  // namespace noded::messages
