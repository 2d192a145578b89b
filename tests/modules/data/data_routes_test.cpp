#include "data_fixture.hpp"

namespace noded::data::testing {
namespace {

using http::Method;

struct RouteCase {
  const char* name;
  Method method;
  const char* target;
  const char* body;
  int status;
  const char* answer;  // the whole body; a leading '~' asks for a part of it
};

std::ostream& operator<<(std::ostream& out, const RouteCase& c) {
  return out << c.name;
}

class DataRoute : public DataRoutes, public ::testing::WithParamInterface<RouteCase> {
 protected:
  DataRoute() {
    given("authors", R"({"name":"Ann","email":"ann@example.test"})");
    given("authors", R"({"name":"Bob"})");
    given(
        "posts",
        R"([{"title":"First","slug":"first","views":10,"authors_id":1,"secret":"hush"},)"
        R"({"title":"Second","slug":"second","views":20,"authors_id":2},)"
        R"({"title":"Third","slug":"third","views":30}])"
    );
    given("comments", R"([{"content":"one","posts_id":1},{"content":"two","posts_id":1}])");
    given("tags", R"([{"label":"alpha"},{"label":"beta"}])");
    given("posts_tags", R"([{"posts_id":1,"tags_id":1},{"posts_id":1,"tags_id":2}])");
  }
};

TEST_P(DataRoute, AnswersAsTheContractSays) {
  const RouteCase& expected = GetParam();
  const Answer answer = call(expected.method, expected.target, expected.body);
  EXPECT_EQ(answer.status, expected.status) << answer.body;
  const std::string_view body = expected.answer;
  if (body.starts_with('~')) {
    EXPECT_NE(answer.body.find(body.substr(1)), std::string::npos) << answer.body;
  } else {
    EXPECT_EQ(answer.body, body);
  }
}

const RouteCase kReads[] = {
    {"one",
     Method::kGet,
     "/api/data/entity/tags/1",
     "",
     200,
     R"({"data":{"id":1,"label":"alpha"},"meta":{"items":1,"time":0,"count":1,"total":2}})"},
    {"one_with_select",
     Method::kGet,
     "/api/data/entity/posts/1?select=id,title",
     "",
     200,
     R"({"data":{"id":1,"title":"First"},"meta":{"items":1,"time":0,"count":1,"total":3}})"},
    {"one_whatever_the_where",
     Method::kGet,
     R"(/api/data/entity/tags/1?where={"label":"beta"})",
     "",
     200,
     R"({"data":{"id":1,"label":"alpha"},"meta":{"items":1,"time":0,"count":1,"total":2}})"},
    {"query_without_a_body",
     Method::kPost,
     "/api/data/entity/tags/query",
     "",
     200,
     R"({"data":[{"id":1,"label":"alpha"},{"id":2,"label":"beta"}],)"
     R"("meta":{"items":2,"time":0,"count":2,"total":2}})"},
    {"count_without_a_body",
     Method::kPost,
     "/api/data/entity/tags/fn/count",
     "",
     200,
     R"({"entity":"tags","count":2})"},
    {"one_that_is_not_there",
     Method::kGet,
     "/api/data/entity/tags/99",
     "",
     404,
     R"({"meta":{"items":0,"time":0,"count":0,"total":2}})"},
    {"one_by_text_that_is_no_key",
     Method::kGet,
     "/api/data/entity/tags/abc",
     "",
     404,
     R"({"meta":{"items":0,"time":0,"count":0,"total":2}})"},
    {"hidden_fields_stay_hidden",
     Method::kGet,
     "/api/data/entity/posts/1",
     "",
     200,
     R"({"data":{"id":1,"title":"First","slug":"first","views":10,"status":"draft","settings":null,)"
     R"("origin":null,"authors_id":1},"meta":{"items":1,"time":0,"count":1,"total":3}})"},
    {"many",
     Method::kGet,
     "/api/data/entity/tags",
     "",
     200,
     R"({"data":[{"id":1,"label":"alpha"},{"id":2,"label":"beta"}],)"
     R"("meta":{"items":2,"time":0,"count":2,"total":2}})"},
    {"many_with_limit_and_offset",
     Method::kGet,
     "/api/data/entity/tags?limit=1&offset=1",
     "",
     200,
     R"({"data":[{"id":2,"label":"beta"}],"meta":{"items":1,"time":0,"count":2,"total":2}})"},
    {"many_by_the_entitys_own_sort",
     Method::kGet,
     "/api/data/entity/comments?select=id",
     "",
     200,
     R"({"data":[{"id":2},{"id":1}],"meta":{"items":2,"time":0,"count":2,"total":2}})"},
    {"many_sorted_descending",
     Method::kGet,
     "/api/data/entity/posts?select=id&sort=-views&limit=2",
     "",
     200,
     R"({"data":[{"id":3},{"id":2}],"meta":{"items":2,"time":0,"count":3,"total":3}})"},
    {"many_where_with_raw_braces",
     Method::kGet,
     R"(/api/data/entity/posts?select=id&where={"views":{"$gt":15}})",
     "",
     200,
     R"({"data":[{"id":2},{"id":3}],"meta":{"items":2,"time":0,"count":2,"total":3}})"},
    {"many_where_percent_encoded",
     Method::kGet,
     "/api/data/entity/posts?select=id&where=%7B%22slug%22%3A%22first%22%7D",
     "",
     200,
     R"({"data":[{"id":1}],"meta":{"items":1,"time":0,"count":1,"total":3}})"},
    {"many_with_a_relation",
     Method::kGet,
     "/api/data/entity/posts?select=id&limit=1&with=authors",
     "",
     200,
     R"({"data":[{"id":1,"authors":{"id":1,"name":"Ann","email":"ann@example.test"}}],)"
     R"("meta":{"items":1,"time":0,"count":3,"total":3}})"},
    {"many_joined",
     Method::kGet,
     "/api/data/entity/posts?select=id&join=authors",
     "",
     200,
     R"({"data":[{"id":1},{"id":2}],"meta":{"items":2,"time":0,"count":2,"total":3}})"},
    {"unknown_select",
     Method::kGet,
     "/api/data/entity/tags?select=nope",
     "",
     422,
     R"({"error":"Invalid select field(s): nope","type":"InvalidSearchParamsException",)"
     R"("context":{"entity":"tags","valid":["id","label"]}})"},
    {"unknown_sort",
     Method::kGet,
     "/api/data/entity/tags?sort=nope",
     "",
     422,
     R"({"error":"Invalid sort field \"nope\"","type":"InvalidSearchParamsException"})"},
    {"unknown_where",
     Method::kGet,
     R"(/api/data/entity/tags?where={"nope":1})",
     "",
     422,
     R"(~Invalid where field(s): nope)"},
    {"unknown_relation",
     Method::kGet,
     "/api/data/entity/tags?with=nope",
     "",
     422,
     R"(~WITH: \"nope\" is not a relation of \"tags\")"},
    {"limit_that_is_no_number",
     Method::kGet,
     "/api/data/entity/tags?limit=abc",
     "",
     400,
     R"(~{"valid":false,"errors":[{"keywordLocation":"/properties/limit/type","instanceLocation":"/limit",)"
     R"("error":"Expected number","data":"abc"}],"schema":{"type":"object","properties":{"limit":)"
    },
    {"where_that_is_no_json",
     Method::kGet,
     "/api/data/entity/tags?where=notjson",
     "",
     400,
     R"(~"error":"Malformed JSON in where)"},
    {"unknown_entity", Method::kGet, "/api/data/entity/nope", "", 404, R"({"error":"Not found"})"},
    {"reference_one_to_many",
     Method::kGet,
     "/api/data/entity/posts/1/comments?select=id",
     "",
     200,
     R"({"data":[{"id":2},{"id":1}],"meta":{"items":2,"time":0,"count":2,"total":2}})"},
    {"reference_many_to_many",
     Method::kGet,
     "/api/data/entity/posts/1/tags?limit=1&sort=-label",
     "",
     200,
     R"({"data":[{"id":2,"label":"beta"}],"meta":{"items":1,"time":0,"count":2,"total":2}})"},
    {"reference_of_nobody",
     Method::kGet,
     "/api/data/entity/posts/99/comments",
     "",
     200,
     R"({"data":[],"meta":{"items":0,"time":0,"count":0,"total":2}})"},
    {"reference_that_is_not_listable",
     Method::kGet,
     "/api/data/entity/posts/1/authors",
     "",
     400,
     R"({"error":"Relation \"authors\" not found or not listable on entity \"posts\""})"},
    {"query",
     Method::kPost,
     "/api/data/entity/posts/query",
     R"({"where":{"views":{"$gte":20}},"sort":{"by":"views","dir":"desc"},"select":["id"],"limit":1})",
     200,
     R"({"data":[{"id":3}],"meta":{"items":1,"time":0,"count":2,"total":3}})"},
    {"query_with_nothing",
     Method::kPost,
     "/api/data/entity/tags/query",
     "{}",
     200,
     R"({"data":[{"id":1,"label":"alpha"},{"id":2,"label":"beta"}],)"
     R"("meta":{"items":2,"time":0,"count":2,"total":2}})"},
    {"query_that_is_no_object",
     Method::kPost,
     "/api/data/entity/tags/query",
     "5",
     400,
     R"(~{"valid":false,"errors":[{"keywordLocation":"/type","instanceLocation":"/","error":"Expected object","data":5}])"
    },
    {"query_that_is_no_json",
     Method::kPost,
     "/api/data/entity/tags/query",
     "notjson",
     400,
     R"(~"error":"Malformed JSON in request body)"},
    {"count",
     Method::kPost,
     "/api/data/entity/posts/fn/count",
     R"({"views":{"$gt":15}})",
     200,
     R"({"entity":"posts","count":2})"},
    {"count_of_all",
     Method::kPost,
     "/api/data/entity/posts/fn/count",
     "{}",
     200,
     R"({"entity":"posts","count":3})"},
    {"count_by_a_number",
     Method::kPost,
     "/api/data/entity/posts/fn/count",
     "5",
     400,
     R"({"error":"$query must be an object"})"},
    {"exists",
     Method::kPost,
     "/api/data/entity/posts/fn/exists",
     R"({"slug":"first"})",
     200,
     R"({"entity":"posts","exists":true})"},
    {"exists_not",
     Method::kPost,
     "/api/data/entity/posts/fn/exists",
     R"({"slug":"none"})",
     200,
     R"({"entity":"posts","exists":false})"},
    {"put_is_no_method_here", Method::kPut, "/api/data/entity/posts/1", "{}", 404, "no route"},
};

