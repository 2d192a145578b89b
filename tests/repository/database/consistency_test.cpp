#include "repository/database/consistency.hpp"

#include "repository/database/blog_fixture.hpp"
#include "repository/database/change.hpp"
#include "repository/database/index_entry.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/mending.hpp"
#include "repository/database/record_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A blog of two authors and three posts, in which one thing after another is broken behind the
// record layer's back.
class ConsistencyOf : public BlogFixture {
 protected:
  ConsistencyOf() {
    made("authors", R"({"name":"Bob"})");
    made("posts", R"([{"title":"Second","slug":"second","authors_id":2},{"title":"Third"}])");
    made("comments", R"({"content":"Well","posts_id":1})");
    made("tags", R"({"label":"x"})");
  }

  const Entity& entity(std::string_view name) {
    schema_ = database_.schema();
    return *schema_->find(name);
  }
  const Index& index(std::string_view entity_name, bool unique) {
    for (const Index* found : entity(entity_name).indices) {
      if (found->unique == unique) return *found;
    }
    throw std::runtime_error("no such index");
  }

  // Body: void(Transaction&). Straight to the engine.
  template <class Body>
  void tamper(Body body) {
    auto transaction = engine_.begin({}).value();
    body(*transaction);
    const auto committed = run(engine_.commit(std::move(transaction)));
    ASSERT_TRUE(committed) << committed.error().message;
  }

  std::string row_key(std::string_view entity_name, std::int64_t id) {
    return keys::row(kApplication, entity(entity_name), RowKey::of_integer(id));
  }
  std::string stored(const std::string& key) {
    std::string value;
    EXPECT_TRUE(engine_.begin({}).value()->peek(key, value).value());
    return value;
  }
  std::string entry_of_row(const Index& index, std::int64_t id) {
    const std::string row = stored(row_key(index.entity->name, id));
    const RowView view(row);
    return entry_of(kApplication, index, RowKey::of_integer(id), &view).key;
  }

  ConsistencyReport check() { return run(Consistency(database_).check()).value(); }
  ConsistencyReport repair() { return run(Consistency(database_).repair()).value(); }

  // "index_missing posts/1", in the order in which they were found.
  static std::vector<std::string> named(const ConsistencyReport& report) {
    std::vector<std::string> out;
    for (const Finding& finding : report.findings) {
      std::string text(code_of(finding.what));
      if (!finding.entity.empty()) text += " " + finding.entity;
      if (!finding.key.empty()) text += "/" + finding.key;
      out.push_back(text + (finding.is_mendable ? "" : " !"));
    }
    return out;
  }
  static std::uint64_t mended(const ConsistencyReport& report, Flaw flaw) {
    const auto found = report.mended.find(flaw);
    return found == report.mended.end() ? 0 : found->second;
  }

  std::shared_ptr<const Schema> schema_;
};

TEST_F(ConsistencyOf, AStoreInOrderFindsNothingAndCountsWhatItSaw) {
  const ConsistencyReport report = check();
  EXPECT_THAT(named(report), IsEmpty());
  EXPECT_THAT(report.found, IsEmpty());
  EXPECT_EQ(report.entities, 6);  // with the connection of posts and tags
  EXPECT_EQ(report.rows, 7);
  EXPECT_EQ(report.changes, 7);
  EXPECT_GT(report.index_entries, 0);
}

TEST_F(ConsistencyOf, TellsHowFarItIs) {
  std::vector<std::uint64_t> seen;
  const auto report =
      run(Consistency(database_, [&seen](std::uint64_t walked) { seen.push_back(walked); }).check()
      );
  ASSERT_TRUE(report);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back(), report->rows + report->index_entries + report->changes);
}

