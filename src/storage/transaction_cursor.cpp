#include "storage/transaction_cursor.hpp"

namespace noded::storage {

bool MergingCursor::load_stored() {
  if (stored_state_ != StoredState::kBehind) return true;
  if (stored_->next()) {
    stored_state_ = StoredState::kAhead;
    return true;
  }
  stored_state_ = StoredState::kEnd;
  is_failed_ = !stored_->status().has_value();
  return !is_failed_;
}

bool MergingCursor::own_comes_first(bool& hides_stored) const {
  hides_stored = false;
  if (own_->at_end()) return false;
  if (stored_state_ == StoredState::kEnd) return true;
  const int order = own_->key().compare(stored_->key());
  hides_stored = order == 0;
  return order == 0 || (order < 0) == is_forward_;
}

bool MergingCursor::next() {
  while (!refused_ && !is_failed_) {
    refused_ = limit_.charge_step();
    if (refused_ || !load_stored()) break;
    if (own_->at_end() && stored_state_ == StoredState::kEnd) return false;
    bool hides_stored = false;
    if (!own_comes_first(hides_stored)) {
      key_ = stored_->key();
      value_ = stored_->value();
      stored_state_ = StoredState::kBehind;
      return true;
    }
    if (hides_stored) stored_state_ = StoredState::kBehind;
    const bool is_erased = !own_->value().has_value();
    if (!is_erased) {
      key_ = own_->key();
      own_value_.assign(*own_->value());
      value_ = own_value_;
    }
    own_->advance();
    if (!is_erased) return true;
  }
  return false;
}

Result<> MergingCursor::status() const {
  if (refused_) return std::unexpected(limit_error(*refused_));
  return stored_->status();
}

}  // namespace noded::storage
