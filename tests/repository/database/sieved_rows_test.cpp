// Walks over rows that the store keeps in memory leave out by abbreviated keys what cannot match.
// The answers are those of looking at every row, whatever the values, conditions, orders and
// policies are.
#include "repository/database/keys.hpp"
#include "repository/database/reader.hpp"
#include "support/database_fixture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using testing_support::parse_object;

constexpr int kRows = 700;

constexpr std::array<std::string_view, 14> kNumbers = {
    "null",
    "0",
    "1",
    "-1",
    "2.5",
    "2",
    "3",
    "-2.5",
    "288230376151711744",  // 2^58, the last that fits
    "288230376151711745",
    "9007199254740993",
    "9223372036854775807",
    "1e300",
    "-1e300"
};
constexpr std::array<std::string_view, 12> kTexts = {
    "null",
    R"("item")",
    R"("item ")",
    R"("item 1")",
    R"("item 10")",
    R"("item 1000000")",
    R"("item 10000000")",
    R"("item 10000001")",
    R"("item 2")",
    R"("itema")",
    R"("item \u00e4")",
    R"("item \u0001")"
};
constexpr std::array<std::string_view, 5> kDates = {
    "null",
    R"("2024-01-01T00:00:00.000Z")",
    R"("2024-01-01T00:00:00.001Z")",
    R"("1969-12-31T23:59:59.999Z")",
    R"("2031-07-09T10:11:12.000Z")"
};
constexpr std::array<std::string_view, 3> kBooleans = {"null", "true", "false"};
constexpr std::array<std::string_view, 4> kFields = {"n", "t", "d", "b"};

// Everybody reads what matches one policy.
class ReadersOf final : public Access {
 public:
  ReadersOf(const Entity& entity, std::string_view policy)
      : filter_(std::make_shared<const Filter>(
            Filter::compile(entity, parse_object(policy), Grammar::kPolicy, false, true).value()
        )) {}
  Result<Rows> rows(const Entity&, Action, const RowKey*) const override {
    return Rows{filter_, "{}"};
  }
  Error outside(const Entity&, Action, const Rows&) const override {
    return {Errc::kForbidden, "outside", {}, {}};
  }

 private:
  std::shared_ptr<const Filter> filter_;
};

class SievedRows : public DatabaseFixture {
 protected:
  SievedRows() {
    const auto schema = change_schema(R"({
      "entities": {
        "items": {"fields":{"n":{"type":"number"},"t":{"type":"text"},"same":{"type":"text"},
          "d":{"type":"date","config":{"type":"datetime"}},"b":{"type":"boolean"},"j":{"type":"json"}}}
      }
    })");
    if (!schema) throw std::runtime_error(schema.error().message);
    std::string rows = "[";
    for (int i = 0; i < kRows; ++i) {
      rows += fmt::format(
          R"({}{{"n":{},"t":{},"same":"constant","d":{},"b":{},"j":[{}]}})",
          i == 0 ? "" : ",",
          any(kNumbers),
          any(kTexts),
          any(kDates),
          any(kBooleans),
          i % 30
      );
    }
    if (const auto made = create("items", rows + "]"); !made)
      throw std::runtime_error(made.error().message);
  }

  template <std::size_t kCount>
  std::string_view any(const std::array<std::string_view, kCount>& of) {
    return of[random_() % kCount];
  }

  // Array, count and total, or the error. A transaction that writes among the rows looks at each.
  std::string ask(std::string_view options, const Access& access, bool looks_at_each = false) {
    const auto given = parse_object(options);
    auto answer = run(read(
        database_.store(),
        SteadyTime::max(),
        [&](Transaction& transaction) -> Result<std::string> {
          const auto schema = database_.schema();
          const Entity& found = *schema->find("items");
          if (looks_at_each)
            transaction.erase(keys::row(kApplication, found, RowKey::of_integer(kRows + 1)));
          const auto query = parse_query(found, given, {});
          if (!query) return std::unexpected(query.error());
          std::string text;
          const auto page =
              Reader(kApplication, transaction, access).read_many(found, *query, text);
          if (!page) return std::unexpected(page.error());
          return fmt::format("{} {} {}", text, page->count, page->total);
        }
    ));
    return answer ? *answer : "error: " + answer.error().message;
  }
  void expect_the_same(
      std::string_view where,
      std::string_view order,
      std::string_view cut,
      const Access& access = unrestricted_access_for_the_node_itself()
  ) {
    const auto query = fmt::format(R"({{"sort":"{}",{},"where":{{{}}}}})", order, cut, where);
    EXPECT_EQ(ask(query, access), ask(query, access, true)) << query;
  }
  void keep_in_memory() {
    for (int i = 0; i < 3; ++i)
      ask(R"({"where":{"n":1}})", unrestricted_access_for_the_node_itself());
    const std::uint64_t before = engine_.health().image_walks;
    ask(R"({"where":{"n":1}})", unrestricted_access_for_the_node_itself());
    ASSERT_GT(engine_.health().image_walks, before);
  }

  // A condition of one field, or of two.
  std::string condition() {
    const std::size_t field = random_() % kFields.size();
    std::string made = condition_of(field);
    if (random_() % 2 == 0)
      made += "," + condition_of((field + 1 + random_() % (kFields.size() - 1)) % kFields.size());
    return made;
  }
  std::string condition_of(std::size_t field) {
    constexpr std::array<std::string_view, 6> kComparisons = {
        "$eq", "$ne", "$gt", "$gte", "$lt", "$lte"
    };
    const auto operand = [&]() -> std::string {
      for (;;) {
        const std::string_view made = field == 0   ? any(kNumbers)
                                      : field == 1 ? any(kTexts)
                                      : field == 2 ? any(kDates)
                                                   : any(kBooleans);
        if (made != "null") return std::string(made);
      }
    };
    switch (random_() % 8) {
      case 0:
        return fmt::format(R"("{}":{{"$isnull":{}}})", kFields[field], any(kBooleans) == "true");
      case 1:
        return fmt::format(R"("{}":{{"$between":[{},{}]}})", kFields[field], operand(), operand());
      case 2:
        return fmt::format(R"("{}":{{"$in":[{},{}]}})", kFields[field], operand(), operand());
      default:
        return fmt::format(R"("{}":{{"{}":{}}})", kFields[field], any(kComparisons), operand());
    }
  }

  // Anywhere among the rows that match, and behind them.
  std::string cut() {
    return fmt::format(R"("limit":{},"offset":{})", 1 + random_() % 90, random_() % 450);
  }

  std::mt19937 random_{17};
};

