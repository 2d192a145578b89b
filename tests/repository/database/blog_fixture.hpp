// A small blog in a database: an author and her first post.
#pragma once

#include "support/database_fixture.hpp"

#include <stdexcept>
#include <string_view>

namespace noded::database {

class BlogFixture : public testing_support::DatabaseFixture {
 protected:
  static constexpr std::string_view kBlog = R"({
    "entities": {
      "authors": {"fields":{"name":{"type":"text"}}},
      "posts": {"fields":{"title":{"type":"text"},"slug":{"type":"text"}}},
      "comments": {"fields":{"content":{"type":"text"}}},
      "tags": {"fields":{"label":{"type":"text"}}},
      "categories": {"fields":{"name":{"type":"text"}}}
    },
    "relations": {
      "a": {"type":"n:1","source":"posts","target":"authors"},
      "c": {"type":"n:1","source":"comments","target":"posts","config":{"required":true}},
      "e": {"type":"m:n","source":"posts","target":"tags"},
      "f": {"type":"n:1","source":"categories","target":"categories","config":{"mappedBy":"parent","inversedBy":"children"}}
    },
    "indices": {"u":{"entity":"posts","fields":["slug"],"unique":true}}
  })";

  BlogFixture() {
    if (const auto schema = change_schema(kBlog); !schema)
      throw std::runtime_error(schema.error().message);
    made("authors", R"({"name":"Ann"})");
    made("posts", R"({"title":"First","slug":"first","authors_id":1})");
  }

  void made(std::string_view entity, std::string_view rows) {
    if (const auto created = create(entity, rows); !created)
      throw std::runtime_error(created.error().message);
  }
};

}  // namespace noded::database