const RouteCase kWrites[] = {
    {"create_one",
     Method::kPost,
     "/api/data/entity/tags",
     R"({"label":"gamma"})",
     201,
     R"({"data":{"id":3,"label":"gamma"},"meta":{"items":1,"time":0}})"},
    {"create_many",
     Method::kPost,
     "/api/data/entity/tags",
     R"([{"label":"c"},{"label":"d"}])",
     201,
     R"({"data":[{"id":3,"label":"c"},{"id":4,"label":"d"}],"meta":{"items":2,"time":0}})"},
    {"create_many_of_one_is_an_array",
     Method::kPost,
     "/api/data/entity/tags",
     R"([{"label":"c"}])",
     201,
     R"({"data":[{"id":3,"label":"c"}],"meta":{"items":1,"time":0}})"},
    {"create_more_than_allowed",
     Method::kPost,
     "/api/data/entity/tags",
     R"([{"label":"1"},{"label":"2"},{"label":"3"},{"label":"4"},{"label":"5"},{"label":"6"}])",
     413,
     R"({"error":"Too many rows to create at once; at most 5"})"},
    {"create_from_a_number",
     Method::kPost,
     "/api/data/entity/tags",
     "5",
     400,
     R"({"valid":false,"errors":[{"keywordLocation":"/anyOf","instanceLocation":"/",)"
     R"("error":"Expected at least one to match","data":5}],"schema":{"anyOf":[{"type":"object",)"
     R"("properties":{}},{"type":"array","items":{"type":"object","properties":{}}}]}})"},
    {"create_from_an_array_of_numbers",
     Method::kPost,
     "/api/data/entity/tags",
     R"([{"label":"a"},5])",
     400,
     R"(~"data":[{"label":"a"},5])"},
    {"create_from_nothing",
     Method::kPost,
     "/api/data/entity/tags",
     "[]",
     400,
     R"({"error":"No rows given to create"})"},
    {"create_from_no_json",
     Method::kPost,
     "/api/data/entity/tags",
     "bad",
     400,
     R"(~Malformed JSON in request body)"},
    {"create_too_short",
     Method::kPost,
     "/api/data/entity/posts",
     R"({"title":"x"})",
     422,
     R"~({"error":"Field \"title\" must be at least 2 character(s)","type":"TransformPersistFailedException"})~"
    },
    {"create_twice_what_is_unique",
     Method::kPost,
     "/api/data/entity/posts",
     R"({"title":"again","slug":"first"})",
     409,
     R"(~"error":"UNIQUE constraint failed: posts.slug")"},
    {"create_of_an_unknown_entity",
     Method::kPost,
     "/api/data/entity/nope",
     "{}",
     404,
     R"({"error":"Not found"})"},
    {"update_one",
     Method::kPatch,
     "/api/data/entity/tags/1",
     R"({"label":"new"})",
     200,
     R"({"data":{"id":1,"label":"new"},"meta":{"items":1,"time":0}})"},
    {"update_of_a_hidden_field_shows_it_not",
     Method::kPatch,
     "/api/data/entity/posts/3",
     R"({"secret":"s"})",
     200,
     R"({"data":{"id":3,"title":"Third","slug":"third","views":30,"status":"draft","settings":null,)"
     R"("origin":null,"authors_id":null},"meta":{"items":1,"time":0}})"},
    {"update_of_nobody",
     Method::kPatch,
     "/api/data/entity/tags/99",
     R"({"label":"new"})",
     200,
     R"({"meta":{"items":0,"time":0}})"},
    {"update_of_text_that_is_no_key",
     Method::kPatch,
     "/api/data/entity/tags/abc",
     R"({"label":"new"})",
     200,
     R"({"meta":{"items":0,"time":0}})"},
    {"update_from_an_array",
     Method::kPatch,
     "/api/data/entity/tags/1",
     "[]",
     400,
     R"({"valid":false,"errors":[{"keywordLocation":"/type","instanceLocation":"/",)"
     R"("error":"Expected object","data":[]}],"schema":{"type":"object","properties":{}}})"},
    {"update_many",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"update":{"label":"x"},"where":{"id":{"$gt":0}}})",
     200,
     R"({"data":[{"id":1,"label":"x"},{"id":2,"label":"x"}],"meta":{"items":2,"time":0}})"},
    {"update_many_of_nobody",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"update":{"label":"x"},"where":{"id":99}})",
     200,
     R"({"data":[],"meta":{"items":0,"time":0}})"},
    {"update_many_needs_a_where",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"update":{"label":"x"},"where":{}})",
     400,
     R"({"error":"Where clause must be provided for mass update"})"},
    {"update_many_without_update",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"where":{"id":1}})",
     400,
     R"(~"keywordLocation":"/required","instanceLocation":"/","error":"Expected object with required properties update")"
    },
    {"update_many_by_a_number",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"update":5})",
     400,
     R"(~"keywordLocation":"/properties/update/type","instanceLocation":"/update","error":"Expected object","data":5)"
    },
    {"update_many_where_unknown",
     Method::kPatch,
     "/api/data/entity/tags",
     R"({"update":{"label":"x"},"where":{"nope":1}})",
     422,
     R"({"error":"Invalid where field(s): nope","type":"InvalidSearchParamsException"})"},
    {"delete_one",
     Method::kDelete,
     "/api/data/entity/comments/2",
     "",
     200,
     R"({"data":{"id":2,"content":"two","posts_id":1},"meta":{"items":1,"time":0}})"},
    {"delete_of_nobody",
     Method::kDelete,
     "/api/data/entity/comments/99",
     "",
     200,
     R"({"meta":{"items":0,"time":0}})"},
    {"delete_many",
     Method::kDelete,
     "/api/data/entity/comments",
     R"({"content":"one"})",
     200,
     R"({"data":[{"id":1,"content":"one","posts_id":1}],"meta":{"items":1,"time":0}})"},
    {"delete_many_needs_a_where",
     Method::kDelete,
     "/api/data/entity/comments",
     "{}",
     400,
     R"({"error":"Where clause must be provided for mass deletion"})"},
    {"delete_many_from_no_json",
     Method::kDelete,
     "/api/data/entity/comments",
     "[object Object]",
     400,
     R"(~Malformed JSON in request body)"},
};

