// Random work on an engine beside the plainest possible model of it: a std::map for what is stored
// and a copy of it for each transaction.
#include "contract/engine/engine_contract.hpp"

#include <map>
#include <random>

namespace noded::test {
namespace {

using Model = std::map<std::string, std::string>;

Pairs scan_model(const Model& model, const KeyRange& range, Direction direction) {
  Pairs pairs;
  for (const auto& [key, value] : model) {
    if (key >= range.begin && (range.end.empty() || key < range.end))
      pairs.emplace_back(key, value);
  }
  return direction == Direction::kForward ? pairs : Pairs(pairs.rbegin(), pairs.rend());
}

class EngineModel : public EngineContract {
 protected:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  std::string some_key() {
    static constexpr std::string_view kLetters(
        "\0\x01"
        "a\x7f\xff",
        5
    );
    std::string key;
    for (std::size_t length = below(4); length > 0; --length)
      key.push_back(kLetters[below(kLetters.size())]);
    return key;
  }

  void act(Transaction& transaction, Model& model) {
    const std::string key = some_key();
    switch (below(6)) {
      case 0:
      case 1: {
        const std::string value = std::to_string(below(1000));
        transaction.put(key, value);
        model[key] = value;
        break;
      }
      case 2:
        transaction.erase(key);
        model.erase(key);
        break;
      case 3: {
        const auto entry = model.find(key);
        ASSERT_EQ(see(transaction, key), entry == model.end() ? "-" : entry->second);
        break;
      }
      default: {
        const KeyRange range{key, below(4) == 0 ? std::string() : some_key()};
        const auto direction = below(2) == 0 ? Direction::kForward : Direction::kBackward;
        ASSERT_EQ(scan(transaction, range, direction), scan_model(model, range, direction));
      }
    }
  }

  std::mt19937 random_{20240917};
};

TEST_P(EngineModel, BehavesAsAMapThatIsCopiedForEachTransaction) {
  Model model;
  std::vector<std::pair<std::unique_ptr<Transaction>, Model>> readers;
  for (int turn = 0; turn < 300; ++turn) {
    auto transaction = begin(engine());
    Model own = model;
    for (std::size_t actions = below(30); actions > 0; --actions)
      ASSERT_NO_FATAL_FAILURE(act(*transaction, own));
    if (below(4) == 0) {
      readers.emplace_back(
          std::move(transaction), std::move(own)
      );  // stays open, is never committed
    } else {
      ASSERT_TRUE(commit(engine(), std::move(transaction)).has_value());
      model = std::move(own);
    }
    if (!readers.empty()) {
      auto& [reader, seen] = readers[below(readers.size())];
      ASSERT_NO_FATAL_FAILURE(act(*reader, seen));
      if (readers.size() > 10) readers.erase(readers.begin());
    }
    if (turn % 100 == 99 && keeps_over_reopening()) {
      readers.clear();
      reopen();
    }
  }
  EXPECT_EQ(scan(*begin(engine())), scan_model(model, {}, Direction::kForward));
}

NODED_OVER_EVERY_ENGINE(EngineModel);

}  // namespace
}  // namespace noded::test
