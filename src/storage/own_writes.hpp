// OwnWrites: what one transaction put and erased, in key order, and the cursor over it as it was at
// one moment.
#pragma once

#include "noded/engine.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace noded::storage {

// One thread at a time.
class OwnWrites {
  struct Version {
    std::uint64_t made = 0;            // position among the writes of the transaction
    std::optional<std::string> value;  // empty: erased
    std::unique_ptr<Version> older;    // kept only for cursors that were open when it was replaced
  };
  using Entries = std::map<std::string, Version, std::less<>>;

 public:
  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }  // of keys and values ever written

  // Null when this transaction did not touch the key; otherwise the value, or empty for an erased
  // one.
  const std::optional<std::string>* find(std::string_view key) const;

  // Calls visit(key, value) for each touched key in order; `value` is an optional, empty for an
  // erased one.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [key, version] : entries_)
      visit(std::string_view(key), version.value);
  }

  // Walks the entries of a range as they were when it was made. Writes made later neither show nor
  // disturb it.
  class View {
   public:
    View(OwnWrites& writes, const KeyRange& range, Direction direction);
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    ~View() { --writes_.views_; }

    bool at_end() const noexcept { return is_exhausted_; }
    // Of the current entry; the key stays where it is, the value only until the next write.
    std::string_view key() const noexcept { return position_->first; }
    const std::optional<std::string>& value() const noexcept { return visible()->value; }
    void advance();

   private:
    const Version* visible() const noexcept;
    void step();

    OwnWrites& writes_;
    std::uint64_t made_before_;
    bool is_forward_;
    // Forward: [position_, end_). Backward: position_ is the entry itself, end_ the first one of
    // the range.
    Entries::iterator position_, end_;
    bool is_exhausted_ = false;
  };

 private:
  void write(std::string_view key, std::optional<std::string> value);

  Entries entries_;
  std::uint64_t made_ = 0;
  std::size_t bytes_ = 0;
  std::size_t views_ = 0;
};

}  // namespace noded::storage
