// A transaction beside the plainest model of one: bytes are turned into stored entries, then into
// writes, reads and scans with own writes over the stored ones; both must answer alike.
#include "storage/memory/memory_backend.hpp"
#include "storage/transaction.hpp"

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace noded;

using Model = std::map<std::string, std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool is_empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  std::string key() {
    std::string key(byte() % 4, '\0');
    for (char& c : key)
      c = static_cast<char>(byte() % 8 == 7 ? 0xff : byte() % 4);
    return key;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

void must(bool holds) {
  if (!holds) std::abort();
}

Pairs scan(Transaction& transaction, const KeyRange& range, Direction direction) {
  Pairs pairs;
  const auto cursor = transaction.scan(range, direction);
  while (cursor->next())
    pairs.emplace_back(cursor->key(), cursor->value());
  must(cursor->status().has_value());
  return pairs;
}

Pairs scan(const Model& model, const KeyRange& range, Direction direction) {
  Pairs pairs;
  for (const auto& [key, value] : model) {
    if (key >= range.begin && (range.end.empty() || key < range.end))
      pairs.emplace_back(key, value);
  }
  return direction == Direction::kForward ? pairs : Pairs(pairs.rbegin(), pairs.rend());
}

// A cursor opened before some writes and read after them.
struct OpenScan {
  std::unique_ptr<Cursor> cursor;
  Pairs expected;
};

void check(OpenScan& open) {
  for (const auto& [key, value] : open.expected) {
    must(open.cursor->next());
    must(open.cursor->key() == key);
    must(open.cursor->value() == value);
  }
  must(!open.cursor->next());
}

void act(Input& input, Transaction& transaction, Model& model, std::vector<OpenScan>& open) {
  const std::uint8_t what = input.byte();
  const std::string key = input.key();
  const auto direction = (what & 0x80) != 0 ? Direction::kBackward : Direction::kForward;
  switch (what % 5) {
    case 0: {
      const std::string value(1, static_cast<char>(input.byte()));
      transaction.put(key, value);
      model[key] = value;
      break;
    }
    case 1:
      transaction.erase(key);
      model.erase(key);
      break;
    case 2: {
      std::string value;
      const bool found = transaction.get(key, value).value();
      const auto entry = model.find(key);
      must(found == (entry != model.end()) && (!found || value == entry->second));
      break;
    }
    case 3: {
      const KeyRange range{key, input.key()};
      must(scan(transaction, range, direction) == scan(model, range, direction));
      break;
    }
    default: {
      const KeyRange range{key, input.key()};
      open.push_back({transaction.scan(range, direction), scan(model, range, direction)});
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const auto backend = storage::make_memory_backend();
  Model model;
  for (int entries = input.byte() % 16; entries > 0; --entries) {
    const std::string key = input.key();
    const storage::Change change{key, "stored"};
    must(backend->apply(std::span(&change, 1), 1, 0).has_value());
    model[key] = "stored";
  }
  storage::StoreTransaction transaction(backend->snapshot(1), nullptr, {});
  std::vector<OpenScan> open;
  while (!input.is_empty())
    act(input, transaction, model, open);
  for (OpenScan& opened : open)
    check(opened);
  return 0;
}
