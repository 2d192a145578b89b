#include "storage/stored_numbers.hpp"

#include <algorithm>
#include <utility>

namespace noded::storage {

Result<> StoredNumbers::load(std::string_view key) {
  if (known_.contains(key)) return {};
  const auto bytes = read_(key);
  if (!bytes) return std::unexpected(bytes.error());
  Number number;
  if (bytes->has_value()) {
    const auto decoded = decode_number(**bytes);
    if (!decoded) return fail(Errc::kInternal, "a stored counter is not a number");
    number.value = *decoded;
  }
  known_.emplace(std::string(key), number);
  return {};
}

void StoredNumbers::add(std::string_view key, std::int64_t delta) {
  Known::value_type& known = *known_.find(key);
  set(known, add_saturated(known.second.value, delta));
}

void StoredNumbers::raise(std::string_view key, std::int64_t mark) {
  Known::value_type& known = *known_.find(key);
  set(known, std::max(known.second.value, mark));
}

void StoredNumbers::set(Known::value_type& known, std::int64_t value) {
  known.second.value = value;
  if (!std::exchange(known.second.is_changed, true)) changed_.push_back(&known);
}

void StoredNumbers::replace(std::string_view key, const std::optional<std::string>& value) {
  if (known_.empty()) return;
  const auto known = known_.find(key);
  if (known == known_.end()) return;
  // What is no number is found when someone counts with it again.
  const auto number = value ? decode_number(*value) : 0;
  if (number) {
    known->second.value = *number;
  } else {
    std::erase(changed_, &*known);
    known_.erase(known);
  }
}

void StoredNumbers::append_changes(std::vector<Change>& changes) {
  for (Known::value_type* known : changed_) {
    known->second.bytes = encode_number(known->second.value);
    const NumberBytes& bytes = known->second.bytes;
    changes.push_back({known->first, std::string_view(bytes.data(), bytes.size())});
  }
}

void StoredNumbers::store() {
  for (Known::value_type* known : changed_)
    known->second.is_changed = false;
  changed_.clear();
  if (known_.size() > kMostKnown) known_.clear();
}

void StoredNumbers::clear() {
  changed_.clear();
  known_.clear();
}

}  // namespace noded::storage
