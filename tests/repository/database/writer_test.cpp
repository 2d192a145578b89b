#include "repository/database/writer.hpp"

#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using testing_support::parse;
using testing_support::parse_object;

constexpr std::string_view kBlog = R"({
  "entities": {
    "authors": {"fields":{"name":{"type":"text","config":{"required":true}}}},
    "profiles": {"fields":{"bio":{"type":"text","config":{"required":true}}}},
    "posts": {"fields":{
      "title":{"type":"text","config":{"required":true,"minLength":2}},
      "slug":{"type":"text"},
      "views":{"type":"number","config":{"default_value":0}},
      "published":{"type":"boolean","config":{"default_value":false}},
      "secret":{"type":"text","config":{"hidden":true}},
      "origin":{"type":"text","config":{"fillable":["create"]}},
      "fixed":{"type":"text","config":{"fillable":false}},
      "images":{"type":"media","config":{"entity":"posts"}}}},
    "comments": {"fields":{"content":{"type":"text"}}},
    "tags": {"fields":{"label":{"type":"text","config":{"required":true}}}},
    "flags": {"fields":{"on":{"type":"boolean","config":{"default_value":true}}}},
    "categories": {"fields":{"name":{"type":"text"}}},
    "notes": {"config":{"primary_format":"uuid"},"fields":{"text":{"type":"text"}}},
    "items": {"fields":{"name":{"type":"text"}}},
    "media": {"type":"system","fields":{"path":{"type":"text"}}},
    "users": {"type":"system","fields":{"email":{"type":"text"},
      "hash":{"type":"text","config":{"fillable":false,"hidden":true}}}}
  },
  "relations": {
    "a": {"type":"n:1","source":"posts","target":"authors"},
    "b": {"type":"n:1","source":"posts","target":"authors","config":{"mappedBy":"editor","inversedBy":"edited"}},
    "c": {"type":"n:1","source":"comments","target":"posts","config":{"required":true}},
    "d": {"type":"1:1","source":"authors","target":"profiles"},
    "e": {"type":"m:n","source":"posts","target":"tags"},
    "f": {"type":"n:1","source":"categories","target":"categories","config":{"mappedBy":"parent","inversedBy":"children"}},
    "g": {"type":"n:1","source":"items","target":"notes"},
    "h": {"type":"poly","source":"posts","target":"media","config":{"mappedBy":"images"}}
  },
  "indices": {"u":{"entity":"posts","fields":["slug"],"unique":true},
              "v":{"entity":"items","fields":["name"],"unique":true}}
})";

class WriterTest : public DatabaseFixture {
 protected:
  WriterTest() {
    const auto schema = change_schema(kBlog);
    if (!schema) throw std::runtime_error(schema.error().message);
    made("authors", R"([{"name":"Ann"},{"name":"Bob"}])");
    made("posts", R"({"title":"First","slug":"first","authors_id":1})");
  }

  void made(std::string_view entity, std::string_view rows) {
    const auto created = create(entity, rows);
    if (!created) throw std::runtime_error(created.error().message);
  }
};

struct Refusal {
  const char* name;
  const char* entity;
  const char* given;
  Errc code;
  const char* message;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}
std::string name_of(const testing::TestParamInfo<Refusal>& info) {
  return info.param.name;
}

