#include "repository/database/reader.hpp"

#include "repository/database/filter_match.hpp"
#include "support/database_fixture.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <ostream>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using testing_support::parse;
using testing_support::parse_object;

constexpr std::string_view kLibrary = R"({
  "entities": {
    "authors": {"fields":{"name":{"type":"text"},"rank":{"type":"number"}}},
    "posts": {"fields":{
      "title":{"type":"text"},"slug":{"type":"text"},"views":{"type":"number"},"rating":{"type":"number"},
      "live":{"type":"boolean"},"at":{"type":"date","config":{"type":"datetime"}},"meta":{"type":"json"},
      "secret":{"type":"text","config":{"hidden":true}}}},
    "comments": {"config":{"sort_field":"id","sort_dir":"desc"},
                 "fields":{"content":{"type":"text"},"likes":{"type":"number"}}},
    "tags": {"fields":{"label":{"type":"text"}}},
    "nodes": {"fields":{"name":{"type":"text"}}}
  },
  "relations": {
    "a": {"type":"n:1","source":"posts","target":"authors"},
    "b": {"type":"n:1","source":"posts","target":"authors","config":{"mappedBy":"editor","inversedBy":"edited"}},
    "c": {"type":"n:1","source":"comments","target":"posts"},
    "d": {"type":"m:n","source":"posts","target":"tags"},
    "e": {"type":"n:1","source":"nodes","target":"nodes","config":{"mappedBy":"parent","inversedBy":"children"}}
  },
  "indices": {"i1":{"entity":"posts","fields":["slug"],"unique":true},
              "i2":{"entity":"posts","fields":["views"]},
              "i3":{"entity":"posts","fields":["title","views"]}}
})";

// Lets a principal touch what the map says: entity → policy filter JSON; an entity that is absent
// is refused.
class MapAccess final : public Access {
 public:
  explicit MapAccess(std::map<std::string, std::string, std::less<>> allowed)
      : allowed_(std::move(allowed)) {}

  Result<Rows> rows(const Entity& entity, Action, const RowKey*) const override {
    const auto found = allowed_.find(entity.name);
    if (found == allowed_.end()) return fail(Errc::kForbidden, "not " + entity.name);
    if (found->second.empty()) return Rows{};
    auto filter = Filter::compile(entity, parse(found->second), Grammar::kPolicy, false, true);
    if (!filter) return std::unexpected(filter.error());
    return Rows{std::make_shared<const Filter>(std::move(*filter)), found->second};
  }
  Error outside(const Entity&, Action, const Rows&) const override {
    return {Errc::kForbidden, "outside", {}, {}};
  }

 private:
  std::map<std::string, std::string, std::less<>> allowed_;
};

class ReaderTest : public DatabaseFixture {
 protected:
  ReaderTest() {
    const auto schema = change_schema(kLibrary);
    if (!schema) throw std::runtime_error(schema.error().message);
    must("authors", R"([{"name":"Ann","rank":1},{"name":"Bob","rank":2},{"name":"Nil"}])");
    must("posts", R"([
      {"title":"First","slug":"first","views":10,"rating":4,"live":true,"at":"2024-01-02T03:04:05Z","authors_id":1,
       "meta":{"a":1},"secret":"x"},
      {"title":"Second","slug":"second","views":20,"rating":3,"live":false,"authors_id":2,"editor_id":1},
      {"title":"Third","slug":"third","views":30},
      {"title":"fourth_%","slug":"fourth","views":40,"rating":1.5}])");
    must(
        "comments",
        R"([{"content":"one","likes":1,"posts_id":1},{"content":"two","likes":5,"posts_id":1},
                         {"content":"three","likes":3,"posts_id":2}])"
    );
    must("tags", R"([{"label":"alpha"},{"label":"beta"},{"label":"gamma"}])");
    must(
        "posts_tags",
        R"([{"posts_id":1,"tags_id":1},{"posts_id":1,"tags_id":2},{"posts_id":2,"tags_id":2},
                           {"posts_id":2,"tags_id":2}])"
    );
    must("nodes", R"([{"name":"root"}])");
    must("nodes", R"([{"name":"kid","parent_id":1},{"name":"kid two","parent_id":1}])");
  }

  void must(std::string_view entity, std::string_view rows) {
    const auto made = create(entity, rows);
    if (!made) throw std::runtime_error(made.error().message);
  }

  struct Answer {
    std::string text;  // the array, or "error: …"
    Page page;
    std::string plan;
  };
  Answer ask(
      std::string_view entity,
      std::string_view options,
      const Access& access = unrestricted_access_for_the_node_itself()
  ) {
    const auto given = parse_object(options);
    auto body = [&](Transaction& transaction) -> Result<Answer> {
      const auto schema = database_.schema();
      const Entity& found = *schema->find(entity);
      const auto query = parse_query(found, given, {});
      if (!query) return std::unexpected(query.error());
      Answer answer;
      Reader reader(kApplication, transaction, access);
      const auto page = reader.read_many(found, *query, answer.text);
      if (!page) return std::unexpected(page.error());
      answer.page = *page;
      const auto plan = reader.explain(found, *query);
      if (!plan) return std::unexpected(plan.error());
      answer.plan = *plan;
      return answer;
    };
    auto answer = run(read(database_.store(), SteadyTime::max(), body));
    return answer ? *answer : Answer{"error: " + answer.error().message, {}, {}};
  }
};

