// Changes of the schema whose process ends in their midst. A process is a Database here: what it
// knew is gone when it goes, what is stored stays.
#include "repository/database/consistency.hpp"
#include "repository/database/index_fill.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <random>

namespace noded::database {
namespace {

using testing_support::parse;
using testing_support::parse_object;

constexpr std::string_view kPlain =
    R"({"entities":{"notes":{"fields":{"text":{"type":"text"},"n":{"type":"number"}}},
        "others":{"fields":{"text":{"type":"text"}}}}})";
constexpr std::string_view kIndexed =
    R"({"entities":{"notes":{"fields":{"text":{"type":"text"},"n":{"type":"number"}}},
        "others":{"fields":{"text":{"type":"text"}}}},
        "indices":{"by_n":{"entity":"notes","fields":["n"]},
          "one_text":{"entity":"notes","fields":["text"],"unique":true},
          "by_text":{"entity":"others","fields":["text"]}}})";
constexpr int kRows = 1203;

class ResumedChange : public testing_support::DatabaseFixture {
 protected:
  ResumedChange() {
    EXPECT_TRUE(change_schema(kPlain));
    fill("notes", kRows);
    fill("others", 700);
  }

  void fill(std::string_view entity, int count) {
    std::string text = "[";
    for (int i = 0; i < count; ++i)
      text += (i > 0 ? "," : "") + (R"({"text":"t)" + std::to_string(i) + "\"}");
    ASSERT_TRUE(create(entity, text + "]"));
  }

  Database make_process() { return Database({engine_, lane_}, kApplication, clock_); }

  // Begins the change in a process that ends after so many batches.
  void begin_and_end(Database& process, std::string_view data, int batches) {
    ASSERT_TRUE(run(process.open(parse_object(kPlain))));
    const std::vector<MetaRecord> records{{"configuration", "new"}};
    int done = 0;
    const auto stop = [&](std::uint64_t) {
      if (++done == batches) process.pause_changes();
    };
    if (batches == 0) process.pause_changes();
    const auto changed = run(process.change_schema(parse_object(data), records, {stop, {}}));
    ASSERT_FALSE(changed);
    ASSERT_EQ(changed.error().code, Errc::kUnavailable) << changed.error().message;
  }

  std::string stored(std::string_view name) {
    auto body = [&](Transaction& transaction) -> Result<std::string> {
      std::string text;
      const auto found = transaction.get(keys::meta(kApplication, name), text);
      if (!found) return std::unexpected(found.error());
      return *found ? text : "";
    };
    return run(read(database_.store(), SteadyTime::max(), body)).value();
  }

  void expect_in_order(Database& process) {
    Consistency consistency(process, {});
    const auto report = run(consistency.check());
    ASSERT_TRUE(report) << report.error().message;
    for (const Finding& finding : report->findings)
      ADD_FAILURE() << finding.sentence;
  }

  std::size_t stray_entries() {
    auto body = [&](Transaction& transaction) -> Result<std::size_t> {
      std::size_t count = 0;
      for (const auto space : {keys::Space::kIndex, keys::Space::kUnique}) {
        const auto cursor =
            transaction.scan(prefix_range(keys::prefix(kApplication, space)), Direction::kForward);
        while (cursor->next())
          ++count;
        if (auto status = cursor->status(); !status) return std::unexpected(status.error());
      }
      return count;
    };
    return run(read(database_.store(), SteadyTime::max(), body)).value();
  }

  Task<Result<bool>> renumber(Database& process, std::int64_t id) {
    auto body = [this, id](const Schema& schema, Transaction& transaction) {
      return writer(schema, transaction, unrestricted_access_for_the_node_itself())
          .update(*schema.find("notes"), RowKey::of_integer(id), json::object{{"n", id}});
    };
    co_return co_await process.write(SteadyTime::max(), std::move(body));
  }

  Result<> create_one(Database& process, std::string_view row) {
    const std::vector<json::object> rows{parse_object(row)};
    auto body = [&](const Schema& schema, Transaction& transaction) -> Result<> {
      const auto made = writer(schema, transaction, unrestricted_access_for_the_node_itself())
                            .create(*schema.find("notes"), rows);
      if (!made) return std::unexpected(made.error());
      return {};
    };
    return run(process.write(SteadyTime::max(), body));
  }
};

TEST_F(ResumedChange, GoesOnInTheNextProcessWhereItEnded) {
  Database first = make_process();
  begin_and_end(first, kIndexed, 2);
  EXPECT_EQ(stored("configuration"), "");
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  const auto status = second.change_status();
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->is_resumed);
  EXPECT_EQ(status->rows_done, 2 * IndexFill::kBatchRows);
  EXPECT_EQ(status->rows, 1903U);
  ASSERT_TRUE(second.unfinished_change());
  EXPECT_EQ(second.unfinished_change()->records.at(0).text, "new");
  std::vector<std::uint64_t> told;
  bool was_published = false;
  const auto resumed = run(second.resume_change(
      {.on_progress = [&](std::uint64_t rows) { told.push_back(rows); },
       .on_published =
           [&] {
             was_published = true;
           }}
  ));
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(told, (std::vector<std::uint64_t>{1203, 1703, 1903}));
  EXPECT_TRUE(was_published);
  EXPECT_EQ(stored("configuration"), "new");
  for (const std::string_view gone : {"schema change", "schema progress", "next configuration"})
    EXPECT_EQ(stored(gone), "") << gone;
  EXPECT_FALSE(second.change_status());
  expect_in_order(second);
  EXPECT_EQ(stray_entries(), 2U * kRows + 700);
}