class RefusedCreation : public WriterTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedCreation, SaysWhyAndStoresNothing) {
  const std::string before = rows(GetParam().entity);
  const auto created = create(GetParam().entity, GetParam().given);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().message, GetParam().message);
  EXPECT_EQ(created.error().code, GetParam().code);
  EXPECT_EQ(rows(GetParam().entity), before);
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    RefusedCreation,
    testing::Values(
        Refusal{
            "required_absent",
            "posts",
            R"({"slug":"x"})",
            Errc::kInvalid,
            R"(Field "title" is required)"
        },
        Refusal{
            "required_null",
            "posts",
            R"({"title":null})",
            Errc::kUnprocessable,
            R"(Property "title" is required)"
        },
        Refusal{
            "too_short",
            "posts",
            R"({"title":"x"})",
            Errc::kUnprocessable,
            R"(Field "title" must be at least 2 character(s))"
        },
        Refusal{
            "unknown_field",
            "posts",
            R"({"title":"ok","nope":1})",
            Errc::kInvalid,
            R"(Field "nope" not found on entity "posts". Fields: title, slug, views, published, secret, origin, authors_id, editor_id)"
        },
        Refusal{
            "unknown_field_of_many",
            "tags",
            R"([{"label":"a"},{"label":"b","nope":1}])",
            Errc::kInvalid,
            R"(Field "nope" not found on entity "tags". Fields: label)"
        },
        Refusal{
            "the_key",
            "posts",
            R"({"title":"ok","id":7})",
            Errc::kInvalid,
            R"(Field "id" is not fillable on entity "posts")"
        },
        Refusal{
            "not_fillable",
            "posts",
            R"({"title":"ok","fixed":"x"})",
            Errc::kInvalid,
            R"(Field "fixed" is not fillable on entity "posts")"
        },
        Refusal{"nothing", "tags", "{}", Errc::kInvalid, R"(No data left to update "tags")"},
        Refusal{
            "nothing_of_many", "tags", "[{}]", Errc::kInvalid, R"(No data left to update "tags")"
        },
        Refusal{
            "not_unique",
            "posts",
            R"({"title":"ok","slug":"first"})",
            Errc::kExists,
            "UNIQUE constraint failed: posts.slug"
        },
        Refusal{
            "not_unique_within_the_request",
            "items",
            R"([{"name":"a"},{"name":"a"}])",
            Errc::kExists,
            "UNIQUE constraint failed: items.name"
        },
        Refusal{
            "no_such_target",
            "posts",
            R"({"title":"ok","authors_id":99})",
            Errc::kInvalid,
            R"(Cannot connect "posts.authors_id" to "authors.id" = "99": not found.)"
        },
        Refusal{
            "no_such_target_by_reference",
            "posts",
            R"({"title":"ok","authors":{"$set":{"id":99}}})",
            Errc::kInvalid,
            R"(Cannot connect "posts.authors" to "authors.id" = "99": not found.)"
        },
        Refusal{
            "a_target_that_is_no_key",
            "posts",
            R"({"title":"ok","authors_id":"abc"})",
            Errc::kInvalid,
            R"(Cannot connect "posts.authors_id" to "authors.id" = "abc": not found.)"
        },
        Refusal{
            "an_object_as_key",
            "posts",
            R"({"title":"ok","authors_id":{"id":1}})",
            Errc::kInvalid,
            R"(Invalid value for relation field "authors_id" given, expected primitive.)"
        },
        Refusal{
            "required_relation_absent",
            "comments",
            R"({"content":"x"})",
            Errc::kInvalid,
            R"(Field "posts_id" is required)"
        },
        Refusal{
            "required_relation_null",
            "comments",
            R"({"posts_id":null})",
            Errc::kUnprocessable,
            R"(Property "posts_id" is required)"
        },
        Refusal{
            "required_relation_set_to_null",
            "comments",
            R"({"posts":{"$set":{"id":null}}})",
            Errc::kUnprocessable,
            R"(Property "posts_id" is required)"
        },
        Refusal{
            "a_reference_without_operation",
            "posts",
            R"({"title":"ok","authors":1})",
            Errc::kInvalid,
            R"(Invalid value for relation "authors" given, expected object to persist reference. Like '{$set: {id: 1}}'.)"
        },
        Refusal{
            "unknown_operation",
            "posts",
            R"({"title":"ok","authors":{"$foo":{"id":1}}})",
            Errc::kInvalid,
            R"(Invalid operation "$foo" for relation "authors". Allowed: $set, $create, $attach, $detach)"
        },
        Refusal{
            "no_operation",
            "posts",
            R"({"title":"ok","authors":{}})",
            Errc::kInvalid,
            R"(Invalid operation "undefined" for relation "authors". Allowed: $set, $create, $attach, $detach)"
        },
        Refusal{
            "an_array_of_references",
            "posts",
            R"({"title":"ok","images":[{"id":1}]})",
            Errc::kInvalid,
            R"(Invalid operation "0" for relation "images". Allowed: $set, $create, $attach, $detach)"
        },
        Refusal{
            "two_operations",
            "posts",
            R"({"title":"ok","authors":{"$set":{"id":1},"$create":{"name":"x"}}})",
            Errc::kInvalid,
            R"(Invalid value for relation "authors" given, expected one operation.)"
        },
        Refusal{
            "set_of_no_object",
            "posts",
            R"({"title":"ok","authors":{"$set":1}})",
            Errc::kInvalid,
            R"(Invalid value for relation field "authors" given, expected object.)"
        },
        Refusal{
            "create_of_n_1",
            "posts",
            R"({"title":"ok","authors":{"$create":{"name":"x"}}})",
            Errc::kInvalid,
            "$create is not allowed"
        },
        Refusal{
            "set_of_1_1",
            "authors",
            R"({"name":"x","profiles":{"$set":{"id":1}}})",
            Errc::kInvalid,
            "$set is not allowed"
        },
        Refusal{
            "set_from_the_other_side",
            "authors",
            R"({"name":"x","posts":{"$set":{"id":1}}})",
            Errc::kInvalid,
            "$set is not allowed"
        },
        Refusal{
            "attach",
            "posts",
            R"({"title":"ok","tags":{"$attach":[1]}})",
            Errc::kInvalid,
            "$attach is not allowed"
        },
        Refusal{
            "detach",
            "posts",
            R"({"title":"ok","tags":{"$detach":[1]}})",
            Errc::kInvalid,
            "$detach is not allowed"
        },
        Refusal{
            "a_bad_other_end",
            "authors",
            R"({"name":"x","profiles":{"$create":{}}})",
            Errc::kInvalid,
            R"(Error performing $create on "profiles". No data left to update "profiles")"
        },
        Refusal{
            "a_system_entity",
            "users",
            R"({"email":"a@b.cc"})",
            Errc::kForbidden,
            R"(Creation of system entity "users" is disabled)"
        }
    ),
    name_of
);

