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
