#include "repository/database/database.hpp"

#include "repository/database/index_fill.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace noded::database {
namespace {

using testing_support::parse;
using testing_support::parse_object;

class DatabaseTest : public testing_support::DatabaseFixture {
 protected:
  static std::string things(std::string_view indices, std::string_view more_fields = "") {
    return R"({"entities":{"things":{"fields":{"name":{"type":"text"},"size":{"type":"number"})" +
           std::string(more_fields) + R"(}}},"indices":{)" + std::string(indices) + "}}";
  }
  static constexpr std::string_view kByName = R"("by_name":{"entity":"things","fields":["name"]})";
  static constexpr std::string_view kUniqueName =
      R"("one_name":{"entity":"things","fields":["name"],"unique":true})";

  void create_things(int count, int first = 0) {
    std::string text = "[";
    for (int i = first; i < first + count; ++i) {
      if (i > first) text += ",";
      text += R"({"name":"n)" + std::to_string(i) + R"(","size":)" + std::to_string(i % 7) + "}";
    }
    const auto created = create("things", text + "]");
    ASSERT_TRUE(created) << created.error().message;
  }

  std::size_t entries(std::uint32_t index, bool unique) {
    const auto space = unique ? keys::Space::kUnique : keys::Space::kIndex;
    auto body = [&](Transaction& transaction) -> Result<std::size_t> {
      std::size_t count = 0;
      const auto cursor = transaction.scan(
          prefix_range(keys::prefix(kApplication, space, index)), Direction::kForward
      );
      while (cursor->next())
        ++count;
      if (auto status = cursor->status(); !status) return std::unexpected(status.error());
      return count;
    };
    return run(read(database_.store(), SteadyTime::max(), body)).value();
  }

  const Index& index(std::string_view name) {
    for (const auto& candidate : database_.schema()->indices()) {
      if (candidate->name == name) return *candidate;
    }
    throw std::runtime_error("no index " + std::string(name));
  }

  Catalog catalog() { return run(database_.load_catalog(SteadyTime::max())).value(); }
};

TEST_F(DatabaseTest, HasAnEmptySchemaAtFirst) {
  ASSERT_NE(database_.schema(), nullptr);
  EXPECT_TRUE(database_.schema()->entities().empty());
}

TEST_F(DatabaseTest, StoresTheCatalogueTogetherWithTheConfiguration) {
  const std::string key = keys::meta(kApplication, "configuration");
  const std::vector<MetaRecord> records{{"configuration", "stored"}};
  ASSERT_TRUE(run(database_.change_schema(parse_object(things(kByName)), records)));
  EXPECT_EQ(catalog().indices().size(), 1u);
  auto body = [&key](Transaction& transaction) -> Result<std::string> {
    std::string value;
    (void)transaction.get(key, value);
    return value;
  };
  EXPECT_EQ(run(read(database_.store(), SteadyTime::max(), body)).value(), "stored");
}

TEST_F(DatabaseTest, KeepsTheOldSchemaWhenTheNewOneIsRefused) {
  ASSERT_TRUE(change_schema(things("")));
  const auto before = database_.schema();
  EXPECT_FALSE(change_schema(R"({"indices":{"i":{"entity":"none","fields":["x"]}}})"));
  EXPECT_EQ(database_.schema(), before);
}

TEST_F(DatabaseTest, KeepsTheOldSchemaWhenTheChangeIsCancelled) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(503);
  const std::vector<MetaRecord> records{{"configuration", "new"}};
  const auto changed =
      run(database_.change_schema(parse_object(things(kByName)), records, {[this](std::uint64_t) {
                                    EXPECT_TRUE(database_.cancel_change());
                                  }}));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::kConflict);
  EXPECT_EQ(changed.error().message, "the change of the configuration was cancelled");
  EXPECT_FALSE(database_.change_status());
  EXPECT_FALSE(database_.cancel_change()) << "nothing runs any more";
  EXPECT_TRUE(database_.schema()->indices().empty());
  EXPECT_TRUE(catalog().indices().empty());
  EXPECT_EQ(entries(1, false), 0U);
  ASSERT_TRUE(change_schema(things(kByName)));
  EXPECT_EQ(entries(index("by_name").id, false), 503U);
}

