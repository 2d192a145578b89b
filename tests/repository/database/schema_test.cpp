#include "repository/database/schema.hpp"

#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>

namespace noded::database {
namespace {

using testing_support::parse_object;

std::shared_ptr<const Schema> built(std::string_view data) {
  Catalog catalog;
  auto schema = Schema::build(parse_object(data), catalog, true);
  EXPECT_TRUE(schema) << schema.error().message;
  return schema ? *schema : nullptr;
}

std::string dumped(const Schema& schema, std::initializer_list<std::string_view> path) {
  json::value value = schema.dump();
  for (const std::string_view step : path)
    value = json::value(value.at(step));
  return codec::to_json_text(value);
}

std::vector<std::string> names(const std::vector<std::unique_ptr<Field>>& fields) {
  std::vector<std::string> out;
  for (const auto& field : fields)
    out.push_back(field->name);
  return out;
}

constexpr std::string_view kBlog = R"({
  "entities": {
    "authors": {"type":"regular","config":{"name":"Authors"},"fields":{"name":{"type":"text","config":{"required":true}}}},
    "profiles": {"fields":{"bio":{"type":"text"}}},
    "posts": {"fields":{
      "title":{"type":"text","config":{"required":true,"minLength":2}},
      "day":{"type":"date"},
      "secret":{"type":"text","config":{"hidden":true}},
      "origin":{"type":"text","config":{"fillable":["create"],"hidden":["form","read"]}},
      "images":{"type":"media","config":{"entity":"posts","max_items":2}}}},
    "comments": {"config":{"sort_dir":"desc"},"fields":{"content":{"type":"text"}}},
    "tags": {"fields":{"label":{"type":"text"}}},
    "categories": {"fields":{"name":{"type":"text"}}},
    "notes": {"config":{"primary_format":"uuid"},"fields":{"text":{"type":"text"}}},
    "items": {"fields":{"name":{"type":"text"}}},
    "media": {"type":"system","fields":{"path":{"type":"text"}}}
  },
  "relations": {
    "a": {"type":"n:1","source":"posts","target":"authors"},
    "b": {"type":"n:1","source":"posts","target":"authors","config":{"mappedBy":"co_editor","inversedBy":"edited"}},
    "c": {"type":"n:1","source":"comments","target":"posts","config":{"required":true}},
    "d": {"type":"1:1","source":"authors","target":"profiles"},
    "e": {"type":"m:n","source":"posts","target":"tags"},
    "f": {"type":"n:1","source":"categories","target":"categories","config":{"mappedBy":"parent","inversedBy":"children"}},
    "g": {"type":"n:1","source":"items","target":"notes"},
    "h": {"type":"poly","source":"posts","target":"media","config":{"mappedBy":"images"}},
    "i": {"type":"poly","source":"posts","target":"media","config":{"mappedBy":"cover","targetCardinality":1}}
  },
  "indices": {"idx_unique_posts_title":{"entity":"posts","fields":["title"],"unique":true}}
})";

TEST(Schema, FillsInWhatADumpShows) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(
      dumped(*schema, {"entities", "tags"}),
      R"({"type":"regular","fields":{"id":{"type":"primary","config":{"format":"integer","fillable":false,)"
      R"("required":false}},"label":{"type":"text","config":{"required":false}}},)"
      R"("config":{"sort_field":"id","sort_dir":"asc"}})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "comments", "config"}),
      R"({"sort_dir":"desc","sort_field":"id"})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "posts", "fields", "title", "config"}),
      R"({"required":true,"minLength":2})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "posts", "fields", "day", "config"}),
      R"({"type":"date","required":false})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "posts", "fields", "images", "config"}),
      R"({"entity":"posts","max_items":2,"fillable":["update"],"virtual":true,"mime_types":[],"required":false})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "notes", "fields", "id", "config"}),
      R"({"format":"uuid","fillable":false,"required":false})"
  );
}

