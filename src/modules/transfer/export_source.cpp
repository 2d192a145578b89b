#include "modules/transfer/export_source.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_text.hpp"

#include <utility>

namespace noded::transfer {

namespace keys = database::keys;

namespace {

constexpr std::size_t kBytesOfAPart = std::size_t{256} << 10;

}  // namespace

ExportSource::ExportSource(
    std::unique_ptr<Transaction> snapshot,
    std::shared_ptr<const database::Schema> schema,
    std::uint16_t application,
    std::deque<Part> parts,
    Lane& lane
)
    : snapshot_(std::move(snapshot)),
      schema_(std::move(schema)),
      application_(application),
      parts_(std::move(parts)),
      lane_(lane) {}

Task<Result<std::string_view>> ExportSource::read() {
  if (is_over_) co_return std::string_view();
  const auto filled = co_await offload(lane_, [this] { return fill(); });
  if (!filled) co_return std::unexpected(filled.error());
  co_return text_;
}

Result<> ExportSource::fill() {
  const bool is_first = text_.empty();
  text_.clear();
  if (is_first) text_ = "[\"snapshot\"," + std::to_string(snapshot_->snapshot()) + "]\n";
  while (text_.size() < kBytesOfAPart && !is_over_) {
    if (parts_.empty()) {
      text_.append("[\"end\"]\n");
      is_over_ = true;
      return {};
    }
    if (auto done = cursor_ == nullptr ? begin_part() : add_rows(); !done) return done;
  }
  return {};
}

Result<> ExportSource::begin_part() {
  const Part& part = parts_.front();
  const auto rows = snapshot_->read_counter(keys::row_count(application_, *part.entity));
  if (!rows) return std::unexpected(rows.error());
  text_.append("[\"entity\",");
  codec::append_json_string(text_, part.entity->name);
  text_.append("," + std::to_string(*rows) + "]\n");
  const std::string prefix = keys::prefix(application_, keys::Space::kRow, part.entity->id);
  prefix_size_ = prefix.size();
  KeyRange range = prefix_range(prefix);
  if (part.after) range.begin = prefix + std::string(part.after->bytes()) + '\0';
  cursor_ = snapshot_->scan(std::move(range), Direction::kForward);
  return {};
}

Result<> ExportSource::add_rows() {
  while (text_.size() < kBytesOfAPart) {
    if (!cursor_->next()) {
      if (auto status = cursor_->status(); !status) return status;
      cursor_.reset();
      parts_.pop_front();
      return {};
    }
    const auto key = database::RowKey::from_bytes(cursor_->key().substr(prefix_size_));
    const database::RowView row(cursor_->value());
    database::append_row_text(*parts_.front().entity, key, row, text_);
    text_.push_back('\n');
  }
  return {};
}

}  // namespace noded::transfer