TEST_F(ConsistencyOf, AnIndexEntryThatIsGoneIsNamedAndComesBack) {
  const Index& authors = index("posts", false);
  const std::string entry = entry_of_row(authors, 2);
  tamper([&](Transaction& transaction) { transaction.erase(entry); });
  EXPECT_THAT(named(check()), ElementsAre("index_missing posts/2"));
  const ConsistencyReport after = repair();
  EXPECT_THAT(named(after), IsEmpty());
  EXPECT_EQ(mended(after, Flaw::kIndexMissing), 1);
  EXPECT_EQ(stored(entry), "");
}

TEST_F(ConsistencyOf, AUniqueEntryThatIsGoneIsNamedAndComesBack) {
  const std::string entry = entry_of_row(index("posts", true), 1);
  tamper([&](Transaction& transaction) { transaction.erase(entry); });
  EXPECT_THAT(named(check()), ElementsAre("index_missing posts/1"));
  EXPECT_THAT(named(repair()), IsEmpty());
  EXPECT_EQ(stored(entry), RowKey::of_integer(1).bytes());
}

TEST_F(ConsistencyOf, AnEntryForARowThatIsNotThereIsNamedAndGoes) {
  const Index& authors = index("posts", false);
  std::string entry = keys::prefix(kApplication, keys::Space::kIndex, authors.id);
  keys::append_value(entry, ValueView::of_integer(1));
  entry.append(RowKey::of_integer(77).bytes());
  tamper([&](Transaction& transaction) { transaction.put(entry, {}); });
  const ConsistencyReport before = check();
  EXPECT_THAT(named(before), ElementsAre("index_stale posts/77"));
  EXPECT_THAT(before.findings.front().sentence, HasSubstr("lists row 77, which is not there"));
  const ConsistencyReport after = repair();
  EXPECT_THAT(named(after), IsEmpty());
  EXPECT_EQ(mended(after, Flaw::kIndexStale), 1);
}

TEST_F(ConsistencyOf, AnEntryUnderOtherValuesIsNamedBesideTheOneThatIsMissing) {
  const Index& slugs = index("posts", true);
  const std::string right = entry_of_row(slugs, 2);
  std::string wrong = keys::prefix(kApplication, keys::Space::kUnique, slugs.id);
  keys::append_value(wrong, ValueView::of_text("zweiter"));
  tamper([&](Transaction& transaction) {
    transaction.erase(right);
    transaction.put(wrong, RowKey::of_integer(2).bytes());
  });
  EXPECT_THAT(named(check()), ElementsAre("index_stale posts/2", "index_missing posts/2"));
  EXPECT_THAT(named(repair()), IsEmpty());
}

TEST_F(ConsistencyOf, AUniqueEntryThatNamesTheWrongRowIsGivenBack) {
  const std::string entry = entry_of_row(index("posts", true), 1);
  tamper([&](Transaction& transaction) { transaction.put(entry, RowKey::of_integer(3).bytes()); });
  EXPECT_THAT(named(check()), ElementsAre("index_stale posts/3", "index_missing posts/1"));
  EXPECT_THAT(named(repair()), IsEmpty());
  EXPECT_EQ(stored(entry), RowKey::of_integer(1).bytes());
}

TEST_F(ConsistencyOf, TwoRowsWithTheValuesOfOneAreNamedAndLeftToAPerson) {
  const std::string twin = stored(row_key("posts", 1));
  const Index& authors = index("posts", false);
  const RowView row(twin);
  const RowKey key = RowKey::of_integer(3);
  const std::string entry = entry_of(kApplication, authors, key, &row).key;
  const std::string old_entry = entry_of_row(authors, 3);
  tamper([&](Transaction& transaction) {
    transaction.put(row_key("posts", 3), twin);
    transaction.erase(old_entry);
    transaction.put(entry, {});
  });
  EXPECT_THAT(named(check()), ElementsAre("not_unique posts/3 !"));
  EXPECT_THAT(named(repair()), ElementsAre("not_unique posts/3 !"));
}