TEST_F(DatabaseTest, FillsANewIndexFromTheRows) {
  ASSERT_TRUE(change_schema(things("")));
  const int count = static_cast<int>(IndexFill::kBatchRows) * 2 + 3;
  create_things(count);
  std::vector<std::uint64_t> progress;
  const auto changed =
      run(database_.change_schema(parse_object(things(kByName)), {}, {[&](std::uint64_t rows) {
                                    progress.push_back(rows);
                                  }}));
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_TRUE(index("by_name").ready);
  EXPECT_EQ(entries(index("by_name").id, false), static_cast<std::size_t>(count));
  EXPECT_EQ(progress, (std::vector<std::uint64_t>{500, 1000, 1003}));
  EXPECT_EQ(rows("things", R"({"where":{"name":"n1001"},"select":["id"]})"), R"([{"id":1002}])");
}

TEST_F(DatabaseTest, FillsAnIndexOfAFieldThatCameBack) {
  ASSERT_TRUE(change_schema(things("", R"(,"extra":{"type":"text"})")));
  ASSERT_TRUE(create("things", R"({"extra":"kept"})"));
  ASSERT_TRUE(change_schema(things("")));
  ASSERT_TRUE(update("things", 1, R"({"name":"x"})").value());
  ASSERT_TRUE(change_schema(
      things(R"("e":{"entity":"things","fields":["extra"]})", R"(,"extra":{"type":"text"})")
  ));
  EXPECT_EQ(rows("things", R"({"where":{"extra":"kept"},"select":["id"]})"), R"([{"id":1}])");
}

TEST_F(DatabaseTest, FindsTheRowsOfAnEntityThatCameBack) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(2);
  ASSERT_TRUE(change_schema("{}"));
  EXPECT_EQ(database_.schema()->find("things"), nullptr);
  ASSERT_TRUE(change_schema(things(kByName)));
  EXPECT_EQ(rows("things", R"({"where":{"name":"n1"},"select":["id"]})"), R"([{"id":2}])");
}

TEST_F(DatabaseTest, RefusesAUniqueIndexOverEqualValues) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(5);
  ASSERT_TRUE(create("things", R"({"name":"n2"})"));
  const auto before = database_.schema();
  const auto changed = change_schema(things(kUniqueName));
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::kInvalid);
  EXPECT_EQ(
      changed.error().message,
      R"(Index "one_name" cannot be unique: rows 3 and 6 of "things" have the same values)"
  );
  EXPECT_EQ(database_.schema(), before);
  for (std::uint32_t id = 1; id < 5; ++id)
    EXPECT_EQ(entries(id, true), 0u) << id;
  EXPECT_TRUE(create("things", R"({"name":"n2"})"));
}

TEST_F(DatabaseTest, HoldsAUniqueIndexOnceItIsFilled) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(5);
  ASSERT_TRUE(create("things", R"([{"size":1},{"size":2}])"));
  ASSERT_TRUE(change_schema(things(kUniqueName)));
  const auto created = create("things", R"({"name":"n2"})");
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::kExists);
  EXPECT_EQ(entries(index("one_name").id, true), 5u);
}

TEST_F(DatabaseTest, RemovesTheEntriesOfAnIndexThatGoes) {
  ASSERT_TRUE(change_schema(things(kByName)));
  create_things(600);
  const std::uint32_t id = index("by_name").id;
  EXPECT_EQ(entries(id, false), 600u);
  ASSERT_TRUE(change_schema(things("")));
  EXPECT_EQ(entries(id, false), 0u);
  EXPECT_TRUE(catalog().indices().empty());
  ASSERT_TRUE(change_schema(things(kByName)));
  EXPECT_NE(index("by_name").id, id);
  EXPECT_EQ(entries(index("by_name").id, false), 600u);
}

