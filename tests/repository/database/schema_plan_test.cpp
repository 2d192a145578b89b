#include "repository/database/schema_plan.hpp"

#include "support/database_fixture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace noded::database {
namespace {

using testing_support::parse_object;

constexpr std::string_view kBefore = R"({
  "entities": {
    "users": {"fields":{"name":{"type":"text"}}},
    "posts": {"fields":{"title":{"type":"text"},"slug":{"type":"text"},"n":{"type":"number"}}}
  },
  "relations": {"a": {"type":"n:1","source":"posts","target":"users"}},
  "indices": {
    "by_title":{"entity":"posts","fields":["title"]},
    "one_slug":{"entity":"posts","fields":["slug"],"unique":true}
  }
})";

char sign_of(SchemaPlan::What what) {
  return what == SchemaPlan::What::kAdded ? '+' : what == SchemaPlan::What::kRemoved ? '-' : '~';
}

// "+entity tags 0, ~field posts.n [config.required], …"
std::vector<std::string> lines_of(const SchemaPlan& plan) {
  std::vector<std::string> lines;
  for (const auto& entity : plan.entities)
    lines.push_back(fmt::format("{}entity {} {}", sign_of(entity.what), entity.name, entity.rows));
  for (const auto& field : plan.fields) {
    lines.push_back(fmt::format(
        "{}field {}.{} [{}]",
        sign_of(field.what),
        field.entity,
        field.name,
        fmt::join(field.members, " ")
    ));
  }
  for (const auto& relation : plan.relations)
    lines.push_back(fmt::format("{}relation {}", sign_of(relation.what), relation.name));
  for (const auto& index : plan.indices) {
    lines.push_back(fmt::format(
        "{}{} {} {}({}) {}",
        sign_of(index.what),
        index.unique ? "unique" : "index",
        index.name,
        index.entity,
        fmt::join(index.fields, " "),
        index.rows
    ));
  }
  return lines;
}

struct PlanCase {
  std::string_view what;
  std::string_view path;   // "entities/posts/fields/n": the member that is set
  std::string_view value;  // JSON; empty: it is removed
  std::vector<std::string> expected;
  std::uint64_t rows;
};

// Sets or removes the member at `path`.
json::object edited(std::string_view text, std::string_view path, std::string_view value) {
  json::object data = parse_object(text);
  json::object* parent = &data;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    parent = &(*parent)[path.substr(0, slash)].as_object();
    path.remove_prefix(slash + 1);
  }
  if (value.empty()) {
    parent->erase(path);
  } else {
    (*parent)[path] = testing_support::parse(value);
  }
  return data;
}

TEST(SchemaPlan, NamesWhatIsAddedRebuiltAndDropped) {
  const PlanCase cases[] = {
      {"nothing", "entities/users/type", R"("regular")", {}, 0},
      {"an entity more",
       "entities/tags",
       R"({"fields":{"x":{"type":"text"}}})",
       {"+entity tags 0"},
       0},
      {"a field more",
       "entities/posts/fields/more",
       R"({"type":"text"})",
       {"+field posts.more []"},
       0},
      {"a field less", "entities/posts/fields/n", "", {"-field posts.n []"}, 0},
      {"a field of another type",
       "entities/posts/fields/n",
       R"({"type":"boolean"})",
       {"~field posts.n [type]"},
       0},
      {"a required field",
       "entities/posts/fields/n",
       R"({"type":"number","config":{"required":true}})",
       {"~field posts.n [config.required]"},
       0},
      {"an index more",
       "indices/by_n",
       R"({"entity":"posts","fields":["n"]})",
       {"+index by_n posts(n) 1000"},
       1000},
      {"a unique index more",
       "indices/one_title",
       R"({"entity":"posts","fields":["title","n"],"unique":true})",
       {"+unique one_title posts(title n) 1000"},
       1000},
      {"an index less", "indices/by_title", "", {"-index by_title posts(title) 0"}, 0},
      {"an index over other fields",
       "indices/by_title",
       R"({"entity":"posts","fields":["title","n"]})",
       {"~index by_title posts(title n) 1000"},
       1000},
      {"an index that becomes unique",
       "indices/by_title",
       R"({"entity":"posts","fields":["title"],"unique":true})",
       {"~unique by_title posts(title) 1000"},
       1000},
      {"a relation less",
       "relations/a",
       "",
       {"-field posts.users_id []",
        "-relation n1_posts_users",
        "-index idx_posts_users_id posts(users_id) 0"},
       0},
  };
  Catalog stored;
  const auto before = Schema::build(parse_object(kBefore), stored, true);
  ASSERT_TRUE(before) << before.error().message;
  const RowCounts rows{{(*before)->find("posts")->id, 1000}, {(*before)->find("users")->id, 5}};
  for (const PlanCase& one : cases) {
    SCOPED_TRACE(one.what);
    const auto plan = plan_schema(**before, stored, edited(kBefore, one.path, one.value), rows);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(lines_of(*plan), one.expected);
    EXPECT_EQ(plan->rows, one.rows);
    EXPECT_EQ(plan->is_empty(), one.expected.empty());
  }
}