TEST(Schema, MakesTheFieldsOfRelations) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(
      dumped(*schema, {"entities", "posts", "fields", "co_editor_id"}),
      R"({"type":"relation","config":{"label":"Co Editor","required":false,"reference":"co_editor","target":"authors",)"
      R"("target_field":"id","target_field_type":"integer","on_delete":"set null"}})"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "items", "fields", "notes_id", "config", "target_field_type"}),
      R"("text")"
  );
  EXPECT_EQ(
      dumped(*schema, {"entities", "comments", "fields", "posts_id", "config", "required"}), "true"
  );
  EXPECT_EQ(
      names(schema->find("posts")->fields),
      (std::vector<std::string>{
          "id", "title", "day", "secret", "origin", "images", "authors_id", "co_editor_id"
      })
  );
  EXPECT_EQ(
      names(schema->find("posts_tags")->fields),
      (std::vector<std::string>{"id", "posts_id", "tags_id"})
  );
  EXPECT_EQ(schema->find("posts_tags")->type, EntityType::kGenerated);
  EXPECT_EQ(
      dumped(*schema, {"entities", "posts_tags", "fields", "tags_id", "config"}),
      R"({"required":false,"reference":"tags","target":"tags","target_field":"id","target_field_type":"integer",)"
      R"("on_delete":"set null"})"
  );
  EXPECT_EQ(
      names(schema->find("media")->fields),
      (std::vector<std::string>{"id", "path", "reference", "entity_id"})
  );
}

TEST(Schema, DumpsRelationsUnderTheirNames) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(
      dumped(*schema, {"relations"}),
      R"({"n1_posts_authors":{"type":"n:1","source":"posts","target":"authors","config":{"with_limit":5}},)"
      R"("n1_posts_authors_co_editor_edited":{"type":"n:1","source":"posts","target":"authors",)"
      R"("config":{"mappedBy":"co_editor","inversedBy":"edited","with_limit":5}},)"
      R"("n1_comments_posts":{"type":"n:1","source":"comments","target":"posts",)"
      R"("config":{"required":true,"with_limit":5}},)"
      R"("11_authors_profiles":{"type":"1:1","source":"authors","target":"profiles",)"
      R"("config":{"sourceCardinality":1,"with_limit":1}},)"
      R"("mn_posts_tags":{"type":"m:n","source":"posts","target":"tags","config":{}},)"
      R"("n1_categories_categories_parent_children":{"type":"n:1","source":"categories","target":"categories",)"
      R"("config":{"mappedBy":"parent","inversedBy":"children","with_limit":5}},)"
      R"("n1_items_notes":{"type":"n:1","source":"items","target":"notes","config":{"with_limit":5}},)"
      R"("poly_posts_media_images":{"type":"poly","source":"posts","target":"media","config":{"mappedBy":"images"}},)"
      R"("poly_posts_media_cover":{"type":"poly","source":"posts","target":"media",)"
      R"("config":{"mappedBy":"cover","targetCardinality":1}}})"
  );
  EXPECT_EQ(
      dumped(*schema, {"indices"}),
      R"({"idx_unique_posts_title":{"entity":"posts","fields":["title"],"unique":true}})"
  );
}

TEST(Schema, BuildsTheSameFromItsOwnDump) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  const auto again = built(codec::to_json_text(schema->dump()));
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->dump(), schema->dump());
}

std::string shown(const Entity& entity) {
  std::string out;
  for (const Reference& reference : entity.references) {
    out += reference.name + ":" + reference.other->name +
           (reference.from_source ? ":source" : ":target") + (reference.single ? ":single" : "") +
           (reference.listable ? ":listable" : "") + " ";
  }
  return out;
}

TEST(Schema, NamesReferencesFromBothSides) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(
      shown(*schema->find("posts")),
      "authors:authors:source:single co_editor:authors:source:single "
      "comments:comments:target:listable "
      "tags:tags:source:listable images:media:source:listable cover:media:source:single "
  );
  EXPECT_EQ(
      shown(*schema->find("authors")),
      "posts:posts:target:listable edited:posts:target:listable profiles:profiles:source:single "
  );
  EXPECT_EQ(shown(*schema->find("profiles")), "authors:authors:target:single ");
  EXPECT_EQ(shown(*schema->find("tags")), "posts:posts:target:listable ");
  EXPECT_EQ(
      shown(*schema->find("categories")),
      "children:categories:target:listable parent:categories:source:single "
  );
  EXPECT_EQ(shown(*schema->find("media")), "");
}