struct QueryCase {
  const char* name;
  const char* entity;
  const char* options;
  const char* expected;
  friend std::ostream& operator<<(std::ostream& out, const QueryCase& row) {
    return out << row.name;
  }
};

class ReaderQueries : public ReaderTest, public testing::WithParamInterface<QueryCase> {};

TEST_P(ReaderQueries, GivesTheRowsThatWereAskedFor) {
  EXPECT_EQ(ask(GetParam().entity, GetParam().options).text, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Where,
    ReaderQueries,
    testing::Values(
        QueryCase{
            "short_form", "posts", R"({"select":"id","where":{"slug":"third"}})", R"([{"id":3}])"
        },
        QueryCase{
            "members_are_and",
            "posts",
            R"({"select":"id","where":{"views":20,"slug":"first"}})",
            "[]"
        },
        QueryCase{
            "number_as_text", "posts", R"({"select":"id","where":{"views":"20"}})", R"([{"id":2}])"
        },
        QueryCase{
            "text_as_number_is_no_number", "posts", R"({"select":"id","where":{"views":"x"}})", "[]"
        },
        QueryCase{
            "ne_leaves_out_null",
            "posts",
            R"({"select":"id","where":{"rating":{"$ne":4}}})",
            R"([{"id":2},{"id":4}])"
        },
        QueryCase{
            "range_in_one_member",
            "posts",
            R"({"select":"id","where":{"views":{"$gt":10,"$lte":30}}})",
            R"([{"id":2},{"id":3}])"
        },
        QueryCase{
            "between",
            "posts",
            R"({"select":"id","where":{"views":{"$between":[15,30]}}})",
            R"([{"id":2},{"id":3}])"
        },
        QueryCase{
            "in",
            "posts",
            R"({"select":"id","where":{"views":{"$in":[40,10,10,77]}}})",
            R"([{"id":1},{"id":4}])"
        },
        QueryCase{"in_nothing", "posts", R"({"select":"id","where":{"views":{"$in":[]}}})", "[]"},
        QueryCase{
            "notin",
            "posts",
            R"({"select":"id","where":{"views":{"$notin":[10,40]}}})",
            R"([{"id":2},{"id":3}])"
        },
        QueryCase{
            "isnull",
            "posts",
            R"({"select":"id","where":{"rating":{"$isnull":true}}})",
            R"([{"id":3}])"
        },
        QueryCase{
            "isnull_zero",
            "posts",
            R"({"select":"id","where":{"rating":{"$isnull":0}}})",
            R"([{"id":1},{"id":2},{"id":4}])"
        },
        QueryCase{"boolean", "posts", R"({"select":"id","where":{"live":true}})", R"([{"id":1}])"},
        QueryCase{
            "boolean_as_number", "posts", R"({"select":"id","where":{"live":0}})", R"([{"id":2}])"
        },
        QueryCase{
            "date",
            "posts",
            R"({"select":"id","where":{"at":{"$lt":"2024-01-03"}}})",
            R"([{"id":1}])"
        },
        QueryCase{
            "like_star_without_case",
            "posts",
            R"({"select":"id","where":{"title":{"$like":"*IR*"}}})",
            R"([{"id":1},{"id":3}])"
        },
        QueryCase{
            "like_one_character",
            "posts",
            R"({"select":"id","where":{"slug":{"$like":"f_rst"}}})",
            R"([{"id":1}])"
        },
        QueryCase{
            "json_compares_as_text",
            "posts",
            R"({"select":"id","where":{"meta":"{\"a\":1}"}})",
            R"([{"id":1}])"
        },
        QueryCase{
            "or_alone",
            "posts",
            R"({"select":"id","where":{"$or":{"views":10,"slug":"second"}}})",
            R"([{"id":1},{"id":2}])"
        },
        QueryCase{
            "or_beside_a_member",
            "posts",
            R"({"select":"id","where":{"slug":"first","$or":{"views":{"$gt":25},"rating":{"$isnull":true}}}})",
            R"([{"id":1},{"id":3}])"
        },
        QueryCase{
            "by_key",
            "posts",
            R"({"select":"id","where":{"id":{"$in":[4,2,99]}}})",
            R"([{"id":2},{"id":4}])"
        },
        QueryCase{
            "related_one",
            "posts",
            R"({"select":"id","where":{"authors.name":"Ann"}})",
            R"([{"id":1}])"
        },
        QueryCase{
            "related_by_reference_name",
            "posts",
            R"({"select":"id","where":{"editor.name":"Ann"}})",
            R"([{"id":2}])"
        },
        QueryCase{
            "related_many_to_many",
            "posts",
            R"({"select":"id","where":{"tags.label":"beta"}})",
            R"([{"id":1},{"id":2}])"
        },
        QueryCase{
            "related_conditions_meet_in_one_row",
            "posts",
            R"({"select":"id","where":{"comments.content":"one","comments.likes":5}})",
            "[]"
        },
        QueryCase{
            "own_entity_name",
            "posts",
            R"({"select":"id","where":{"posts.views":10}})",
            R"([{"id":1}])"
        },
        QueryCase{
            "unknown_field",
            "posts",
            R"({"where":{"nope":1}})",
            "error: Invalid where field(s): nope"
        },
        QueryCase{
            "hidden_field",
            "posts",
            R"({"where":{"secret":"x"}})",
            "error: Invalid where field(s): secret"
        },
        QueryCase{
            "no_relation",
            "posts",
            R"({"where":{"nodes.name":"x"}})",
            "error: Invalid where field(s): nodes.name"
        },
        QueryCase{
            "null_operand",
            "posts",
            R"({"where":{"rating":null}})",
            "error: Invalid value at \"rating\", got \"null\""
        },
        QueryCase{
            "unknown_operator",
            "posts",
            R"({"where":{"views":{"$foo":1}}})",
            "error: Invalid key(s) at \"views\": $foo. Expected expression key: $eq, $ne, $gt, "
            "$gte, $lt, $lte, "
            "$isnull, $in, $notin, $between, $like."
        },
        QueryCase{
            "and_is_no_operator",
            "posts",
            R"({"where":{"$and":{"views":1}}})",
            "error: Invalid key '$and'. Keys must not start with '$'."
        },
        QueryCase{
            "text_has_no_order_against_a_number",
            "posts",
            R"({"where":{"views":{"$gt":"a"}}})",
            "error: Given value at \"views.$gt\" is invalid, got \"\"a\"\""
        }
    ),
    [](const auto& info) { return info.param.name; }
);

