// Who is refused, and in which order refusals come.
#include "data_fixture.hpp"

namespace noded::data::testing {
namespace {

using http::Method;

std::string refused(std::string_view permission) {
  return R"({"error":"Permission \")" + std::string(permission) +
         R"(\" not granted","type":"PermissionsException"})";
}

struct GuardCase {
  const char* name;
  Method method;
  const char* target;
  const char* body;
  const char* permission;  // the one refused
};

class RefusedRole : public DataRoutes, public ::testing::WithParamInterface<GuardCase> {};

TEST_P(RefusedRole, IsToldThePermissionAndNothingElse) {
  role_ = "reader";
  const GuardCase& expected = GetParam();
  const Answer answer = call(expected.method, expected.target, expected.body);
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, refused(expected.permission));
}

const GuardCase kCases[] = {
    {"read", Method::kGet, "/api/data/entity/authors", "", "data.entity.read"},
    {"read_one", Method::kGet, "/api/data/entity/authors/1", "", "data.entity.read"},
    {"read_with_an_unknown_field",
     Method::kGet,
     "/api/data/entity/authors?select=x",
     "",
     "data.entity.read"},
    {"reference", Method::kGet, "/api/data/entity/authors/1/posts", "", "data.entity.read"},
    {"reference_that_is_none", Method::kGet, "/api/data/entity/authors/1/x", "", "data.entity.read"
    },
    {"with_of_another_entity",
     Method::kGet,
     "/api/data/entity/posts?with=authors",
     "",
     "data.entity.read"},
    {"query", Method::kPost, "/api/data/entity/authors/query", "{}", "data.entity.read"},
    {"query_of_no_json", Method::kPost, "/api/data/entity/authors/query", "x", "data.entity.read"},
    {"count", Method::kPost, "/api/data/entity/authors/fn/count", "{}", "data.entity.read"},
    {"count_by_an_unknown_field",
     Method::kPost,
     "/api/data/entity/authors/fn/count",
     R"({"x":1})",
     "data.entity.read"},
    {"exists", Method::kPost, "/api/data/entity/authors/fn/exists", "{}", "data.entity.read"},
    {"create", Method::kPost, "/api/data/entity/tags", "5", "data.entity.create"},
    {"create_of_no_json", Method::kPost, "/api/data/entity/tags", "bad", "data.entity.create"},
    {"create_of_an_unknown_entity",
     Method::kPost,
     "/api/data/entity/nope",
     "{}",
     "data.entity.create"},
    {"update", Method::kPatch, "/api/data/entity/tags/1", "bad", "data.entity.update"},
    {"update_by_text_that_is_no_key",
     Method::kPatch,
     "/api/data/entity/tags/x",
     "{}",
     "data.entity.update"},
    {"update_many", Method::kPatch, "/api/data/entity/tags", "{}", "data.entity.update"},
    {"delete", Method::kDelete, "/api/data/entity/tags/1", "", "data.entity.delete"},
    {"delete_many", Method::kDelete, "/api/data/entity/tags", "5", "data.entity.delete"},
    {"sync", Method::kGet, "/api/data/sync", "", "data.database.sync"},
    {"types", Method::kGet, "/api/data/types", "", "system.schema.read"},
    {"info", Method::kGet, "/api/data/info/posts", "", "system.schema.read"},
    {"info_of_an_unknown_entity", Method::kGet, "/api/data/info/nope", "", "system.schema.read"},
    {"schema_index", Method::kGet, "/api/data/schema.json", "", "system.schema.read"},
    {"schema", Method::kGet, "/api/data/schemas/posts", "", "system.schema.read"},
};
INSTANTIATE_TEST_SUITE_P(Routes, RefusedRole, ::testing::ValuesIn(kCases), [](const auto& info) {
  return info.param.name;
});

TEST_F(DataRoutes, RefusesAMalformedQueryStringBeforeItAsksTheGuard) {
  role_ = "reader";
  EXPECT_EQ(get("/api/data/entity/authors?limit=abc").status, 400);
  EXPECT_EQ(get("/api/data/entity/nope?limit=abc").status, 400);
}

TEST_F(DataRoutes, TellsThatAnEntityIsUnknownOnlyToThoseWhoMightReadIt) {
  role_ = "reader";
  EXPECT_EQ(get("/api/data/entity/nope").status, 404);
  role_ = "nobody";
  EXPECT_EQ(get("/api/data/entity/nope").status, 403);
}

TEST_F(DataRoutes, NarrowsReadsToTheFilterOfARole) {
  given("docs", R"([{"title":"mine","owner":"me"},{"title":"theirs","owner":"you"}])");
  role_ = "owner";
  EXPECT_EQ(
      get("/api/data/entity/docs?select=id").body,
      R"({"data":[{"id":1}],"meta":{"items":1,"time":0,"count":1,"total":2}})"
  );
  EXPECT_EQ(get("/api/data/entity/docs/2").status, 404);
  EXPECT_EQ(post("/api/data/entity/docs/fn/count", "{}").body, R"({"entity":"docs","count":1})");
}

TEST_F(DataRoutes, RefusesWritesOutsideOfTheFilterOfARole) {
  given("docs", R"([{"title":"mine","owner":"me"},{"title":"theirs","owner":"you"}])");
  role_ = "owner";
  EXPECT_EQ(post("/api/data/entity/docs", R"({"title":"x","owner":"you"})").status, 403);
  EXPECT_EQ(call(Method::kPatch, "/api/data/entity/docs/2", R"({"title":"x"})").status, 403);
  EXPECT_EQ(call(Method::kDelete, "/api/data/entity/docs/2").status, 403);
  EXPECT_EQ(
      call(
          Method::kPatch,
          "/api/data/entity/docs",
          R"({"update":{"title":"x"},"where":{"id":{"$gt":0}}})"
      )
          .body,
      R"({"data":[{"id":1,"title":"x","owner":"me"}],"meta":{"items":1,"time":0}})"
  );
}

// The answer to a write shows the row even if the role could not read it afterwards.
TEST_F(DataRoutes, ShowsTheWrittenRowToItsWriter) {
  role_ = "owner";
  EXPECT_EQ(
      post("/api/data/entity/docs", R"({"title":"x","owner":"me"})").body,
      R"({"data":{"id":1,"title":"x","owner":"me"},"meta":{"items":1,"time":0}})"
  );
}

}  // namespace
}  // namespace noded::data::testing
