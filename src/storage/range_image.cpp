#include "storage/range_image.hpp"

#include <algorithm>

namespace noded::storage {

void RangeImage::append(std::string_view key, std::string_view value) {
  entries_.push_back(
      {static_cast<std::uint32_t>(bytes_.size()),
       static_cast<std::uint32_t>(key.size()),
       static_cast<std::uint32_t>(value.size())}
  );
  bytes_.append(key).append(value);
}

void RangeImage::finish(Direction walked) {
  if (walked == Direction::kBackward) std::reverse(entries_.begin(), entries_.end());
  bytes_.shrink_to_fit();
  entries_.shrink_to_fit();
}

std::size_t RangeImage::lower_bound(std::string_view key) const noexcept {
  const auto key_of = [this](const Entry& entry) {
    return std::string_view(bytes_.data() + entry.offset, entry.key_size);
  };
  const auto place = std::ranges::lower_bound(entries_, key, {}, key_of);
  return static_cast<std::size_t>(place - entries_.begin());
}

std::vector<std::shared_ptr<const Sieve::Column>> RangeImage::columns(const Sieve& sieve) const {
  std::vector<std::shared_ptr<const Sieve::Column>> columns;
  std::vector<std::string_view> values;
  for (const std::uint16_t id : sieve.columns()) {
    auto column = find_column(id);
    if (column == nullptr && has_room()) {
      if (values.empty()) {
        values.reserve(size());
        for (std::size_t i = 0; i < size(); ++i)
          values.push_back(value(i));
      }
      column = keep(id, std::make_shared<const Sieve::Column>(sieve.make(id, values)));
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

std::shared_ptr<const Sieve::Column> RangeImage::find_column(std::uint16_t id) const {
  const std::lock_guard lock(mutex_);
  const auto place = std::ranges::find(columns_, id, &KeptColumn::first);
  return place == columns_.end() ? nullptr : place->second;
}

bool RangeImage::has_room() const {
  const std::lock_guard lock(mutex_);
  return columns_.size() < kMaxColumns;
}

std::shared_ptr<const Sieve::Column> RangeImage::keep(
    std::uint16_t id, std::shared_ptr<const Sieve::Column> column
) const {
  const std::lock_guard lock(mutex_);
  const auto place = std::ranges::find(columns_, id, &KeptColumn::first);
  if (place != columns_.end()) return place->second;  // another thread was faster
  if (columns_.size() == kMaxColumns) return nullptr;
  return columns_.emplace_back(id, std::move(column)).second;
}

ImageCursor::ImageCursor(
    std::shared_ptr<const RangeImage> image,
    const KeyRange& range,
    Direction direction,
    WorkLimit* limit
)
    : image_(std::move(image)),
      limit_(limit),
      begin_(image_->lower_bound(range.begin)),
      end_(range.end.empty() ? image_->size() : image_->lower_bound(range.end)),
      is_forward_(direction == Direction::kForward) {}

}  // namespace noded::storage