INSTANTIATE_TEST_SUITE_P(
    Order,
    ReaderQueries,
    testing::Values(
        QueryCase{
            "by_text",
            "posts",
            R"({"select":"id","sort":"title"})",
            R"([{"id":1},{"id":2},{"id":3},{"id":4}])"
        },
        QueryCase{
            "descending",
            "posts",
            R"({"select":"id","sort":"-views","limit":2})",
            R"([{"id":4},{"id":3}])"
        },
        QueryCase{
            "object",
            "posts",
            R"({"select":"id","sort":{"by":"views","dir":"desc"},"limit":1,"offset":1})",
            R"([{"id":3}])"
        },
        QueryCase{
            "nulls_first",
            "posts",
            R"({"select":"id","sort":"rating"})",
            R"([{"id":3},{"id":4},{"id":2},{"id":1}])"
        },
        QueryCase{"own_sort", "comments", R"({"select":"id"})", R"([{"id":3},{"id":2},{"id":1}])"},
        QueryCase{
            "ill_formed_is_by_key",
            "comments",
            R"({"select":"id","sort":"- ","limit":1})",
            R"([{"id":1}])"
        },
        QueryCase{"past_the_end", "posts", R"({"select":"id","offset":100})", "[]"},
        QueryCase{
            "sorted_past_the_end", "posts", R"({"select":"id","sort":"rating","offset":100})", "[]"
        },
        QueryCase{"unknown", "posts", R"({"sort":"nope"})", "error: Invalid sort field \"nope\""},
        QueryCase{"hidden", "posts", R"({"sort":"secret"})", "error: Invalid sort field \"secret\""}
    ),
    [](const auto& info) { return info.param.name; }
);