TEST(Schema, KnowsWhoHoldsKeysOfAnEntity) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  std::string out;
  for (const Referrer& referrer : schema->find("posts")->referrers) {
    out += referrer.entity->name + "." + referrer.key->name + (referrer.is_connection ? "! " : " ");
  }
  EXPECT_EQ(out, "comments.posts_id posts_tags.posts_id! ");
}

TEST(Schema, ShowsOnlyStoredFieldsThatAreNotHidden) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  std::string out;
  for (const Field* field : schema->find("posts")->visible)
    out += field->name + " ";
  EXPECT_EQ(out, "id title day authors_id co_editor_id ");
}

TEST(Schema, IndexesEveryRelationKeyAndThePolymorphicPairOnce) {
  const auto schema = built(kBlog);
  ASSERT_NE(schema, nullptr);
  std::multiset<std::string> implicit;
  for (const auto& index : schema->indices()) {
    if (index->implicit) implicit.insert(index->name);
    EXPECT_TRUE(index->ready);
  }
  EXPECT_EQ(
      implicit,
      (std::multiset<std::string>{
          "idx_posts_authors_id",
          "idx_posts_co_editor_id",
          "idx_comments_posts_id",
          "idx_authors_profiles_id",
          "idx_posts_tags_posts_id",
          "idx_posts_tags_tags_id",
          "idx_categories_parent_id",
          "idx_items_notes_id",
          "idx_media_reference_entity_id"
      })
  );
}

TEST(Schema, KeepsNumbersOverChanges) {
  Catalog catalog;
  const auto first = Schema::build(
      parse_object(
          R"({"entities":{"a":{"fields":{"x":{"type":"text"},"y":{"type":"text"}}},"b":{}}})"
      ),
      catalog,
      true
  );
  ASSERT_TRUE(first);
  const auto second = Schema::build(
      parse_object(
          R"({"entities":{"b":{},"a":{"fields":{"z":{"type":"text"},"y":{"type":"number"}}}}})"
      ),
      catalog,
      true
  );
  ASSERT_TRUE(second);
  EXPECT_EQ((*first)->find("a")->id, (*second)->find("a")->id);
  EXPECT_EQ((*first)->find("b")->id, (*second)->find("b")->id);
  EXPECT_EQ((*first)->find("a")->find_field("y")->id, (*second)->find("a")->find_field("y")->id);
  EXPECT_EQ((*second)->find("a")->find_field("z")->id, 3);
  EXPECT_EQ((*second)->find("a")->primary().id, 0);
}

TEST(Schema, MarksIndicesThatAreNotFilled) {
  Catalog catalog;
  constexpr std::string_view kOne =
      R"({"entities":{"a":{"fields":{"x":{"type":"text"},"y":{"type":"text"}}}},
    "indices":{"ix":{"entity":"a","fields":["x"]}}})";
  constexpr std::string_view kTwo =
      R"({"entities":{"a":{"fields":{"x":{"type":"text"},"y":{"type":"text"}}}},
    "indices":{"ix":{"entity":"a","fields":["x"]},"iy":{"entity":"a","fields":["y"]}}})";
  ASSERT_TRUE(Schema::build(parse_object(kOne), catalog, true));
  const auto schema = Schema::build(parse_object(kTwo), catalog, false);
  ASSERT_TRUE(schema);
  EXPECT_TRUE((*schema)->indices()[0]->ready);
  EXPECT_FALSE((*schema)->indices()[1]->ready);
}