constexpr std::array<std::string_view, 12> kOrders = {
    "id", "-id", "n", "-n", "t", "-t", "d", "-d", "b", "-b", "same", "-same"
};
constexpr std::array<std::string_view, 6> kCuts = {
    R"("limit":10)",
    R"("limit":3,"offset":5)",
    R"("limit":1000)",
    R"("limit":40,"offset":90)",
    R"("limit":5,"offset":690)",
    R"("limit":5,"offset":5000)"
};

TEST_F(SievedRows, AreThoseOfLookingAtEachRow) {
  keep_in_memory();
  for (int i = 0; i < 300; ++i) {
    expect_the_same(condition(), any(kOrders), any(kCuts));
    expect_the_same(condition(), "id", cut());
    expect_the_same(condition(), any(kOrders), cut());
  }
}

TEST_F(SievedRows, AreOrderedWithoutConditions) {
  keep_in_memory();
  for (const std::string_view order : kOrders) {
    for (const std::string_view cut : kCuts)
      expect_the_same("", order, cut);
  }
}

TEST_F(SievedRows, AreMixedWithConditionsThatLookAtThem) {
  keep_in_memory();
  for (int i = 0; i < 200; ++i) {
    for (const std::string_view also : {R"("same":{"$like":"con%"})", R"("id":{"$lt":400})"})
      expect_the_same(fmt::format("{},{}", condition(), also), any(kOrders), any(kCuts));
  }
}

TEST_F(SievedRows, AreThoseAPolicyAllows) {
  keep_in_memory();
  const Entity& items = *database_.schema()->find("items");
  for (const std::string_view policy :
       {R"({"b":true})",
        R"({"t":{"$gt":"item 1"}})",
        R"({"n":{"$lte":2.5},"b":false})",
        R"({"b":true,"t":{"$like":"item*"}})",
        R"({"$or":{"b":true,"n":1}})"}) {
    const ReadersOf access(items, policy);
    for (int i = 0; i < 60; ++i)
      expect_the_same(condition(), any(kOrders), any(kCuts), access);
    expect_the_same("", "-t", R"("limit":1000)", access);
    EXPECT_FALSE(ask(R"({"sort":"-t"})", access).ends_with(" 700 700"));
  }
}

TEST_F(SievedRows, FollowEachChange) {
  const Access& access = unrestricted_access_for_the_node_itself();
  for (int round = 0; round < 5; ++round) {
    keep_in_memory();
    ASSERT_TRUE(update("items", 10 + round, R"({"n":77,"t":"item 77","b":null})"));
    keep_in_memory();
    const std::string found = ask(R"({"where":{"n":77,"t":"item 77"},"select":["id"]})", access);
    EXPECT_TRUE(found.ends_with(fmt::format(" {} 700", round + 1))) << found;
    for (int i = 0; i < 50; ++i)
      expect_the_same(condition(), any(kOrders), any(kCuts));
  }
}

TEST_F(SievedRows, AreChangedAndErasedByTheirConditions) {
  keep_in_memory();
  const Access& access = unrestricted_access_for_the_node_itself();
  const auto updated = write([&](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, access)
        .update_where(
            *schema.find("items"),
            parse_object(R"({"t":{"$gt":"item 1"},"b":true})"),
            parse_object(R"({"n":4711})")
        );
  });
  ASSERT_TRUE(updated);
  keep_in_memory();
  const std::string changed = ask(R"({"where":{"n":4711},"sort":"id","limit":1000})", access);
  const std::string meant =
      ask(R"({"where":{"t":{"$gt":"item 1"},"b":true},"sort":"id","limit":1000})", access);
  EXPECT_EQ(changed, meant);
  EXPECT_FALSE(changed.starts_with("[]"));
}

}  // namespace
}  // namespace noded::database