INSTANTIATE_TEST_SUITE_P(
    Relations,
    ReaderQueries,
    testing::Values(
        QueryCase{
            "with_one",
            "posts",
            R"({"select":"id","with":["authors"],"limit":3})",
            R"([{"id":1,"authors":{"id":1,"name":"Ann","rank":1}},{"id":2,"authors":{"id":2,"name":"Bob","rank":2}},)"
            R"({"id":3,"authors":null}])"
        },
        QueryCase{
            "with_many_in_its_own_order",
            "posts",
            R"({"select":"id","limit":1,"with":{"comments":{"select":"id"}}})",
            R"([{"id":1,"comments":[{"id":2},{"id":1}]}])"
        },
        QueryCase{
            "with_options",
            "posts",
            R"({"select":"id","limit":1,"with":{"comments":{"select":"id","sort":"likes","limit":1,"offset":1}}})",
            R"([{"id":1,"comments":[{"id":2}]}])"
        },
        QueryCase{
            "with_where",
            "posts",
            R"({"select":"id","limit":1,"with":{"comments":{"select":"id","where":{"likes":1}}}})",
            R"([{"id":1,"comments":[{"id":1}]}])"
        },
        QueryCase{
            "with_many_to_many_each_once",
            "tags",
            R"({"select":"id","with":{"posts":{"select":"id"}}})",
            R"([{"id":1,"posts":[{"id":1}]},{"id":2,"posts":[{"id":1},{"id":2}]},{"id":3,"posts":[]}])"
        },
        QueryCase{
            "with_other_name",
            "posts",
            R"({"select":"id","with":{"editor":{"select":"name"}},"where":{"id":2}})",
            R"([{"id":2,"editor":{"name":"Ann"}}])"
        },
        QueryCase{
            "with_self",
            "nodes",
            R"({"with":{"children":{"select":"name"}},"where":{"id":1}})",
            R"([{"id":1,"name":"root","parent_id":null,"children":[{"name":"kid"},{"name":"kid two"}]}])"
        },
        QueryCase{
            "with_nested",
            "authors",
            R"({"select":"id","limit":1,"with":{"posts":{"select":"id","with":{"comments":{"select":"likes"}}}}})",
            R"([{"id":1,"posts":[{"id":1,"comments":[{"likes":5},{"likes":1}]}]}])"
        },
        QueryCase{
            "with_unknown",
            "posts",
            R"({"with":"nope"})",
            "error: WITH: \"nope\" is not a relation of \"posts\""
        },
        QueryCase{
            "join_keeps_rows_that_have_one",
            "posts",
            R"({"select":"id","join":"tags"})",
            R"([{"id":1},{"id":2}])"
        },
        QueryCase{
            "join_unknown",
            "posts",
            R"({"join":"nope"})",
            "error: JOIN: \"nope\" is not a relation of \"posts\""
        },
        QueryCase{
            "select_hidden",
            "posts",
            R"({"select":"secret"})",
            "error: Invalid select field(s): secret"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(ReaderTest, CountsWhatMatchesAndTheTotal) {
  const Answer answer = ask("posts", R"({"where":{"views":{"$gte":20}},"limit":1})");
  EXPECT_EQ(answer.page.items, 1u);
  EXPECT_EQ(answer.page.count, 3u);
  EXPECT_EQ(answer.page.total, 4u);
}

TEST_F(ReaderTest, ALimitBeyondTheCeilingIsCutAndANegativeOneIsNotUnlimited) {
  const auto limit_of = [this](std::string_view options) {
    const auto schema = database_.schema();
    const QueryLimits limits{.max_rows = 3, .max_with_depth = 1, .max_conditions = 2};
    const auto query = parse_query(*schema->find("posts"), parse_object(options), limits);
    return query ? query->limit : 0;
  };
  EXPECT_EQ(limit_of(R"({"limit":50})"), 3u);
  EXPECT_EQ(limit_of(R"({"limit":-1})"), 3u);
  EXPECT_EQ(limit_of(R"({"limit":0})"), 3u);
  EXPECT_EQ(limit_of(R"({"limit":"2"})"), 2u);
}

TEST_F(ReaderTest, NestingAndConditionsAreBounded) {
  const auto schema = database_.schema();
  const QueryLimits limits{.max_rows = 10, .max_with_depth = 1, .max_conditions = 2};
  const auto nested = parse_object(R"({"with":{"comments":{"with":{"posts":{}}}}})");
  const auto deep = parse_query(*schema->find("posts"), nested, limits);
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().code, Errc::kTooLarge);
  const auto many = parse_query(
      *schema->find("posts"), parse_object(R"({"where":{"id":{"$in":[1,2,3]}}})"), limits
  );
  ASSERT_FALSE(many.has_value());
  EXPECT_EQ(many.error().code, Errc::kTooLarge);
}

struct PlanCase {
  const char* name;
  const char* options;
  const char* plan;
  friend std::ostream& operator<<(std::ostream& out, const PlanCase& row) {
    return out << row.name;
  }
};

class ReaderPlans : public ReaderTest, public testing::WithParamInterface<PlanCase> {};

TEST_P(ReaderPlans, SaysHowTheRowsAreFound) {
  EXPECT_EQ(ask("posts", GetParam().options).plan, GetParam().plan);
}

INSTANTIATE_TEST_SUITE_P(
    Choices,
    ReaderPlans,
    testing::Values(
        PlanCase{
            "key", R"({"where":{"id":2}})", "the primary key is given; rows come in key order"
        },
        PlanCase{
            "unique",
            R"({"where":{"slug":"first"}})",
            "index i1 on 1 of its 1 field(s); rows come in key order"
        },
        PlanCase{
            "range",
            R"({"where":{"views":{"$gt":15}}})",
            "index i2 on 1 of its 1 field(s); rows come in key order"
        },
        PlanCase{
            "two_fields",
            R"({"where":{"title":"First","views":{"$gt":5}},"sort":"rating"})",
            "index i3 on 2 of its 2 field(s); then sorted by rating"
        },
        PlanCase{"order", R"({"sort":"-views"})", "in the order of index i2"},
        PlanCase{
            "run",
            R"({"where":{"views":{"$gt":15}},"sort":"-views"})",
            "a range of index i2, in its order"
        },
        PlanCase{
            "run_behind_an_equality",
            R"({"where":{"title":"First"},"sort":"views"})",
            "a range of index i3, in its order"
        },
        PlanCase{
            "no_run_when_more_is_asked",
            R"({"where":{"views":{"$gt":15},"rating":3},"sort":"views"})",
            "index i2 on 1 of its 1 field(s); then sorted by views"
        },
        PlanCase{
            "no_run_of_one_among_several",
            R"({"where":{"title":{"$in":["First","Second"]}},"sort":"views"})",
            "index i3 on 1 of its 2 field(s); then sorted by views"
        },
        PlanCase{
            "scan", R"({"where":{"rating":3}})", "scan in key order: no index fits the conditions"
        },
        PlanCase{
            "either_needs_a_scan",
            R"({"where":{"$or":{"slug":"first","views":10}}})",
            "scan in key order: no index fits the conditions"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(ReaderTest, EveryPlanGivesWhatAScanGives) {
  // The same conditions once where an index serves them and once, as an alternative of two equal
  // ones, where none does.
  for (const char* condition :
       {R"("views":{"$gt":10})",
        R"("views":{"$gte":10,"$lt":40})",
        R"("views":{"$between":[20,30]})",
        R"("views":{"$in":[10,30]})",
        R"("slug":"first")",
        R"("title":"Second","views":20)",
        R"("authors_id":1)",
        R"("authors_id":{"$isnull":true})"}) {
    const std::string indexed = std::string(R"({"select":"id","where":{)") + condition + "}}";
    const std::string scanned =
        std::string(R"({"select":"id","where":{)") + condition + R"(,"$or":{)" + condition + "}}}";
    EXPECT_EQ(ask("posts", indexed).text, ask("posts", scanned).text) << condition;
  }
}

TEST_F(ReaderTest, ARunOfAnIndexGivesWhatAScanGives) {
  for (int i = 0; i < 40; ++i) {  // views differ, and one has none
    must(
        "posts",
        fmt::format(
            R"({{"title":"{}","slug":"s{}","views":{}}})",
            i % 3 == 0 ? "Third" : "Other",
            i,
            i == 5 ? "null" : std::to_string(100 + i * 7 % 41)
        )
    );
  }
  for (const std::string condition :
       {R"("views":{"$gt":110})",
        R"("views":{"$gte":110,"$lt":130})",
        R"("views":{"$lt":120})",
        R"("views":{"$lte":101})",
        R"("views":{"$gt":120,"$lt":110})",
        R"("views":{"$between":[105,125]})",
        R"("views":110)",
        R"("views":{"$isnull":true})",
        R"("title":"Third")",
        R"("title":"Third","views":{"$gt":110})",
        R"("title":"Third","views":110)",
        R"("title":"Nobody")"}) {
    for (const std::string cut :
         {R"("limit":100)", R"("limit":3)", R"("limit":3,"offset":2)", R"("limit":3,"offset":50)"
         }) {
      for (const std::string sort : {"views", "-views"}) {
        const std::string options = R"({"select":"id","sort":")" + sort + "\"," + cut;
        const Answer run = ask("posts", options + R"(,"where":{)" + condition + "}}");
        const Answer scan =
            ask("posts", options + R"(,"where":{)" + condition + R"(,"$or":{)" + condition + "}}}");
        EXPECT_TRUE(run.plan.starts_with("a range of index")) << condition << ": " << run.plan;
        EXPECT_TRUE(scan.plan.starts_with("scan")) << condition << ": " << scan.plan;
        EXPECT_EQ(run.text, scan.text) << condition << cut << sort;
        EXPECT_EQ(run.page.count, scan.page.count) << condition << cut << sort;
      }
    }
  }
}

TEST_F(ReaderTest, APolicyNarrowsARunOfAnIndex) {
  const std::string_view options =
      R"({"select":"id","sort":"views","where":{"views":{"$gte":10}}})";
  const MapAccess by_another_field({{"posts", R"({"live":true})"}});
  EXPECT_EQ(ask("posts", options, by_another_field).text, R"([{"id":1}])");
  EXPECT_EQ(ask("posts", options, by_another_field).page.count, 1u);
  const MapAccess by_the_same({{"posts", R"({"views":{"$lt":20}})"}});
  EXPECT_EQ(ask("posts", options, by_the_same).text, R"([{"id":1}])");
  EXPECT_EQ(ask("posts", options, by_the_same).page.count, 1u);
  const MapAccess by_either({{"posts", R"({"$or":{"views":10,"id":2}})"}});
  EXPECT_EQ(ask("posts", options, by_either).page.count, 2u);
}

TEST_F(ReaderTest, APolicyNarrowsReadsCountsAndTheirWhere) {
  const MapAccess reader({{"posts", R"({"live":true})"}});
  const Answer all = ask("posts", R"({"select":"id"})", reader);
  EXPECT_EQ(all.text, R"([{"id":1}])");
  EXPECT_EQ(all.page.count, 1u);
  EXPECT_EQ(all.page.total, 4u);
  EXPECT_EQ(ask("posts", R"({"select":"id","where":{"$or":{"id":2}}})", reader).text, "[]");
  // bknd: the policy's member takes the place of the one given.
  EXPECT_EQ(
      ask("posts", R"({"select":"id","where":{"live":false}})", reader).text, R"([{"id":1}])"
  );
}

TEST_F(ReaderTest, APolicyWithTwoAlternativesAndARelatedFieldHolds) {
  const MapAccess reader({{"posts", R"({"$or":{"authors.name":"Bob","id":1}})"}, {"authors", ""}});
  EXPECT_EQ(ask("posts", R"({"select":"id"})", reader).text, R"([{"id":1},{"id":2}])");
}

TEST_F(ReaderTest, RelatedEntitiesAreAskedForToo) {
  const MapAccess reader({{"posts", ""}, {"comments", R"({"likes":{"$lt":5}})"}});
  EXPECT_EQ(ask("posts", R"({"with":"authors"})", reader).text, "error: not authors");
  EXPECT_EQ(ask("posts", R"({"where":{"authors.name":"Ann"}})", reader).text, "error: not authors");
  EXPECT_EQ(ask("posts", R"({"join":"authors"})", reader).text, "error: not authors");
  EXPECT_EQ(
      ask("posts", R"({"select":"id","limit":1,"with":{"comments":{"select":"id"}}})", reader).text,
      R"([{"id":1,"comments":[{"id":1}]}])"
  );
  EXPECT_EQ(ask("posts", R"({"select":"id","where":{"comments.likes":5}})", reader).text, "[]");
}

TEST_F(ReaderTest, RowsByReferenceNeedAVisibleParent) {
  const MapAccess reader({{"posts", R"({"live":true})"}, {"comments", ""}});
  const auto by_reference = [&](std::int64_t id) {
    auto body = [&](Transaction& transaction) -> Result<std::string> {
      const auto schema = database_.schema();
      const Entity& posts = *schema->find("posts");
      const Reference& comments = *posts.find_reference("comments");
      const auto query = parse_query(*comments.other, parse_object(R"({"select":"id"})"), {});
      std::string out;
      const auto page =
          Reader(kApplication, transaction, reader)
              .read_by_reference(posts, RowKey::of_integer(id), comments, *query, out);
      if (!page) return std::unexpected(page.error());
      return out + " of " + std::to_string(page->total);
    };
    return *run(read(database_.store(), SteadyTime::max(), body));
  };
  EXPECT_EQ(by_reference(1), R"([{"id":2},{"id":1}] of 3)");
  EXPECT_EQ(by_reference(2), "[] of 3");
  EXPECT_EQ(by_reference(99), "[] of 3");
}

TEST(Like, FollowsSql) {
  struct Case {
    const char* text;
    const char* pattern;
    bool matches;
  };
  const Case cases[] = {
      {"", "", true},
      {"", "%", true},
      {"a", "", false},
      {"abc", "a%c", true},
      {"abc", "a%d", false},
      {"aXbXc", "a%x%C", true},
      {"é", "_", true},
      {"ab", "_", false},
      {"aaab", "%aab", true},
      {"abab", "%ab", true},
      {"ab", "a%%b", true},
      {"É", "é", false},
  };
  for (const Case& row : cases) {
    Condition condition;
    condition.op = Operator::kLike;
    condition.operands.emplace_back(ValueView::of_text(row.pattern));
    EXPECT_EQ(holds(condition, ValueView::of_text(row.text)), row.matches)
        << row.text << " like " << row.pattern;
  }
}

}  // namespace
}  // namespace noded::database