TEST_F(DatabaseTest, MissesNoWriteThatHappensWhileAnIndexIsFilled) {
  ASSERT_TRUE(change_schema(things(R"("by_size":{"entity":"things","fields":["size"]})")));
  create_things(1500);
  int writes = 0;
  // The loop runs the writers between the batches of the fill.
  auto busy = [&]() -> Task<Result<>> {
    for (std::int64_t turn = 0; turn < 40; ++turn) {
      auto body = [&, turn](const Schema& schema, Transaction& transaction) -> Result<> {
        Writer row_writer = writer(schema, transaction, unrestricted_access_for_the_node_itself());
        const Entity& entity = *schema.find("things");
        const std::vector<json::object> fresh{
            parse_object(R"({"name":"fresh )" + std::to_string(turn) + "\"}")
        };
        if (auto created = row_writer.create(entity, fresh); !created)
          return std::unexpected(created.error());
        const auto changed = RowKey::of_integer(1 + turn * 37);
        if (auto updated =
                row_writer.update(entity, changed, parse_object(R"({"name":"changed"})"));
            !updated) {
          return std::unexpected(updated.error());
        }
        std::string out;
        const auto erased = row_writer.erase(entity, RowKey::of_integer(2 + turn * 31), out);
        if (!erased) return std::unexpected(erased.error());
        return {};
      };
      auto written = co_await database_.write(SteadyTime::max(), body);
      if (!written) co_return written;
      ++writes;
    }
    co_return Result<>{};
  };
  Result<> busy_result;
  net::co_spawn(io_, busy(), [&](std::exception_ptr, Result<> result) {
    busy_result = std::move(result);
  });
  const auto changed = run(database_.change_schema(parse_object(things(kByName)), {}));
  ASSERT_TRUE(changed) << changed.error().message;
  // Let the writers finish under the new schema.
  while (writes < 40 && busy_result)
    io_.run_one();
  ASSERT_TRUE(busy_result) << busy_result.error().message;
  const auto all = parse(rows("things", R"({"limit":1000,"select":["name"]})"));
  const auto rest = parse(rows("things", R"({"limit":1000,"offset":1000,"select":["name"]})"));
  EXPECT_EQ(entries(index("by_name").id, false), all.as_array().size() + rest.as_array().size());
  EXPECT_EQ(
      parse(rows("things", R"({"limit":1000,"where":{"name":"changed"}})")).as_array().size(),
      parse(rows("things", R"({"limit":1000,"where":{"name":{"$like":"change_"}}})"))
          .as_array()
          .size()
  );
}

TEST_F(DatabaseTest, LeavesNoDoubleBehindWhenAWriteResolvesOneWhileAUniqueIndexIsFilled) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(static_cast<int>(IndexFill::kBatchRows));
  ASSERT_TRUE(create("things", R"({"name":"n2"})"));
  std::optional<bool> renamed;
  // The first batch holds row 3 with "n2"; its double at the end gets another name before its own
  // batch.
  const auto changed = run(database_.change_schema(
      parse_object(things(kUniqueName)), {}, {[&](std::uint64_t) {
        if (renamed) return;
        auto rename = [this](const Schema& schema, Transaction& transaction) {
          return writer(schema, transaction, unrestricted_access_for_the_node_itself())
              .update(
                  *schema.find("things"),
                  RowKey::of_integer(501),
                  parse_object(R"({"name":"resolved"})")
              );
        };
        net::co_spawn(
            io_,
            database_.write(SteadyTime::max(), rename),
            [&](std::exception_ptr, Result<bool> result) { renamed = result.has_value(); }
        );
        while (!renamed)
          io_.run_one();
      }}
  ));
  ASSERT_TRUE(renamed && *renamed);
  ASSERT_TRUE(changed) << changed.error().message;
  const auto created = create("things", R"({"name":"n2"})");
  ASSERT_FALSE(created) << "row 3 has that name";
  EXPECT_EQ(created.error().code, Errc::kExists);
}

TEST_F(DatabaseTest, KeepsOldIndicesCompleteWhenAChangeFailsHalfway) {
  ASSERT_TRUE(change_schema(things(kByName)));
  create_things(700);
  ASSERT_TRUE(create("things", R"({"name":"n2"})"));
  const std::uint32_t id = index("by_name").id;
  bool wrote = false;
  // by_name goes and one_name comes; a row is written between the batches, then the last row turns
  // out to be a double.
  const auto changed = run(database_.change_schema(
      parse_object(things(kUniqueName)), {}, {[&](std::uint64_t) {
        net::co_spawn(
            io_,
            [this]() -> Task<> {
              auto rename = [this](const Schema& schema, Transaction& transaction) {
                return writer(schema, transaction, unrestricted_access_for_the_node_itself())
                    .update(
                        *schema.find("things"),
                        RowKey::of_integer(10),
                        parse_object(R"({"name":"moved"})")
                    );
              };
              (void)co_await database_.write(SteadyTime::max(), rename);
            },
            net::detached
        );
        wrote = true;
      }}
  ));
  ASSERT_FALSE(changed);
  ASSERT_TRUE(wrote);
  while (rows("things", R"({"where":{"id":10},"select":["name"]})") != R"([{"name":"moved"}])")
    io_.run_one();
  EXPECT_EQ(entries(id, false), 701u);
  EXPECT_EQ(rows("things", R"({"where":{"name":"moved"},"select":["id"]})"), R"([{"id":10}])");
}

