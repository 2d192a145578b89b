// Rows of requests: {"create":row,"update":changes,"where":…}. What is written reads as JSON, an
// index knows each row that a scan finds, and deleting everything leaves nothing behind.
#include "noded/clock.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/writer.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace noded;
namespace json = boost::json;

constexpr std::uint16_t kApplication = 1;

constexpr std::string_view kData = R"({"entities":{
  "posts":{"fields":{"t":{"type":"text","config":{"maxLength":9}},"n":{"type":"number"},
    "b":{"type":"boolean"},"d":{"type":"date"},"j":{"type":"json"},
    "e":{"type":"enum","config":{"options":{"type":"strings","values":["x","y"]}}},
    "s":{"type":"jsonschema","config":{"schema":{"type":"object","required":["a"]}}}}},
  "users":{"fields":{"name":{"type":"text","config":{"required":true}}}},
  "notes":{"config":{"primary_format":"uuid"},"fields":{"t":{"type":"text"}}}},
  "relations":{"a":{"type":"n:1","source":"posts","target":"users"},
    "b":{"type":"1:1","source":"users","target":"notes"},
    "c":{"type":"n:1","source":"posts","target":"posts",
      "config":{"mappedBy":"parent","inversedBy":"children"}}},
  "indices":{"t":{"entity":"posts","fields":["t","n"]},"d":{"entity":"posts","fields":["d"]},
    "n":{"entity":"users","fields":["name"],"unique":true}}})";

struct Node {
  storage::Store store{
      storage::make_memory_backend(),
      {},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  std::shared_ptr<const database::Schema> schema;

  Node() {
    database::Catalog catalog;
    schema = database::Schema::build(codec::parse_json(kData)->as_object(), catalog, true).value();
  }
};

const json::object& object_at(const json::object& input, const char* name) {
  static const json::object none;
  const json::value* member = input.if_contains(name);
  return member != nullptr && member->is_object() ? member->get_object() : none;
}

std::uint64_t entries(Transaction& transaction, database::keys::Space space) {
  const auto cursor = transaction.scan(
      prefix_range(database::keys::prefix(kApplication, space)), Direction::kForward
  );
  std::uint64_t count = 0;
  while (cursor->next())
    ++count;
  return count;
}

class Round {
 public:
  Round(const Node& node, Transaction& transaction)
      : schema_(*node.schema),
        transaction_(transaction),
        writer_(kApplication, schema_, transaction, access_, system_clock()),
        reader_(kApplication, transaction, access_) {}

  void run(const json::object& input) {
    const database::Entity& posts = *schema_.find("posts");
    const json::object owner{{"name", "Ann"}};
    // After an error nothing of the transaction may be kept.
    if (!writer_.create(*schema_.find("users"), std::span(&owner, 1))) std::abort();
    const auto made = writer_.create(posts, std::span(&object_at(input, "create"), 1));
    if (!made) return;
    const auto updated = writer_.update(posts, made->front(), object_at(input, "update"));
    if (!updated && updated.error().code == Errc::kInternal) std::abort();
    if (!updated) return;
    check(posts);
    if (!writer_.update_where(posts, object_at(input, "where"), object_at(input, "update"))) return;
    check(posts);
    erase_all();
  }

 private:
  void check(const database::Entity& posts) {
    std::string rows;
    const auto page = reader_.read_many(posts, database::Query{}, rows);
    if (!page || page->total != page->count) std::abort();
    if (!codec::parse_json(rows, "rows", {.max_depth = 200})) std::abort();
    // Each row of posts in its two declared indices and in those of its two relation fields.
    const std::uint64_t indexed = entries(transaction_, database::keys::Space::kIndex);
    const std::uint64_t unique = entries(transaction_, database::keys::Space::kUnique);
    if (indexed < 4 * page->total || unique < entries_of("users")) std::abort();
  }

  std::uint64_t entries_of(const char* entity) {
    return static_cast<std::uint64_t>(
        transaction_.read_counter(database::keys::row_count(kApplication, *schema_.find(entity)))
            .value()
    );
  }

  void erase_all() {
    const json::object every{{"id", {{"$isnull", false}}}};
    for (const char* entity : {"posts", "users", "notes"}) {
      std::string out;
      if (!writer_.erase_where(*schema_.find(entity), every, out)) std::abort();
      if (!codec::parse_json(out, "rows", {.max_depth = 200})) std::abort();
      if (entries_of(entity) != 0) std::abort();
    }
    for (const auto space :
         {database::keys::Space::kRow, database::keys::Space::kIndex, database::keys::Space::kUnique
         }) {
      if (entries(transaction_, space) != 0) std::abort();
    }
  }

  const database::Access& access_ = database::unrestricted_access_for_the_node_itself();
  const database::Schema& schema_;
  Transaction& transaction_;
  database::Writer writer_;
  database::Reader reader_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Node node;
  const auto parsed = codec::parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  const auto transaction = node.store.begin({}).value();
  Round(node, *transaction).run(parsed->get_object());
  return 0;
}
