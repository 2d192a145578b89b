#include "repository/database/visible_change.hpp"

#include "repository/database/row.hpp"
#include "support/database_fixture.hpp"

#include <optional>

namespace noded::database {
namespace {

using Kind = Change::Kind;

class VisibleChange : public testing_support::DatabaseFixture {
 protected:
  void SetUp() override {
    Catalog catalog;
    auto schema = Schema::build(
        testing_support::parse_object(
            R"({"entities":{"notes":{"fields":{"owner":{"type":"text"}}}}})"
        ),
        catalog,
        true
    );
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    schema_ = *schema;
    notes_ = schema_->find("notes");
  }

  std::string owned_by(const char* owner) const {
    RowBuilder row;
    row.set(notes_->find_field("owner")->id, ValueView::of_text(owner));
    return row.build();
  }
  std::optional<Kind> seen(Kind kind, const std::string& before, const std::string& after) {
    auto filter = Filter::compile(
        *notes_, testing_support::parse(R"({"owner":"me"})"), Grammar::kPolicy, false, true
    );
    EXPECT_TRUE(filter.has_value());
    const Access::Rows rows{std::make_shared<const Filter>(std::move(*filter)), {}};
    auto transaction = engine_.begin({});
    EXPECT_TRUE(transaction.has_value());
    const Change change{kind, 0, notes_->id, RowKey::of_integer(1), before, after};
    const auto found = seen_as(change, rows, kApplication, **transaction);
    EXPECT_TRUE(found.has_value());
    const auto all = seen_as(change, {}, kApplication, **transaction);
    EXPECT_TRUE(all.has_value() && *all == kind) << "who sees all rows sees the change itself";
    return found.value_or(std::nullopt);
  }

  std::shared_ptr<const Schema> schema_;
  const Entity* notes_ = nullptr;
};

TEST_F(VisibleChange, IsWhatBecomesOfTheRowsThatOneSees) {
  const std::string mine = owned_by("me");
  const std::string others = owned_by("you");
  EXPECT_EQ(seen(Kind::kCreated, "", mine), Kind::kCreated);
  EXPECT_EQ(seen(Kind::kCreated, "", others), std::nullopt);
  EXPECT_EQ(seen(Kind::kUpdated, mine, mine), Kind::kUpdated);
  EXPECT_EQ(seen(Kind::kUpdated, others, others), std::nullopt);
  EXPECT_EQ(seen(Kind::kUpdated, others, mine), Kind::kCreated) << "it comes into sight";
  EXPECT_EQ(seen(Kind::kUpdated, mine, others), Kind::kErased) << "it goes out of sight";
  EXPECT_EQ(seen(Kind::kErased, mine, ""), Kind::kErased);
  EXPECT_EQ(seen(Kind::kErased, others, ""), std::nullopt);
}

}  // namespace
}  // namespace noded::database
