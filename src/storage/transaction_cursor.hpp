// The cursors that StoreTransaction::scan hands out.
#pragma once

#include "noded/engine.hpp"

#include "storage/own_writes.hpp"
#include "storage/work_limit.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace noded::storage {

// Of a range that holds no key.
class EmptyCursor final : public Cursor {
 public:
  bool next() override { return false; }
  Result<> status() const override { return {}; }
};

// Of a range in which the transaction wrote nothing.
class StoredCursor final : public Cursor {
 public:
  StoredCursor(std::unique_ptr<Cursor> stored, WorkLimit& limit)
      : stored_(std::move(stored)), limit_(limit) {}

  bool next() override {
    if (refused_) return false;
    refused_ = limit_.charge_step();
    if (refused_ || !stored_->next()) return false;
    key_ = stored_->key();
    value_ = stored_->value();
    return true;
  }
  Result<> status() const override {
    if (refused_) return std::unexpected(limit_error(*refused_));
    return stored_->status();
  }

 private:
  std::unique_ptr<Cursor> stored_;
  WorkLimit& limit_;
  std::optional<Errc> refused_;
};

// Own writes over stored entries, in either direction.
class MergingCursor final : public Cursor {
 public:
  MergingCursor(
      std::unique_ptr<Cursor> stored,
      std::unique_ptr<OwnWrites::View> own,
      Direction direction,
      WorkLimit& limit
  )
      : stored_(std::move(stored)),
        own_(std::move(own)),
        limit_(limit),
        is_forward_(direction == Direction::kForward) {}

  bool next() override;
  Result<> status() const override;

 private:
  enum class StoredState : std::uint8_t {
    kBehind,
    kAhead,
    kEnd
  };  // kAhead: at an entry not yet given out

  bool load_stored();
  bool own_comes_first(bool& hides_stored) const;

  std::unique_ptr<Cursor> stored_;
  std::unique_ptr<OwnWrites::View> own_;
  WorkLimit& limit_;
  bool is_forward_;
  StoredState stored_state_ = StoredState::kBehind;
  std::optional<Errc> refused_;
  bool is_failed_ = false;  // the stored cursor's status tells how
  std::string own_value_;   // a later write of the transaction must not change what was given out
};

}  // namespace noded::storage