TEST_F(ConsistencyOf, AKeptCountThatIsOffIsNamedAndCorrectedBesideWrites) {
  for (const std::int64_t off : {1, -2}) {
    tamper([&](Transaction& transaction) {
      transaction.add(keys::row_count(kApplication, entity("posts")), off);
    });
    const ConsistencyReport before = check();
    EXPECT_THAT(named(before), ElementsAre("count_wrong posts"));
    EXPECT_THAT(
        before.findings.front().sentence,
        HasSubstr("has 3 rows, but the kept count says " + std::to_string(3 + off))
    );
    EXPECT_THAT(named(repair()), IsEmpty());
  }
}

TEST_F(ConsistencyOf, ARowWhoseBytesAreBrokenIsNamedAndItsIndexEntriesStay) {
  std::string row = stored(row_key("posts", 2));
  const std::string entry = entry_of_row(index("posts", true), 2);
  row.resize(row.size() - 3);
  tamper([&](Transaction& transaction) { transaction.put(row_key("posts", 2), row); });
  EXPECT_THAT(named(check()), ElementsAre("row_unreadable posts/2 !"));
  EXPECT_THAT(named(repair()), ElementsAre("row_unreadable posts/2 !"));
  EXPECT_EQ(stored(entry), RowKey::of_integer(2).bytes());
}

TEST_F(ConsistencyOf, ARowUnderAKeyOfAnotherSizeIsNamed) {
  tamper([&](Transaction& transaction) {
    transaction.put(row_key("tags", 1) + "x", stored(row_key("tags", 1)));
    transaction.add(keys::row_count(kApplication, entity("tags")), 1);
  });
  const ConsistencyReport report = check();
  EXPECT_THAT(named(report), ElementsAre("row_unreadable tags !"));
  EXPECT_THAT(report.findings.front().sentence, HasSubstr("a key of 9 bytes"));
}

TEST_F(ConsistencyOf, AReferenceToARowThatIsNotThereIsNamedAndLeftToAPerson) {
  // The author goes without what a deletion does about her posts.
  tamper([&](Transaction& transaction) {
    transaction.erase(row_key("authors", 2));
    transaction.add(keys::row_count(kApplication, entity("authors")), -1);
  });
  const ConsistencyReport report = check();
  EXPECT_THAT(named(report), ElementsAre("reference_dangling posts/2 !"));
  EXPECT_EQ(
      report.findings.front().sentence,
      "row 2 of \"posts\" refers by \"authors_id\" to row 2 of \"authors\", which is not there"
  );
}

TEST_F(ConsistencyOf, AHighMarkBelowAKeyIsNamedAndRaised) {
  const std::string row = stored(row_key("tags", 1));
  tamper([&](Transaction& transaction) {
    transaction.put(row_key("tags", 9), row);
    transaction.add(keys::row_count(kApplication, entity("tags")), 1);
  });
  EXPECT_THAT(named(check()), ElementsAre("identifier_low tags/9"));
  EXPECT_THAT(named(repair()), IsEmpty());
  const auto made = create("tags", R"({"label":"next"})");
  ASSERT_TRUE(made);
  EXPECT_GT(made->front().integer(), 9);
}

TEST_F(ConsistencyOf, AChangeThatCannotBeReadIsNamed) {
  std::string key = keys::prefix(kApplication, keys::Space::kFeed);
  key.append("\0\0\0\0\0\0\0\x02\0\0\0\x07", 12);
  tamper([&](Transaction& transaction) { transaction.put(key, "nonsense"); });
  EXPECT_THAT(named(check()), ElementsAre("change_unreadable/2.7 !"));
}

TEST_F(ConsistencyOf, AChangeOfACommitThatNeverWasIsNamed) {
  std::string key = keys::prefix(kApplication, keys::Space::kFeed);
  key.append("\0\0\0\x01\0\0\0\0\0\0\0\0", 12);
  const std::string row = stored(row_key("tags", 1));
  const Change change{Change::Kind::kCreated, 0, entity("tags").id, RowKey::of_integer(1), {}, row};
  const std::string bytes = encode(change);
  tamper([&](Transaction& transaction) { transaction.put(key, bytes); });
  EXPECT_THAT(named(check()), ElementsAre("change_unreadable/4294967296.0 !"));
}