TEST(SchemaPlan, CountsTheRowsOfAnEntityOnceForAllItsIndices) {
  Catalog stored;
  const auto before = Schema::build(parse_object(kBefore), stored, true);
  const RowCounts rows{{(*before)->find("posts")->id, 1000}};
  json::object data = edited(kBefore, "indices/x", R"({"entity":"posts","fields":["n"]})");
  data["indices"].as_object()["y"] = {{"entity", "posts"}, {"fields", {"n", "slug"}}};
  const auto plan = plan_schema(**before, stored, data, rows);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->indices.size(), 2U);
  EXPECT_EQ(plan->rows, 1000U);
}

TEST(SchemaPlan, NamesTheKeptRowsOfAnEntityThatGoes) {
  Catalog stored;
  const auto before = Schema::build(parse_object(kBefore), stored, true);
  const RowCounts rows{{(*before)->find("posts")->id, 1000}};
  json::object data = edited(kBefore, "entities/posts", "");
  data.erase("relations");
  data.erase("indices");
  const auto plan = plan_schema(**before, stored, data, rows);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(lines_of(*plan).front(), "-entity posts 1000");
}

TEST(SchemaObstacles, AreNamedAllAtOnce) {
  const auto found = find_obstacles(parse_object(R"({
    "entities": {
      "good": {"fields":{"x":{"type":"text"}}},
      "bad": {"fields":{"e":{"type":"enum","config":{"options":{"type":"strings","values":["a"]},"default_value":"z"}}}}
    },
    "relations": {"r": {"type":"n:1","source":"good","target":"nobody"}},
    "indices": {"i": {"entity":"nobody","fields":["x"]}, "j": {"entity":"good","fields":["y"]}}
  })"));
  std::vector<std::string> places;
  for (const SchemaObstacle& obstacle : found) {
    places.push_back(obstacle.place);
    EXPECT_FALSE(obstacle.reason.empty());
  }
  EXPECT_EQ(
      places, (std::vector<std::string>{"entities/bad", "relations/r", "indices/i", "indices/j"})
  );
}

TEST(SchemaObstacles, AreNoneWhereAllCanBeBuilt) {
  EXPECT_TRUE(find_obstacles(parse_object(kBefore)).empty());
}

class StoredPlan : public testing_support::DatabaseFixture {};

TEST_F(StoredPlan, TakesRowsAndRateFromTheStore) {
  constexpr std::string_view kPlain = R"({"entities":{"a":{"fields":{"x":{"type":"number"}}}}})";
  constexpr std::string_view kIndexed =
      R"({"entities":{"a":{"fields":{"x":{"type":"number"}}}},"indices":{"i":{"entity":"a","fields":["x"]}}})";
  ASSERT_TRUE(change_schema(kPlain));
  std::string rows = R"([{"x":0})";
  for (int i = 0; i < 1499; ++i)
    rows += R"(,{"x":1})";
  ASSERT_TRUE(create("a", rows + "]"));
  const Sequence before = engine_.last_commit();
  const auto first = run(plan_change(database_, parse_object(kIndexed)));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->rows, 1500U);
  EXPECT_EQ(first->rows_per_second, 0U) << "nothing was filled yet";
  EXPECT_EQ(engine_.last_commit(), before) << "a plan writes nothing";
  ASSERT_TRUE(change_schema(kIndexed));
  const auto second = run(plan_change(database_, parse_object(kPlain)));
  ASSERT_TRUE(second);
  EXPECT_GT(second->rows_per_second, 0U);
}

TEST_F(StoredPlan, NamesAnotherKeyFormatAsAnObstacle) {
  ASSERT_TRUE(change_schema(R"({"entities":{"a":{"fields":{"x":{"type":"number"}}}}})"));
  ASSERT_TRUE(create("a", R"({"x":1})"));
  const auto plan = run(plan_change(
      database_,
      parse_object(
          R"({"entities":{"a":{"config":{"primary_format":"uuid"},"fields":{"x":{"type":"number"}}}}})"
      )
  ));
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->obstacles.size(), 1U);
  EXPECT_EQ(plan->obstacles[0].place, "entities/a/config/primary_format");
}

}  // namespace
}  // namespace noded::database
