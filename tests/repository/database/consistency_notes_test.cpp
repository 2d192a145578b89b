// What the check of the records tells although nothing is damaged.
#include "repository/database/consistency.hpp"
#include "repository/database/index_fill.hpp"
#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::database {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::parse_object;

constexpr std::string_view kAlbum = R"({
  "entities": {
    "posts": {"fields":{"title":{"type":"text"}}},
    "media": {"fields":{"path":{"type":"text"}}}
  },
  "relations": {
    "p": {"type":"poly","source":"posts","target":"media","config":{"mappedBy":"images"}}
  }
})";

class ConsistencyNotes : public testing_support::DatabaseFixture {
 protected:
  void use(std::string_view data) {
    const auto schema = change_schema(data);
    ASSERT_TRUE(schema) << schema.error().message;
  }
  void made(std::string_view entity, std::string_view rows) {
    const auto created = create(entity, rows);
    ASSERT_TRUE(created) << created.error().message;
  }
  ConsistencyReport check(Database& database) { return run(Consistency(database).check()).value(); }
  // "rows_kept tags 2: sentence"
  static std::vector<std::string> notes(const ConsistencyReport& report) {
    std::vector<std::string> out;
    for (const Note& note : report.notes) {
      out.push_back(
          std::string(code_of(note.what)) + " " + note.entity + " " + std::to_string(note.rows) +
          ": " + note.sentence
      );
    }
    return out;
  }
};

TEST_F(ConsistencyNotes, RowsOfAnEntityThatIsGoneAreCountedUntilItIsBack) {
  constexpr std::string_view kBoth =
      R"({"entities":{"notes":{"fields":{"text":{"type":"text"}}},
          "old":{"fields":{"text":{"type":"text"}}}}})";
  use(kBoth);
  made("notes", R"({"text":"stays"})");
  made("old", R"([{"text":"a"},{"text":"b"}])");
  EXPECT_THAT(notes(check(database_)), IsEmpty());
  use(R"({"entities":{"notes":{"fields":{"text":{"type":"text"}}}}})");
  const ConsistencyReport report = check(database_);
  EXPECT_THAT(
      notes(report),
      ElementsAre("rows_kept old 2: 2 rows of \"old\" are kept although the configuration no "
                  "longer has that entity")
  );
  EXPECT_THAT(report.found, IsEmpty());
  EXPECT_EQ(report.rows, 1);
  use(kBoth);
  EXPECT_THAT(notes(check(database_)), IsEmpty());
}

TEST_F(ConsistencyNotes, AnEntityThatIsGoneWithAllItsRowsIsNotNamed) {
  use(R"({"entities":{"old":{"fields":{"text":{"type":"text"}}}}})");
  made("old", R"({"text":"a"})");
  ASSERT_TRUE(erase("old", 1));
  use(R"({"entities":{}})");
  EXPECT_THAT(notes(check(database_)), IsEmpty());
}

TEST_F(ConsistencyNotes, ARowThatCannotBeReadIsDamageAlsoWhereTheEntityIsGone) {
  use(R"({"entities":{"old":{"fields":{"text":{"type":"text"}}}}})");
  made("old", R"([{"text":"a"},{"text":"b"}])");
  const std::string key =
      keys::row(kApplication, *database_.schema()->find("old"), RowKey::of_integer(2));
  auto transaction = engine_.begin({}).value();
  transaction->put(key, "nonsense");
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  use(R"({"entities":{}})");
  const ConsistencyReport report = check(database_);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].what, Flaw::kRow);
  EXPECT_EQ(report.findings[0].entity, "old");
  EXPECT_EQ(report.findings[0].key, "2");
}

TEST_F(ConsistencyNotes, PolymorphicReferencesToRowsThatAreNotThereAreNamed) {
  use(kAlbum);
  made("posts", R"([{"title":"First"},{"title":"Second"}])");
  made("media", R"([
    {"path":"a","reference":"posts.images","entity_id":"1"},
    {"path":"b","reference":"posts.images","entity_id":"2"},
    {"path":"c","reference":"posts.images","entity_id":"3"},
    {"path":"d","reference":"posts.images","entity_id":"first"},
    {"path":"e","reference":"posts.covers","entity_id":"9"},
    {"path":"f","reference":"posts.images"},
    {"path":"g"}])");
  EXPECT_THAT(
      notes(check(database_)),
      ElementsAre("polymorphic_dangling media 2: 2 rows of \"media\" refer by \"posts.images\" to "
                  "rows of \"posts\" that are not there: 3, 4")
  );
  // What the record layer allows is no damage.
  ASSERT_TRUE(erase("posts", 1));
  const ConsistencyReport report = check(database_);
  EXPECT_THAT(report.found, IsEmpty());
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes[0].rows, 3);
}

TEST_F(ConsistencyNotes, OfManyPolymorphicReferencesTheFirstAreNamed) {
  use(kAlbum);
  made("posts", R"({"title":"First"})");
  for (int i = 0; i < 7; ++i)
    made("media", R"({"path":"a","reference":"posts.images","entity_id":"8"})");
  ASSERT_EQ(check(database_).notes.size(), 1U);
  EXPECT_THAT(check(database_).notes[0].sentence, testing::EndsWith(": 1, 2, 3, 4, 5 and 2 more"));
}

TEST_F(ConsistencyNotes, AnIndexThatIsBeingFilledIsNamedAndItsEntriesAreNotMissed) {
  constexpr int kRows = 1203;
  constexpr std::string_view kPlain =
      R"({"entities":{"notes":{"fields":{"n":{"type":"number"}}}}})";
  constexpr std::string_view kIndexed =
      R"({"entities":{"notes":{"fields":{"n":{"type":"number"}}}},
          "indices":{"by_n":{"entity":"notes","fields":["n"]}}})";
  use(kPlain);
  std::string rows = "[";
  for (int i = 0; i < kRows; ++i)
    rows += std::string(i > 0 ? "," : "") + R"({"n":)" + std::to_string(i) + "}";
  made("notes", rows + "]");

  Database first({engine_, lane_}, kApplication, clock_);
  ASSERT_TRUE(run(first.open(parse_object(kPlain))));
  const auto pause = [&](std::uint64_t /*rows*/) {
    first.pause_changes();
  };
  ASSERT_FALSE(run(first.change_schema(parse_object(kIndexed), {}, {pause, {}})));
  Database second({engine_, lane_}, kApplication, clock_);
  ASSERT_TRUE(run(second.open(parse_object(kPlain))));
  const ConsistencyReport report = check(second);
  EXPECT_THAT(report.found, IsEmpty());
  EXPECT_THAT(
      notes(report),
      ElementsAre("index_filling notes 1203: the index \"by_n\" of \"notes\" is being filled by a "
                  "change of the schema, 500 of 1203 rows so far: it was not compared with the rows"
      )
  );
  ASSERT_TRUE(run(second.resume_change()));
  EXPECT_THAT(notes(check(second)), IsEmpty());
}

}  // namespace
}  // namespace noded::database