const auto kNameOf = [](const auto& info) {
  return info.param.name;
};
INSTANTIATE_TEST_SUITE_P(Reads, DataRoute, ::testing::ValuesIn(kReads), kNameOf);
INSTANTIATE_TEST_SUITE_P(Writes, DataRoute, ::testing::ValuesIn(kWrites), kNameOf);

TEST_F(DataRoutes, ShowsAnUnknownEntityAsTextToThoseWhoAskForNoJson) {
  headers_ = {{"accept", "text/html"}};
  const Answer answer = get("/api/data/entity/nope");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "404 Not Found");
  EXPECT_TRUE(answer.content_type.starts_with("text/plain"));
}

TEST_F(DataRoutes, TakesAListOfAcceptedTypesForNoJson) {
  headers_ = {{"accept", "application/json, text/plain"}};
  EXPECT_EQ(get("/api/data/entity/nope").body, "404 Not Found");
}

TEST_F(DataRoutes, ReadsARowByItsUuid) {
  const Answer made = post("/api/data/entity/notes", R"({"text":"hello"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto row = json::parse(made.body).at("data");
  const std::string id(row.at("id").as_string());
  const Answer read = get("/api/data/entity/notes/" + id);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(json::parse(read.body).at("data"), row);
}

TEST_F(DataRoutes, CutsALimitToTheMostRowsAllowed) {
  for (int i = 0; i < 11; ++i)
    given("tags", R"([{"label":"a"},{"label":"b"},{"label":"c"},{"label":"d"},{"label":"e"}])");
  for (const char* limit : {"-1", "51", "1e9"}) {
    const Answer answer = get(std::string("/api/data/entity/tags?limit=") + limit);
    EXPECT_NE(answer.body.find(R"("meta":{"items":50,)"), std::string::npos) << limit;
  }
  EXPECT_NE(get("/api/data/entity/tags").body.find(R"("items":10,)"), std::string::npos);
}

TEST_F(DataRoutes, ChangesNothingWhenAMassUpdateIsWiderThanAllowed) {
  given("tags", R"([{"label":"a"},{"label":"a"},{"label":"a"},{"label":"a"}])");
  const Answer updated = call(
      Method::kPatch, "/api/data/entity/tags", R"({"update":{"label":"b"},"where":{"label":"a"}})"
  );
  EXPECT_EQ(updated.status, 413);
  EXPECT_EQ(call(Method::kDelete, "/api/data/entity/tags", R"({"label":"a"})").status, 413);
  EXPECT_EQ(
      post("/api/data/entity/tags/fn/count", R"({"label":"a"})").body,
      R"({"entity":"tags","count":4})"
  );
}

TEST_F(DataRoutes, StoresNoRowOfAnInsertWithOneInvalid) {
  EXPECT_EQ(post("/api/data/entity/tags", R"([{"label":"a"},{"label":null}])").status, 422);
  EXPECT_EQ(post("/api/data/entity/tags/fn/count", "{}").body, R"({"entity":"tags","count":0})");
}

TEST_F(DataRoutes, ExplainsAReadOnlyToThoseWhoMayQueryRaw) {
  headers_.push_back({"x-noded-explain", "1"});
  EXPECT_NE(get("/api/data/entity/tags").body.find(R"(,"plan":")"), std::string::npos);
  role_ = "reader";
  EXPECT_EQ(get("/api/data/entity/tags").body.find(R"("plan")"), std::string::npos);
}

}  // namespace
}  // namespace noded::data::testing
