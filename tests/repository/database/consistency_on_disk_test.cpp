// The check and its mending on a store that lies on a disk, over a restart.
#include "codec/json.hpp"
#include "repository/database/consistency.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"
#include "runtime/thread_lane.hpp"
#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace noded::database {
namespace {

constexpr std::uint16_t kApplication = 1;
constexpr std::string_view kData = R"({
  "entities": {"posts": {"fields":{"slug":{"type":"text"}}}},
  "indices": {"u":{"entity":"posts","fields":["slug"],"unique":true}}
})";

// One opening of the store.
class OpenStore {
 public:
  explicit OpenStore(const std::filesystem::path& directory)
      : engine_(storage::open_engine({.directory = directory}).value()),
        lane_({.name = "store", .queue_limit = 16, .thread_limit = 2}),
        database_({*engine_, lane_}, kApplication, system_clock()) {
    const auto opened =
        test::run_task(database_.open(codec::parse_json(kData, "test").value().as_object()));
    if (!opened) throw std::runtime_error(opened.error().message);
  }
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;
  ~OpenStore() {
    lane_.close();
    engine_->close();
  }

  void make_posts(int count) {
    const auto made = test::run_task(database_.write(
        SteadyTime::max(),
        [count](const Schema& schema, Transaction& transaction) -> Result<int> {
          const Entity& posts = *schema.find("posts");
          RecordStore records(kApplication, transaction);
          for (int i = 0; i < count; ++i) {
            RowBuilder row;
            const std::string slug = "slug-" + std::to_string(i);
            row.set(posts.find_field("slug")->id, ValueView::of_text(slug));
            const auto key = records.make_key(posts, 0);
            const auto put = records.put(posts, *key, nullptr, row.build(), 0);
            if (!put) return std::unexpected(put.error());
          }
          return count;
        }
    ));
    ASSERT_TRUE(made) << made.error().message;
  }

  // All entries of the unique index go, and the kept count goes wrong.
  void damage() {
    const auto schema = database_.schema();
    const std::string prefix =
        keys::prefix(kApplication, keys::Space::kUnique, schema->indices().front()->id);
    auto transaction = test::begin(*engine_);
    {
      const auto cursor = transaction->scan(prefix_range(prefix), Direction::kForward);
      while (cursor->next())
        transaction->erase(cursor->key());
    }
    transaction->add(keys::row_count(kApplication, *schema->find("posts")), 5);
    ASSERT_TRUE(test::commit(*engine_, std::move(transaction)));
  }

  ConsistencyReport check() { return test::run_task(Consistency(database_).check()).value(); }
  ConsistencyReport repair() { return test::run_task(Consistency(database_).repair()).value(); }

 private:
  std::unique_ptr<Engine> engine_;
  runtime::ThreadLane lane_;
  Database database_;
};

TEST(ConsistencyOnDisk, WhatWasMendedStaysMendedOverARestart) {
  constexpr int kPosts = 3000;  // some pieces of a walk
  const test::TemporaryDirectory directory;
  {
    OpenStore store(directory.path() / "store");
    store.make_posts(kPosts);
    EXPECT_TRUE(store.check().found.empty());
    store.damage();
  }
  const std::map<Flaw, std::uint64_t> damage{{Flaw::kIndexMissing, kPosts}, {Flaw::kCount, 1}};
  {
    OpenStore store(directory.path() / "store");
    EXPECT_EQ(store.check().found, damage);
    const ConsistencyReport repaired = store.repair();
    EXPECT_EQ(repaired.mended, damage);
    EXPECT_TRUE(repaired.found.empty());
  }
  OpenStore store(directory.path() / "store");
  const ConsistencyReport after = store.check();
  EXPECT_TRUE(after.found.empty());
  EXPECT_EQ(after.index_entries, kPosts);
}

}  // namespace
}  // namespace noded::database