class RefusedUpdate : public WriterTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedUpdate, SaysWhyAndChangesNothing) {
  made("posts", R"({"title":"Second","slug":"second"})");
  made("comments", R"({"posts_id":1})");
  const std::string before = rows(GetParam().entity);
  const auto updated = update(GetParam().entity, 1, GetParam().given);
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().message, GetParam().message);
  EXPECT_EQ(updated.error().code, GetParam().code);
  EXPECT_EQ(rows(GetParam().entity), before);
}

INSTANTIATE_TEST_SUITE_P(
    Changes,
    RefusedUpdate,
    testing::Values(
        Refusal{"nothing", "posts", "{}", Errc::kInvalid, R"(No data left to update "posts")"},
        Refusal{
            "required_null",
            "posts",
            R"({"title":null})",
            Errc::kUnprocessable,
            R"(Property "title" is required)"
        },
        Refusal{
            "for_creation_only",
            "posts",
            R"({"origin":"x"})",
            Errc::kInvalid,
            R"(Field "origin" is not fillable on entity "posts")"
        },
        Refusal{
            "not_unique",
            "posts",
            R"({"slug":"second"})",
            Errc::kExists,
            "UNIQUE constraint failed: posts.slug"
        },
        Refusal{
            "required_relation",
            "comments",
            R"({"posts_id":null})",
            Errc::kUnprocessable,
            R"(Property "posts_id" is required)"
        },
        Refusal{
            "no_such_target",
            "comments",
            R"({"posts_id":99})",
            Errc::kInvalid,
            R"(Cannot connect "comments.posts_id" to "posts.id" = "99": not found.)"
        }
    ),
    name_of
);

