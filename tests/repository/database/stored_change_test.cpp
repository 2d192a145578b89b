// Records of a change of the schema, as they are stored and as damage leaves them.
#include "repository/database/stored_change.hpp"

#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::database {
namespace {

using testing_support::parse_object;

// The records of one change, in a transaction that is never committed.
class StoredChangeTest : public testing_support::DatabaseFixture {
 protected:
  StoredChangeTest() : transaction_(std::move(*engine_.begin({}))) {
    change_.data = parse_object(R"({"entities":{"notes":{}}})");
    change_.grown.entity("notes");
    change_.records = {{"configuration", "new"}, {"identity", ""}};
    change_.rows = 7;
    change_.begun_ms = -1;
    records_.put(change_);
    records_.put(FillProgress{1, row_key(1, "\x80"), 5});
    EXPECT_TRUE(records_.add_to_clear({{1, false}, {4294967295, true}}));
  }

  static std::string row_key(std::uint32_t entity, std::string_view rest) {
    return keys::prefix(kApplication, keys::Space::kRow, entity).append(rest);
  }
  void store(std::string_view name, std::string_view text) {
    transaction_->put(keys::meta(kApplication, name), text);
  }
  void lose(std::string_view name) { transaction_->erase(keys::meta(kApplication, name)); }

  template <class T>
  static std::string refusal(const Result<T>& result) {
    return result ? "" : result.error().message;
  }
  static std::string damage_of(std::string_view name) {
    return "the stored \"" + std::string(name) + "\" of the application is damaged";
  }

  std::unique_ptr<Transaction> transaction_;
  ChangeRecords records_{kApplication, *transaction_};
  StoredChange change_;
};

TEST_F(StoredChangeTest, IsReadAsItWasWritten) {
  const auto found = records_.load();
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->grown, change_.grown);
  EXPECT_EQ((*found)->data, change_.data);
  EXPECT_EQ((*found)->rows, 7u);
  EXPECT_EQ((*found)->begun_ms, -1);
  ASSERT_EQ((*found)->records.size(), 2u);
  EXPECT_EQ((*found)->records[0].text, "new");
  EXPECT_EQ((*found)->records[1].text, "");
  const auto progress = records_.progress();
  ASSERT_TRUE(progress) << progress.error().message;
  EXPECT_EQ(progress->entity, 1u);
  EXPECT_EQ(progress->next_row, row_key(1, "\x80"));
  EXPECT_EQ(progress->rows_done, 5u);
  EXPECT_EQ(*records_.to_clear(), (std::vector<IndexToClear>{{1, false}, {4294967295, true}}));
}

TEST_F(StoredChangeTest, IsRefusedWhenAPartOfItIsLost) {
  for (const std::string_view name :
       {"next identity", "next configuration", "schema data", "schema numbers"}) {
    lose(name);
    EXPECT_EQ(refusal(records_.load()), damage_of(name));
  }
  lose("schema change");
  const auto none = records_.load();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(StoredChangeTest, IsRefusedWhenAPartOfItIsDamaged) {
  struct Damage {
    std::string_view name;
    std::string text;
  };
  for (const auto& [name, text] : {
           Damage{"schema numbers", ""},
           Damage{"schema data", "[]"},
           Damage{"schema change", "{"},
           Damage{"schema change", R"({"format":2,"begun":1,"rows":1,"records":[]})"},
           Damage{"schema change", R"({"format":1,"begun":1,"rows":-1,"records":[]})"},
           Damage{"schema change", R"({"format":1,"begun":1,"rows":1,"records":[1]})"},
       }) {
    records_.put(change_);
    store(name, text);
    EXPECT_EQ(refusal(records_.load()), damage_of(name)) << text;
  }
}

TEST_F(StoredChangeTest, GoesOnAtNoRowOfAnotherEntityAndAtNothingElse) {
  for (const std::string& begin : {row_key(2, "\x80"), std::string("\0", 1), std::string("x")}) {
    records_.put(FillProgress{1, begin, 5});
    EXPECT_EQ(refusal(records_.progress()), damage_of("schema progress"));
  }
  store("schema progress", "short");
  EXPECT_EQ(refusal(records_.progress()), damage_of("schema progress"));
}

TEST_F(StoredChangeTest, ClearsNoIndexWhoseNumberIsNone) {
  for (const std::string_view text :
       {"{}", "[1]", "[[1]]", "[[1,0]]", "[[0,true]]", "[[-1,true]]", "[[4294967297,true]]"}) {
    store("schema cleanup", text);
    EXPECT_EQ(refusal(records_.to_clear()), damage_of("schema cleanup")) << text;
  }
}

}  // namespace
}  // namespace noded::database