TEST_F(ResumedChange, IsKeptUpByWritesBeforeItGoesOn) {
  Database first = make_process();
  begin_and_end(first, kIndexed, 1);
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  ASSERT_TRUE(create_one(second, R"({"text":"between","n":7})"));
  EXPECT_FALSE(create_one(second, R"({"text":"t3"})")) << "row 4 is indexed already";
  ASSERT_TRUE(run(second.resume_change()));
  expect_in_order(second);
  EXPECT_EQ(stray_entries(), 2U * (kRows + 1) + 700);
}

TEST_F(ResumedChange, RefusesAnotherChangeWhileItWaits) {
  Database first = make_process();
  begin_and_end(first, kIndexed, 1);
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  const auto other = run(second.change_schema(parse_object("{}"), {}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::kConflict);
  EXPECT_TRUE(second.change_status()) << "it still waits";
  ASSERT_TRUE(run(second.resume_change()));
}

TEST_F(ResumedChange, IsWithdrawnWholeWhenCancelled) {
  Database first = make_process();
  begin_and_end(first, kIndexed, 3);
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  EXPECT_TRUE(second.cancel_change());
  const auto resumed = run(second.resume_change());
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code, Errc::kConflict);
  EXPECT_EQ(stray_entries(), 0U);
  EXPECT_EQ(stored("schema change"), "");
  EXPECT_EQ(stored("schema cleanup"), "");
  Database third = make_process();
  ASSERT_TRUE(run(third.open(parse_object(kPlain))));
  EXPECT_FALSE(third.unfinished_change());
  expect_in_order(third);
}

TEST_F(ResumedChange, IsWithdrawnWholeWhenRowsAreNotUnique) {
  ASSERT_TRUE(create("notes", R"({"text":"t7"})"));
  Database first = make_process();
  begin_and_end(first, kIndexed, 1);
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  const auto resumed = run(second.resume_change());
  ASSERT_FALSE(resumed);
  EXPECT_EQ(
      resumed.error().message,
      "Index \"one_text\" cannot be unique: rows 8 and 1204 of \"notes\" have the same values"
  );
  EXPECT_EQ(stray_entries(), 0U);
  Database third = make_process();
  ASSERT_TRUE(run(third.open(parse_object(kPlain))));
  EXPECT_FALSE(third.unfinished_change());
}

TEST_F(ResumedChange, IsWithdrawnByAStartThatPutsSomethingElseInForce) {
  Database first = make_process();
  begin_and_end(first, kIndexed, 1);
  Database second = make_process();
  constexpr std::string_view kOther =
      R"({"entities":{"notes":{"fields":{"text":{"type":"text"},"more":{"type":"text"}}}}})";
  ASSERT_TRUE(run(second.open(parse_object(kOther))));
  EXPECT_FALSE(second.unfinished_change());
  EXPECT_EQ(stray_entries(), 0U);
}

TEST_F(ResumedChange, LeavesRemovedIndicesToTheNextProcessWhenItEnds) {
  ASSERT_TRUE(change_schema(kIndexed));
  Database first = make_process();
  ASSERT_TRUE(run(first.open(parse_object(kIndexed))));
  ASSERT_TRUE(run(first.change_schema(parse_object(kPlain), {}, {.on_published = [&] {
                                        first.pause_changes();
                                      }})));
  EXPECT_EQ(stray_entries(), 2U * kRows + 700) << "it was paused before it removed any";
  Database second = make_process();
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  ASSERT_TRUE(run(second.remove_leftovers()));
  EXPECT_EQ(stray_entries(), 0U);
  EXPECT_EQ(stored("schema cleanup"), "");
}

// Thirty processes end after random numbers of batches, with writes between and meanwhile.
TEST_F(ResumedChange, SurvivesManyEndsWithWritesMeanwhile) {
  std::mt19937 random(20261121);  // NOLINT(cert-msc51-cpp): the same each time
  int made = 0;
  for (int round = 0; round < 30; ++round) {
    bool has_begun = false;
    for (bool is_done = false; !is_done;) {
      Database process = make_process();
      ASSERT_TRUE(run(process.open(parse_object(kPlain))));
      ASSERT_TRUE(create_one(process, R"({"text":"made )" + std::to_string(made++) + R"("})"));
      int batches = static_cast<int>(random() % 3);
      int pending = 0;
      const auto step = [&](std::uint64_t) {
        const auto id = static_cast<std::int64_t>(1 + random() % kRows);
        ++pending;
        net::co_spawn(
            io_,
            renumber(process, id),
            [&pending](const std::exception_ptr&, const Result<bool>&) { --pending; }
        );
        if (batches-- == 0) process.pause_changes();
      };
      const auto done = has_begun
                            ? run(process.resume_change({step, {}}))
                            : run(process.change_schema(parse_object(kIndexed), {}, {step, {}}));
      has_begun = true;
      while (pending > 0)
        io_.run_one_for(std::chrono::milliseconds(100));
      is_done = done.has_value();
      if (!is_done) ASSERT_EQ(done.error().code, Errc::kUnavailable) << done.error().message;
      if (is_done) expect_in_order(process);
    }
    Database process = make_process();
    ASSERT_TRUE(run(process.open(parse_object(kIndexed))));
    ASSERT_TRUE(run(process.change_schema(parse_object(kPlain), {})));
    ASSERT_EQ(stray_entries(), 0U);
  }
}

}  // namespace
}  // namespace noded::database