TEST_F(WriterTest, FillsInDefaultsOnCreation) {
  made("posts", R"({"title":"Defaults"})");
  EXPECT_EQ(
      rows("posts", R"({"where":{"title":"Defaults"}})"),
      R"([{"id":2,"title":"Defaults","slug":null,"views":0,"published":false,"origin":null,"fixed":null,)"
      R"("authors_id":null,"editor_id":null}])"
  );
}

TEST_F(WriterTest, CreatesARowOfDefaultsAlone) {
  made("flags", "{}");
  EXPECT_EQ(rows("flags"), R"([{"id":1,"on":true}])");
}

TEST_F(WriterTest, RestoresTheDefaultForNullOnUpdate) {
  ASSERT_TRUE(update("posts", 1, R"({"views":30,"slug":"x","secret":"s"})").value());
  ASSERT_TRUE(update("posts", 1, R"({"views":null,"slug":null})").value());
  EXPECT_EQ(rows("posts", R"({"select":["views","slug"]})"), R"([{"views":0,"slug":null}])");
}

TEST_F(WriterTest, AllowsManyNullsInAUniqueIndex) {
  made("posts", R"([{"title":"aa"},{"title":"bb"}])");
  EXPECT_EQ(
      rows("posts", R"({"where":{"slug":{"$isnull":true}},"select":["id"]})"),
      R"([{"id":2},{"id":3}])"
  );
}

TEST_F(WriterTest, FreesAUniqueValueOnUpdateAndDeletion) {
  ASSERT_TRUE(update("posts", 1, R"({"slug":"other"})").value());
  made("posts", R"({"title":"ok","slug":"first"})");
  ASSERT_TRUE(erase("posts", 2));
  made("posts", R"({"title":"ok","slug":"first"})");
}

TEST_F(WriterTest, TakesRelationsInEveryForm) {
  made("posts", R"({"title":"by text","authors_id":"2"})");
  made("posts", R"({"title":"by set","authors":{"$set":{"id":2}},"editor":{"$set":{"id":1}}})");
  made("posts", R"({"title":"by null","authors":{"$set":{"id":null}},"editor_id":null})");
  EXPECT_EQ(
      rows("posts", R"({"where":{"id":{"$gt":1}},"select":["authors_id","editor_id"]})"),
      R"([{"authors_id":2,"editor_id":null},{"authors_id":2,"editor_id":1},{"authors_id":null,"editor_id":null}])"
  );
}

TEST_F(WriterTest, CreatesTheOtherEndOfAOneToOneRelation) {
  made("authors", R"({"name":"Cy","profiles":{"$create":{"bio":"wrote it"}}})");
  ASSERT_TRUE(update("authors", 1, R"({"profiles":{"$create":{"bio":"late"}}})").value());
  EXPECT_EQ(rows("profiles"), R"([{"id":1,"bio":"wrote it"},{"id":2,"bio":"late"}])");
  EXPECT_EQ(
      rows("authors"),
      R"([{"id":1,"name":"Ann","profiles_id":2},{"id":2,"name":"Bob","profiles_id":null},)"
      R"({"id":3,"name":"Cy","profiles_id":1}])"
  );
}

TEST_F(WriterTest, CreatesNoOtherEndForARowThatIsNotThere) {
  const auto updated = update("authors", 99, R"({"profiles":{"$create":{"bio":"lost"}}})");
  ASSERT_TRUE(updated);
  EXPECT_FALSE(*updated);
  EXPECT_EQ(rows("profiles"), "[]");
}

