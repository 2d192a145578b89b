// What the record layer costs above the store: reads, filters and sorts over many rows, and
// changes, without HTTP. Prints one line a figure.
//   record_bench [directory] [rows] [query] [bytes]
// `query`: measures only the query of this name, for a profiler. `bytes`: storage.scan_cache; with
// 0 rows come from RocksDB always, as after a change.
#include "noded/clock.hpp"
#include "noded/engine.hpp"

#include "bench/measure.hpp"
#include "codec/json.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/writer.hpp"
#include "runtime/thread_lane.hpp"
#include "storage/open.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::bench {
namespace {

namespace json = boost::json;

constexpr std::uint16_t kApplication = 1;

constexpr std::string_view kConfiguration = R"({
  "entities": {
    "documents": {"fields": {
      "title": {"type": "text"},
      "owner": {"type": "text"},
      "visibility": {"type": "text", "config": {"default_value": "private"}},
      "score": {"type": "number"},
      "rank": {"type": "number"},
      "place": {"type": "number"}
    }}
  },
  "indices": {
    "rank": {"entity": "documents", "fields": ["rank"], "unique": false},
    "place": {"entity": "documents", "fields": ["place"], "unique": false}
  }
})";

json::value parse(std::string_view text) {
  return must(codec::parse_json(text, "benchmark"));
}

class Bench {
 public:
  Bench(Engine& engine, int rows, std::string_view only)
      : engine_(engine),
        lane_({.name = "store", .queue_limit = 256, .thread_limit = 2}),
        database_({engine_, lane_}, kApplication, clock_),
        rows_(rows),
        only_(only) {}
  ~Bench() { lane_.close(); }

  void run() {
    must(wait(database_.change_schema(parse(kConfiguration).as_object(), {})));
    fill();
    measure_reads();
    measure_changes();
  }

 private:
  template <class T>
  T wait(Task<T> task) {
    std::optional<T> result;
    net::co_spawn(loop_, std::move(task), [&result](std::exception_ptr, T value) {
      result.emplace(std::move(value));
    });
    loop_.restart();
    loop_.run();
    return std::move(*result);
  }

  json::object row(int i) const {
    return {
        {"title", fmt::format("document number {:05}", i)},
        {"owner", fmt::format("user{}@example.com", i % 50)},
        {"score", static_cast<std::int64_t>(i) * 7919 % rows_},
        {"rank", i},
        {"place", static_cast<std::int64_t>(i) * 104'729 % rows_}  // neighbours lie far apart
    };
  }

  void create(std::vector<json::object> rows) {
    auto created = wait(database_.write(
        SteadyTime::max(),
        [&](const database::Schema& schema, Transaction& transaction) {
          return database::Writer(kApplication, schema, transaction, access_, clock_)
              .create(*schema.find("documents"), rows, false);
        }
    ));
    must(std::move(created));
  }

  void fill() {
    constexpr int kBatch = 1000;
    for (int i = 0; i < rows_; i += kBatch) {
      std::vector<json::object> rows;
      for (int n = i; n < std::min(rows_, i + kBatch); ++n)
        rows.push_back(row(n));
      create(std::move(rows));
    }
  }

  // In `tier`, and in the disk tier what would block there.
  template <class Read>
  Result<database::Page> read_as_the_node_does(Tier tier, std::string& out, Read read) {
    out.clear();
    auto transaction = must(engine_.begin({.tier = tier}));
    database::Reader reader(kApplication, *transaction, access_);
    auto page = read(reader);
    if (page || page.error().code != Errc::kWouldBlock) return page;
    out.clear();
    auto on_disk = must(engine_.begin({}));
    database::Reader again(kApplication, *on_disk, access_);
    return read(again);
  }

  // CPU of one read, in microseconds a read and nanoseconds a row walked.
  void measure_query(std::string_view what, std::string_view options, int count, Tier tier) {
    if (!only_.empty() && what != only_) return;
    if (!only_.empty()) count *= 100;
    const auto schema = database_.schema();
    const database::Entity& entity = *schema->find("documents");
    const auto query = must(database::parse_query(entity, parse(options).as_object(), {}));
    std::string out;
    const double seconds = best_of(count, [&](int) {
      must(read_as_the_node_does(tier, out, [&](database::Reader& reader) {
        return reader.read_many(entity, query, out);
      }));
    });
    print(what, seconds);
    if (tier == Tier::kDisk)
      fmt::print("{:<52} {:>10.1f} ns\n", "  a row of all", seconds / rows_ * 1e9);
  }

  void measure_reads() {
    const auto schema = database_.schema();
    const database::Entity& entity = *schema->find("documents");
    std::string out;
    print("read one by key", best_of(10'000, [&](int i) {
            const auto key = database::RowKey::of_integer(1 + i % 1000);
            must(read_as_the_node_does(Tier::kMemory, out, [&](database::Reader& reader) {
              return reader.read_one(entity, key, {}, out);
            }));
          }));
    measure_query("list 20", R"({"limit":20})", 2000, Tier::kMemory);
    measure_query(
        "where and sort, no index",
        fmt::format(
            R"({{"limit":20,"sort":"-title","where":{{"score":{{"$gt":{}}},"visibility":"private"}}}})",
            rows_ / 2
        ),
        50,
        Tier::kDisk
    );
    measure_query(
        "where alone, no index, few match",
        R"({"limit":20,"where":{"owner":"nobody@example.com"}})",
        50,
        Tier::kDisk
    );
    measure_query(
        "sort alone, no index, ascending", R"({"limit":20,"sort":"title"})", 50, Tier::kDisk
    );
    measure_index();
    measure_query("sort by an index", R"({"limit":20,"sort":"-rank"})", 2000, Tier::kMemory);
  }

  void measure_index() {
    for (const std::string_view field : {"rank", "place"}) {
      for (const int matching : {20, 200}) {
        for (const std::string_view order : {"id", "-title"}) {
          measure_query(
              fmt::format("where on the index {}, {} match, by {}", field, matching, order),
              fmt::format(
                  R"({{"limit":20,"sort":"{}","where":{{"{}":{{"$between":[500,{}]}}}}}})",
                  order,
                  field,
                  499 + matching
              ),
              400,
              Tier::kMemory
          );
        }
      }
    }
  }

  void measure_changes() {
    constexpr int kCount = 200;
    const double start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < kCount; ++i)
      create({row(rows_ + i)});
    print("create, CPU", (cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start) / kCount);
  }

  Engine& engine_;
  const Clock& clock_ = system_clock();
  runtime::ThreadLane lane_;
  net::io_context loop_;
  database::Database database_;
  const database::Access& access_ = database::unrestricted_access_for_the_node_itself();
  int rows_;
  std::string_view only_;
};

int run(storage::StorageSettings settings, int rows, std::string_view only) {
  const auto engine = must(storage::open_engine(settings));
  Bench(*engine, rows, only).run();
  engine->close();
  return 0;
}

}  // namespace
}  // namespace noded::bench

int main(int argc, char** argv) {
  const std::filesystem::path directory =
      argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / "noded-record-bench";
  std::filesystem::remove_all(directory);
  const int rows = argc > 2 ? std::atoi(argv[2]) : 10'000;
  noded::storage::StorageSettings settings;
  settings.directory = directory;
  if (argc > 4) settings.scan_cache_bytes = std::strtoull(argv[4], nullptr, 10);
  const int status = noded::bench::run(settings, rows, argc > 3 ? argv[3] : "");
  std::filesystem::remove_all(directory);
  return status;
}