TEST_F(ConsistencyOf, WhatOthersWroteMeanwhileIsNotMendedAgain) {
  const Index& slugs = index("posts", true);
  const std::string entry = entry_of_row(slugs, 1);
  const std::string key(RowKey::of_integer(1).bytes());
  ASSERT_TRUE(erase("comments", 1));
  ASSERT_TRUE(erase("posts", 1));
  made("posts", R"({"title":"Fourth","slug":"first"})");
  const Damage missing{Damage::Kind::kMissingEntry, slugs.id, key, 0};
  const Damage stale{Damage::Kind::kStaleEntry, slugs.id, entry, 0};
  tamper([&](Transaction& transaction) {
    const auto schema = database_.schema();
    EXPECT_EQ(mend(transaction, kApplication, *schema, missing), false);
    EXPECT_EQ(mend(transaction, kApplication, *schema, stale), false);
  });
  EXPECT_THAT(named(check()), IsEmpty());
}

TEST_F(ConsistencyOf, AMendingConflictsWithAWriteOfTheSameRow) {
  const Index& slugs = index("posts", true);
  const std::string entry = entry_of_row(slugs, 1);
  tamper([&](Transaction& transaction) { transaction.erase(entry); });
  auto mending = engine_.begin({}).value();
  const Damage damage{
      Damage::Kind::kMissingEntry, slugs.id, std::string(RowKey::of_integer(1).bytes()), 0
  };
  ASSERT_EQ(mend(*mending, kApplication, *database_.schema(), damage), true);
  ASSERT_TRUE(update("posts", 1, R"({"slug":"other"})"));
  const auto committed = run(engine_.commit(std::move(mending)));
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, Errc::kConflict);
  EXPECT_THAT(named(check()), IsEmpty());
}

TEST_F(ConsistencyOf, EntriesTooLongForOneTransactionAreMendedInSeveral) {
  constexpr int kLong = 5;  // of 16 MiB each; a transaction may write 64 MiB
  const std::string filling(std::size_t{16} << 20, 'x');
  const std::string prefix =
      keys::prefix(kApplication, keys::Space::kUnique, index("posts", true).id);
  for (int i = 0; i < kLong; ++i) {
    const std::string slug = std::to_string(i) + filling;
    std::string entry = prefix;
    keys::append_value(entry, ValueView::of_text(slug));
    tamper([&](Transaction& transaction) {
      transaction.put(entry, RowKey::of_integer(1000 + i).bytes());
    });
  }
  const ConsistencyReport after = repair();
  EXPECT_THAT(named(after), IsEmpty());
  EXPECT_EQ(mended(after, Flaw::kIndexStale), kLong);
}

TEST_F(ConsistencyOf, OfManyFindingsTheFirstAreListedAndAllAreCountedAndMended) {
  constexpr int kMany = 2500;
  std::string rows = "[";
  for (int i = 0; i < kMany; ++i)
    rows +=
        std::string(i == 0 ? "" : ",") + R"({"title":"t","slug":"s)" + std::to_string(i) + "\"}";
  made("posts", rows + "]");
  const std::string prefix =
      keys::prefix(kApplication, keys::Space::kUnique, index("posts", true).id);
  tamper([&](Transaction& transaction) {
    const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next())
      transaction.erase(cursor->key());
  });
  const ConsistencyReport before = check();
  EXPECT_EQ(before.findings.size(), Consistency::kMostFindings);
  EXPECT_EQ(before.found.at(Flaw::kIndexMissing), kMany + 2);
  const ConsistencyReport after = repair();
  EXPECT_THAT(named(after), IsEmpty());
  EXPECT_EQ(mended(after, Flaw::kIndexMissing), kMany + 2);
}

}  // namespace
}  // namespace noded::database