TEST_F(WriterTest, MakesUuidKeysAndRelationsToThem) {
  const auto notes = create("notes", R"([{"text":"a"},{"text":"b"}])");
  ASSERT_TRUE(notes);
  ASSERT_EQ(notes->size(), 2u);
  const std::string key = notes->front().text();
  EXPECT_EQ(key[14], '7');
  made("items", R"({"name":"nail","notes_id":")" + key + R"("})");
  EXPECT_EQ(rows("items"), R"([{"id":1,"name":"nail","notes_id":")" + key + R"("}])");
}

TEST_F(WriterTest, LetsTheNodeFillWhatNoRequestMay) {
  const auto& access = unrestricted_access_for_the_node_itself();
  ASSERT_TRUE(create("users", R"({"email":"a@b.cc","hash":"h1"})", access, true));
  ASSERT_TRUE(update("users", 1, R"({"hash":"h2"})", access, true).value());
  const auto by_request = update("users", 1, R"({"hash":"h3"})");
  ASSERT_FALSE(by_request);
  EXPECT_EQ(by_request.error().message, R"(Field "hash" is not fillable on entity "users")");
  EXPECT_EQ(rows("users"), R"([{"id":1,"email":"a@b.cc"}])");
}

TEST_F(WriterTest, ReportsWhatIsNotThere) {
  EXPECT_FALSE(update("posts", 99, R"({"title":"xx"})").value());
  EXPECT_EQ(erase("posts", 99).value(), "");
}

TEST_F(WriterTest, ShowsTheDeletedRowAsItWas) {
  EXPECT_EQ(
      erase("posts", 1).value(),
      R"({"id":1,"title":"First","slug":"first","views":0,"published":false,"origin":null,"fixed":null,)"
      R"("authors_id":1,"editor_id":null})"
  );
  EXPECT_EQ(rows("posts"), "[]");
}

TEST_F(WriterTest, ChangesAndDeletesManyByWhere) {
  made("tags", R"([{"label":"gone 1"},{"label":"kept"},{"label":"gone 2"}])");
  const auto updated = write([this](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .update_where(
            *schema.find("tags"),
            parse_object(R"({"label":{"$like":"gone*"}})"),
            parse_object(R"({"label":"x"})")
        );
  });
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(*updated, (std::vector<RowKey>{RowKey::of_integer(1), RowKey::of_integer(3)}));
  const auto erased =
      write([this](const Schema& schema, Transaction& transaction) -> Result<std::string> {
        std::string out;
        const auto count =
            writer(schema, transaction, unrestricted_access_for_the_node_itself())
                .erase_where(*schema.find("tags"), parse_object(R"({"label":"x"})"), out);
        if (!count) return std::unexpected(count.error());
        return std::to_string(*count) + out;
      });
  ASSERT_TRUE(erased) << erased.error().message;
  EXPECT_EQ(*erased, R"(2[{"id":1,"label":"x"},{"id":3,"label":"x"}])");
  EXPECT_EQ(rows("tags"), R"([{"id":2,"label":"kept"}])");
}

TEST_F(WriterTest, WantsAWhereForManyRows) {
  const auto updated = write([this](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .update_where(*schema.find("tags"), {}, parse_object(R"({"label":"x"})"));
  });
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().message, "Where clause must be provided for mass update");
  const auto erased = write([this](const Schema& schema, Transaction& transaction) {
    std::string out;
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .erase_where(*schema.find("tags"), {}, out);
  });
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().message, "Where clause must be provided for mass deletion");
}

TEST_F(WriterTest, RefusesAnEntityOfAnotherSchema) {
  const auto old_schema = database_.schema();
  ASSERT_TRUE(change_schema(kBlog));
  const auto created = write([&](const Schema& schema, Transaction& transaction) {
    const std::vector<json::object> given{parse_object(R"({"label":"x"})")};
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .create(*old_schema->find("tags"), given);
  });
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Errc::kInternal);
}

}  // namespace
}  // namespace noded::database