TEST(Schema, MaintainsEqualIndicesOnce) {
  const auto schema = built(R"({"entities":{"a":{"fields":{"x":{"type":"text"}}}},
    "indices":{"one":{"entity":"a","fields":["x"]},"two":{"entity":"a","fields":["x"]},
               "three":{"entity":"a","fields":["id","x"]}}})");
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema->find("a")->indices.size(), 1u);
  EXPECT_EQ(schema->dump().at("indices").as_object().size(), 3u);
}

TEST(Schema, SortsByTheKeyWhenTheSortFieldIsGone) {
  const auto schema =
      built(R"({"entities":{"a":{"config":{"sort_field":"gone","sort_dir":"desc"}}}})");
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(schema->find("a")->sort_field, "id");
  EXPECT_TRUE(schema->find("a")->sort_descending);
  EXPECT_EQ(dumped(*schema, {"entities", "a", "config", "sort_field"}), R"("gone")");
}

TEST(Schema, UsesADeclaredConnectionEntity) {
  const auto schema = built(R"({"entities":{"a":{},"b":{},"link":{"type":"generated","fields":{
      "weight":{"type":"number"},"b_id":{"type":"relation","config":{"reference":"b","target":"b"}}}}},
    "relations":{"r":{"type":"m:n","source":"a","target":"b",
      "config":{"connectionTable":"link","connectionTableMappedName":"via"}}}})");
  ASSERT_NE(schema, nullptr);
  EXPECT_EQ(
      names(schema->find("link")->fields),
      (std::vector<std::string>{"id", "weight", "b_id", "a_id"})
  );
  const Relation& relation = *schema->relations().front();
  EXPECT_EQ(relation.name, "mn_link_via");
  EXPECT_EQ(relation.through_source->name, "a_id");
  EXPECT_EQ(relation.through_target->name, "b_id");
}

struct Refusal {
  const char* name;
  const char* data;
  const char* message;
};
void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

