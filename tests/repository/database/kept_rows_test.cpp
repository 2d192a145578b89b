// Rows that an index leads to are looked up again and again; the store then keeps all of the entity
// in memory until it changes. The answers are those of a scan, before and after.
#include "repository/database/reader.hpp"
#include "support/database_fixture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using testing_support::parse_object;

constexpr int kRows = 600;

class KeptRows : public DatabaseFixture {
 protected:
  KeptRows() {
    const auto schema = change_schema(R"({
      "entities": {
        "owners": {"fields":{"name":{"type":"text"}}},
        "items": {"fields":{"place":{"type":"number"},"name":{"type":"text"},"kind":{"type":"text"}}}
      },
      "relations": {"o": {"type":"n:1","source":"items","target":"owners"}},
      "indices": {"i1":{"entity":"items","fields":["place"]},"i2":{"entity":"items","fields":["kind","place"]}}
    })");
    if (!schema) throw std::runtime_error(schema.error().message);
    must("owners", R"([{"name":"Ann"},{"name":"Bob"}])");
    std::string rows = "[";
    for (int i = 0; i < kRows; ++i)
      rows += (i == 0 ? "" : ",") + item(i);
    must("items", rows + "]");
  }

  static std::string item(int i) {
    return fmt::format(
        R"({{"place":{},"name":"item {}","kind":"{}","owners_id":{}}})",
        i * 7 % kRows,
        i * 11 % kRows,
        i % 10 == 0 ? "rare" : "common",
        1 + i % 2
    );
  }
  void must(std::string_view entity, std::string_view rows) {
    if (const auto made = create(entity, rows); !made)
      throw std::runtime_error(made.error().message);
  }

  // Array, count and total, or the error.
  std::string ask(std::string_view entity, const std::string& options) {
    const auto given = parse_object(options);
    auto answer = run(read(
        database_.store(),
        SteadyTime::max(),
        [&](Transaction& transaction) -> Result<std::string> {
          const auto schema = database_.schema();
          const Entity& found = *schema->find(entity);
          const auto query = parse_query(found, given, {});
          if (!query) return std::unexpected(query.error());
          const Access& access = unrestricted_access_for_the_node_itself();
          std::string text;
          const auto page =
              Reader(kApplication, transaction, access).read_many(found, *query, text);
          if (!page) return std::unexpected(page.error());
          return fmt::format("{} {} {}", text, page->count, page->total);
        }
    ));
    return answer ? *answer : "error: " + answer.error().message;
  }
  // Each plan of several lookups beside a scan for the same.
  void compare() {
    for (const std::string_view where :
         {R"("place":{"$between":[100,150]})",
          R"("place":{"$gt":590})",
          R"("place":{"$in":[3,5,700]})",
          R"("kind":"rare")",
          R"("kind":"rare","place":{"$lt":300})",
          R"("kind":"rare","name":{"$like":"%1%"})",
          R"("id":{"$in":[1,5,7,9,300,9000]})",
          R"("owners_id":1,"place":{"$lt":40})"}) {
      for (const std::string_view order : {"id", "-id", "place", "-place", "name", "-name"}) {
        for (const std::string_view cut : {R"("limit":700)", R"("limit":4,"offset":2)"}) {
          const auto with = fmt::format(R"({{"sort":"{}",{},"where":{{{}}}}})", order, cut, where);
          const auto without = fmt::format(
              R"({{"sort":"{}",{},"where":{{{},"$or":{{{}}}}}}})", order, cut, where, where
          );
          EXPECT_EQ(ask("items", with), ask("items", without)) << with;
        }
      }
    }
  }
  std::uint64_t served() { return engine_.health().image_walks; }
};

TEST_F(KeptRows, AnswerAsAScanDoesWhateverChanges) {
  compare();
  const std::uint64_t before = served();
  compare();
  EXPECT_GT(served(), before + 100);
  for (int round = 0; round < 3; ++round) {
    const int id = 1 + round * 50;
    // Places stay different from each other.
    const auto changed = fmt::format(R"({{"place":120.{},"kind":"rare"}})", round + 1);
    ASSERT_TRUE(update("items", id, changed));
    compare();
    ASSERT_TRUE(erase("items", id + 10));
    compare();
    must(
        "items",
        fmt::format(R"({{"place":595.{},"name":"item 1x","kind":"rare","owners_id":1}})", round + 1)
    );
    compare();
  }
}

TEST_F(KeptRows, AreMadeByLookupsAlone) {
  const std::string query = R"({"sort":"name","where":{"kind":"rare"},"limit":100})";
  const std::string first = ask("items", query);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(ask("items", query), first);
  const std::uint64_t before = served();
  EXPECT_EQ(ask("items", query), first);
  EXPECT_GT(served(), before);
}

TEST_F(KeptRows, ServeRunsOfAnIndexAndRelatedRows) {
  const std::string run = R"({"sort":"-place","limit":20})";
  const std::string related =
      R"({"with":{"items":{"sort":"name","limit":3,"where":{"place":{"$lt":50}}}}})";
  const std::string first_run = ask("items", run);
  const std::string first_related = ask("owners", related);
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(ask("items", run), first_run);
  const std::uint64_t before = served();
  EXPECT_EQ(ask("items", run), first_run);
  EXPECT_EQ(ask("owners", related), first_related);
  EXPECT_GE(served(), before + 2);
}

}  // namespace
}  // namespace noded::database
