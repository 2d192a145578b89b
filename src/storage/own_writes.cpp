#include "storage/own_writes.hpp"

#include <utility>

namespace noded::storage {

void OwnWrites::put(std::string_view key, std::string_view value) {
  bytes_ += value.size();
  write(key, std::optional<std::string>(value));
}

void OwnWrites::erase(std::string_view key) {
  write(key, std::nullopt);
}

void OwnWrites::write(std::string_view key, std::optional<std::string> value) {
  bytes_ += key.size();
  const std::uint64_t made = made_++;
  const auto place = entries_.lower_bound(key);
  if (place == entries_.end() || place->first != key) {
    entries_.emplace_hint(place, std::string(key), Version{made, std::move(value), nullptr});
    return;
  }
  Version& version = place->second;
  std::unique_ptr<Version> older;
  if (views_ > 0) older = std::make_unique<Version>(std::move(version));
  version = Version{made, std::move(value), std::move(older)};
}

const std::optional<std::string>* OwnWrites::find(std::string_view key) const {
  if (entries_.empty()) return nullptr;
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second.value;
}

OwnWrites::View::View(OwnWrites& writes, const KeyRange& range, Direction direction)
    : writes_(writes),
      made_before_(writes.made_),
      is_forward_(direction == Direction::kForward),
      position_(writes.entries_.lower_bound(range.begin)),
      end_(range.end.empty() ? writes.entries_.end() : writes.entries_.lower_bound(range.end)) {
  ++writes_.views_;
  is_exhausted_ = position_ == end_;
  if (!is_forward_ && !is_exhausted_) {
    std::swap(position_, end_);
    --position_;
  }
  while (!is_exhausted_ && visible() == nullptr)
    step();
}

void OwnWrites::View::advance() {
  do {
    step();
  } while (!is_exhausted_ && visible() == nullptr);
}

void OwnWrites::View::step() {
  if (is_forward_) {
    is_exhausted_ = ++position_ == end_;
  } else if (position_ == end_) {
    is_exhausted_ = true;
  } else {
    --position_;
  }
}

const OwnWrites::Version* OwnWrites::View::visible() const noexcept {
  const Version* version = &position_->second;
  while (version != nullptr && version->made >= made_before_)
    version = version->older.get();
  return version;
}

}  // namespace noded::storage