TEST_F(DatabaseTest, MakesAWriteBegunBeforeAChangeConflict) {
  ASSERT_TRUE(change_schema(things("")));
  int attempts = 0;
  auto body = [&](const Schema& schema, Transaction& transaction) -> Result<std::vector<RowKey>> {
    if (++attempts == 1) {
      // The change happens after this transaction began and fetched its schema.
      std::optional<bool> changed;
      net::co_spawn(
          io_,
          database_.change_schema(parse_object(things("", R"(,"extra":{"type":"text"})")), {}),
          [&](std::exception_ptr, auto result) { changed = result.has_value(); }
      );
      while (!changed)
        io_.run_one();
      EXPECT_TRUE(*changed);
    }
    const bool has_extra = schema.find("things")->find_field("extra") != nullptr;
    const std::vector<json::object> given{
        parse_object(has_extra ? R"({"extra":"new"})" : R"({"name":"old"})")
    };
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .create(*schema.find("things"), given);
  };
  ASSERT_TRUE(write(body));
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(rows("things", R"({"select":["name","extra"]})"), R"([{"name":null,"extra":"new"}])");
}

TEST_F(DatabaseTest, RefusesASecondChangeWhileOneRuns) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(10);
  std::optional<Errc> second;
  const auto first =
      run(database_.change_schema(parse_object(things(kByName)), {}, {[&](std::uint64_t) {
                                    net::co_spawn(
                                        io_,
                                        database_.change_schema(parse_object("{}"), {}),
                                        [&](std::exception_ptr, auto result) {
                                          second = result ? Errc::kInternal : result.error().code;
                                        }
                                    );
                                    while (!second)
                                      io_.poll_one();
                                  }}));
  ASSERT_TRUE(first);
  EXPECT_EQ(second, Errc::kConflict);
  EXPECT_TRUE(change_schema("{}"));
}

TEST_F(DatabaseTest, ReservesNumbersEvenForARefusedChange) {
  ASSERT_TRUE(change_schema(things("")));
  ASSERT_TRUE(create("things", R"([{"name":"twice"},{"name":"twice"}])"));
  const std::string data =
      R"({"entities":{"things":{"fields":{"name":{"type":"text"},"size":{"type":"number"}}},
    "others":{"fields":{"x":{"type":"text"}}}},"indices":{)" +
      std::string(kUniqueName) + "}}";
  EXPECT_FALSE(change_schema(data));
  Catalog stored = catalog();
  const std::uint32_t others = stored.entity("others");
  EXPECT_EQ(stored, catalog());
  ASSERT_TRUE(change_schema(R"({"entities":{"newer":{"fields":{"x":{"type":"text"}}}}})"));
  EXPECT_NE(database_.schema()->find("newer")->id, others);
}

TEST_F(DatabaseTest, KeepsTheKeyFormatOfAnEntityWithRows) {
  ASSERT_TRUE(change_schema(things("")));
  constexpr std::string_view kUuid =
      R"({"entities":{"things":{"config":{"primary_format":"uuid"},"fields":{"name":{"type":"text"}}}}})";
  ASSERT_TRUE(change_schema(kUuid));
  ASSERT_TRUE(create("things", R"({"name":"x"})"));
  const auto changed = change_schema(things(""));
  ASSERT_FALSE(changed);
  EXPECT_EQ(
      changed.error().message, R"(The primary format of "things" cannot change while it has rows)"
  );
  ASSERT_TRUE(change_schema("{}"));
  EXPECT_FALSE(change_schema(things("")));
  EXPECT_TRUE(change_schema(kUuid));
}

TEST_F(DatabaseTest, OpensWhatWasStoredWithoutWriting) {
  const auto data = parse_object(things(kByName));
  ASSERT_TRUE(run(database_.change_schema(data, {})));
  create_things(2);
  const Sequence before = engine_.last_commit();
  Database again(StoreAccess{engine_, lane_}, kApplication, clock_);
  ASSERT_TRUE(run(again.open(data)));
  EXPECT_EQ(engine_.last_commit(), before);
  EXPECT_EQ(again.schema()->find("things")->id, database_.schema()->find("things")->id);
  EXPECT_EQ(again.schema()->indices()[0]->id, index("by_name").id);
}

TEST_F(DatabaseTest, FillsAtTheStartWhatTheCatalogueLacks) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(2);
  Database again(StoreAccess{engine_, lane_}, kApplication, clock_);
  ASSERT_TRUE(run(again.open(parse_object(things(kByName)))));
  EXPECT_EQ(entries(again.schema()->indices()[0]->id, false), 2u);
}

TEST_F(DatabaseTest, KeepsApplicationsApart) {
  ASSERT_TRUE(change_schema(things("")));
  create_things(1);
  Database other(StoreAccess{engine_, lane_}, kApplication + 1, clock_);
  ASSERT_TRUE(run(other.change_schema(parse_object(things(kByName)), {})));
  EXPECT_TRUE(catalog().indices().empty());
  EXPECT_EQ(entries(1, false), 0u);
}

}  // namespace
}  // namespace noded::database