class RefusedSchema : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedSchema, SaysWhy) {
  Catalog catalog;
  const auto schema = Schema::build(parse_object(GetParam().data), catalog, true);
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().code, Errc::kInvalid);
  EXPECT_EQ(schema.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Configurations,
    RefusedSchema,
    testing::Values(
        Refusal{"empty_name", R"({"entities":{"":{}}})", R"(Entity name "" must not be empty)"},
        Refusal{"dot", R"({"entities":{"a.b":{}}})", R"(Entity name "a.b" must not contain ".")"},
        Refusal{
            "dollar", R"({"entities":{"$a":{}}})", R"(Entity name "$a" must not begin with "$")"
        },
        Refusal{
            "zero_byte",
            R"({"entities":{"a\u0000":{}}})",
            R"(Entity name "a\u0000" must not contain control characters)"
        },
        Refusal{
            "long_name",
            R"({"entities":{"a":{"fields":{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":{"type":"text"}}}}})",
            R"(Field name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" must be at most 64 bytes long)"
        },
        Refusal{
            "entity_type",
            R"({"entities":{"a":{"type":"odd"}}})",
            R"(Unknown type "odd" of entity "a")"
        },
        Refusal{
            "field_type",
            R"({"entities":{"a":{"fields":{"f":{"type":"odd"}}}}})",
            R"(Invalid configuration of field "a.f": unknown type "odd")"
        },
        Refusal{
            "two_primaries",
            R"({"entities":{"a":{"fields":{"id":{"type":"primary"},"pk":{"type":"primary"}}}}})",
            R"(Entity "a" has more than one primary field)"
        },
        Refusal{
            "text_id",
            R"({"entities":{"a":{"fields":{"id":{"type":"text"}}}}})",
            R"(Field "id" of entity "a" is the primary field)"
        },
        Refusal{
            "enum_default",
            R"({"entities":{"a":{"fields":{"f":{"type":"enum","config":{"options":{"type":"strings","values":["x"]},"default_value":"y"}}}}}})",
            R"(Invalid configuration of field "a.f": Default value "y" is not a valid option)"
        },
        Refusal{
            "wrong_member",
            R"({"entities":{"a":{"fields":{"f":{"type":"text","config":{"minLength":"2"}}}}}})",
            R"(Invalid configuration of field "a.f": "minLength" must be a number)"
        },
        Refusal{
            "context",
            R"({"entities":{"a":{"fields":{"f":{"type":"text","config":{"hidden":["nowhere"]}}}}}})",
            R"(Invalid configuration of field "a.f": "hidden" lists an unknown context)"
        },
        Refusal{
            "on_delete",
            R"({"entities":{"a":{"fields":{"f":{"type":"relation","config":{"target":"a","on_delete":"explode"}}}}}})",
            R"(Invalid configuration of field "a.f": "explode" is no valid "on_delete")"
        },
        Refusal{
            "relation_field_target",
            R"({"entities":{"a":{"fields":{"f":{"type":"relation","config":{"target":"nope"}}}}}})",
            R"(Field "a.f": target entity "nope" not found)"
        },
        Refusal{
            "relation_source",
            R"({"entities":{"a":{}},"relations":{"r":{"type":"n:1","source":"x","target":"a"}}})",
            R"(Relation "r": entity "x" not found)"
        },
        Refusal{
            "relation_target",
            R"({"entities":{"a":{}},"relations":{"r":{"type":"n:1","source":"a","target":"x"}}})",
            R"(Relation "r": entity "x" not found)"
        },
        Refusal{
            "relation_twice",
            R"({"entities":{"a":{},"b":{}},"relations":{"r":{"type":"n:1","source":"a","target":"b"},
                "s":{"type":"1:1","source":"a","target":"b"}}})",
            R"(Relation "s": Relation "1:1" between "a" and "b" already exists)"
        },
        Refusal{
            "relation_over_a_field",
            R"({"entities":{"a":{"fields":{"b_id":{"type":"text"}}},"b":{}},
                "relations":{"r":{"type":"n:1","source":"a","target":"b"}}})",
            R"(Relation "r": field "b_id" of entity "a" is no relation to "b")"
        },
        Refusal{
            "m_n_with_itself",
            R"({"entities":{"a":{}},"relations":{"r":{"type":"m:n","source":"a","target":"a"}}})",
            R"(Relation "r": a m:n relation cannot connect entity "a" with itself)"
        },
        Refusal{
            "index_entity",
            R"({"indices":{"i":{"entity":"x","fields":["f"]}}})",
            R"(Index "i": entity "x" not found)"
        },
        Refusal{
            "index_field",
            R"({"entities":{"a":{}},"indices":{"i":{"entity":"a","fields":["f"]}}})",
            R"(Index "i": field "f" is not declared on entity "a")"
        },
        Refusal{
            "index_on_a_relations_field",
            R"({"entities":{"a":{},"b":{}},"relations":{"r":{"type":"n:1","source":"a","target":"b"}},
                "indices":{"i":{"entity":"a","fields":["b_id"]}}})",
            R"(Index "i": field "b_id" is not declared on entity "a")"
        },
        Refusal{
            "index_of_nothing",
            R"({"entities":{"a":{}},"indices":{"i":{"entity":"a","fields":[]}}})",
            R"(Index "i" must contain at least one field)"
        }
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(Schema, RefusesAPatternThatDoesNotCompile) {
  Catalog catalog;
  const auto schema = Schema::build(
      parse_object(
          R"({"entities":{"a":{"fields":{"f":{"type":"text","config":{"pattern":"(" }}}}}})"
      ),
      catalog,
      true
  );
  ASSERT_FALSE(schema);
  EXPECT_EQ(
      schema.error().message.find(R"(Invalid configuration of field "a.f": "pattern": )"), 0u
  );
}

TEST(Schema, RefusesAJsonSchemaThatDoesNotCompile) {
  Catalog catalog;
  const auto schema = Schema::build(
      parse_object(
          R"({"entities":{"a":{"fields":{"f":{"type":"jsonschema","config":{"schema":{"type":"odd"}}}}}}})"
      ),
      catalog,
      true
  );
  ASSERT_FALSE(schema);
  EXPECT_EQ(schema.error().message.find(R"(Invalid configuration of field "a.f": "schema": )"), 0u);
}

}  // namespace
}  // namespace noded::database
