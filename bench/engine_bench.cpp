// What the store costs: begin, point reads, cursor moves, and durable commits by many at once.
// Prints one line a figure.
//   engine_bench [directory] [engine] [durability]
#include "noded/engine.hpp"

#include "bench/measure.hpp"
#include "storage/open.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace noded::bench {
namespace {

constexpr int kRows = 50'000;  // fit into the cache

// Consecutive rows are far apart, as those of a hash are.
std::string row_key(int i) {
  return fmt::format("row/{:016x}", static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15u);
}

void run_to_end(net::io_context& loop) {
  loop.restart();
  loop.run();
}

Task<> write_rows(Engine& engine, int from, int to) {
  auto transaction = must(engine.begin({}));
  for (int i = from; i < to; ++i)
    transaction->put(row_key(i), std::string(200, static_cast<char>('a' + i % 26)));
  must(co_await engine.commit(std::move(transaction)));
}

void fill(Engine& engine, net::io_context& loop) {
  for (int i = 0; i < kRows; i += 1000)
    spawn(loop.get_executor(), "fill", [&engine, i] { return write_rows(engine, i, i + 1000); });
  run_to_end(loop);
}

void measure_reads(Engine& engine, Tier tier, std::string_view name) {
  constexpr int kHot = 1000;
  std::vector<std::string> keys;
  for (int i = 0; i < kHot; ++i)
    keys.push_back(row_key(i));
  auto transaction = must(engine.begin({.tier = tier}));
  std::string value;
  int blocked = 0;
  const auto peek = [&](int i) {
    blocked += !transaction->peek(keys[static_cast<std::size_t>(i)], value).has_value();
  };
  print(fmt::format("peek, {}", name), best_of(kHot, peek));
  fmt::print("{:<52} {:>10}\n", "  of these would block", blocked);
  print(fmt::format("peek of an absent key, {}", name), best_of(kHot, [&](int i) {
          keys[0].assign(row_key(i)).push_back('x');
          static_cast<void>(transaction->peek(keys[0], value));
        }));
  print(fmt::format("get in a transaction of its own, {}", name), best_of(kHot, [&](int i) {
          auto own = must(engine.begin({.tier = tier}));
          static_cast<void>(own->get(keys[static_cast<std::size_t>(i)], value));
        }));
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    const char* word = direction == Direction::kForward ? "forward" : "backward";
    auto cursor = transaction->scan(prefix_range("row/"), direction);
    print(fmt::format("cursor move {}, {}", word, name), best_of(20'000, [&](int) {
            cursor->next();
          }));
  }
  print(fmt::format("scan of 20 rows, {}", name), best_of(kHot, [&](int i) {
          auto cursor =
              transaction->scan({keys[static_cast<std::size_t>(i)], {}}, Direction::kForward);
          for (int n = 0; n < 20; ++n)
            cursor->next();
        }));
}

constexpr int kTrims = 50;
constexpr int kTrimmed = 1000;  // entries at a time

// A log that is cut at its begin again and again, as the change feed is.
Task<> grow_and_trim(Engine& engine, std::string& horizon) {
  horizon = "log/";
  for (int i = 0; i < kTrims; ++i) {
    auto transaction = must(engine.begin({}));
    for (int j = 0; j < kTrimmed; ++j)
      transaction->put(fmt::format("log/{:08}", i * kTrimmed + j), std::string(200, 'l'));
    must(co_await engine.commit(std::move(transaction)));
    if (i + 1 == kTrims) break;
    transaction = must(engine.begin({}));
    std::string end = fmt::format("log/{:08}", (i + 1) * kTrimmed);
    transaction->erase_range({horizon, end});
    horizon = std::move(end);
    must(co_await engine.commit(std::move(transaction)));
  }
}

void measure_trimmed(Engine& engine, net::io_context& loop) {
  std::string horizon;
  spawn(loop.get_executor(), "trim", [&] { return grow_and_trim(engine, horizon); });
  run_to_end(loop);
  const auto measure = [&](std::string_view when) {
    const auto first = [&](const std::string& from, Direction direction) {
      return best_of(1000, [&](int) {
        auto transaction = must(engine.begin({}));
        transaction->scan({from, prefix_range("log/").end}, direction)->next();
      });
    };
    print(fmt::format("seek to the horizon, {}", when), first(horizon, Direction::kForward));
    print(fmt::format("seek to the newest, {}", when), first(horizon, Direction::kBackward));
    print(fmt::format("seek from before all, {}", when), first("log/", Direction::kForward));
  };
  measure(fmt::format("after {} trims", kTrims - 1));
  if (!engine.reclaim({"log/", horizon}, {})) std::exit(1);
  measure("then reclaimed");
}

struct Load {
  int next = 0;
  int done = 0;
  int blocked = 0;  // asked again in the disk tier
  std::vector<double> seconds;
};

// What creating a record does: an identifier, a row, a unique index entry, an index entry, a count,
// an entry of the feed.
Result<> create_record(Transaction& transaction, int number) {
  transaction.observe("schema");
  const auto id = transaction.allocate("identifier", 1);
  if (!id) return std::unexpected(id.error());
  const std::string unique = fmt::format("unique/user{}-{}@example.com", number, *id);
  std::string value;
  const auto found = transaction.get(unique, value);
  if (!found) return std::unexpected(found.error());
  transaction.put(unique, fmt::format("{}", *id));
  transaction.put(fmt::format("created/{:016x}", *id), std::string(120, 'r'));
  transaction.put(fmt::format("index/{:08x}/{:016x}", number % 1000, *id), "");
  transaction.add("count", 1);
  transaction.append("feed", std::string(150, 'f'));
  return {};
}

Task<> create_records(Engine& engine, Load& load, int total) {
  while (load.next < total) {
    const int number = load.next++;
    const auto start = Steady::now();
    auto transaction = must(engine.begin({.tier = Tier::kMemory}));
    if (const auto done = create_record(*transaction, number);
        !done && done.error().code == Errc::kWouldBlock) {
      ++load.blocked;
      transaction = must(engine.begin({}));
      if (!create_record(*transaction, number)) std::exit(1);
    }
    must(co_await engine.commit(std::move(transaction)));
    load.seconds.push_back(since(start));
    ++load.done;
  }
}

void measure_commits(Engine& engine, net::io_context& loop, int committers, int total) {
  Load load;
  load.seconds.reserve(static_cast<std::size_t>(total));
  for (int i = 0; i < committers; ++i)
    spawn(loop.get_executor(), "create", [&] { return create_records(engine, load, total); });
  const auto start = Steady::now();
  const double cpu_before = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  run_to_end(loop);
  const double elapsed = since(start);
  const double cpu = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
  std::ranges::sort(load.seconds);
  fmt::print(
      "{:<52} {:>10.0f} /s  p50 {:.0f} us, p99 {:.0f} us, CPU {:.1f} us each, {} blocked\n",
      fmt::format("create at {} committers", committers),
      load.done / elapsed,
      load.seconds[load.seconds.size() / 2] * 1e6,
      load.seconds[load.seconds.size() * 99 / 100] * 1e6,
      cpu / load.done * 1e6,
      load.blocked
  );
}

int run(storage::StorageSettings settings) {
  auto start = Steady::now();
  auto engine = must(storage::open_engine(settings));
  print("open, new", since(start));
  net::io_context loop(1);
  start = Steady::now();
  fill(*engine, loop);
  print(fmt::format("fill, a row of {}", kRows), since(start) / kRows);
  engine->close();
  engine.reset();
  start = Steady::now();
  engine = must(storage::open_engine(settings));
  print("open, filled", since(start));
  print("begin", best_of(100'000, [&](int) { must(engine->begin({})); }));
  measure_reads(*engine, Tier::kDisk, "disk tier");
  measure_reads(*engine, Tier::kMemory, "memory tier");
  measure_trimmed(*engine, loop);
  for (const auto& [committers, total] :
       {std::pair(1, 2000), {8, 10'000}, {64, 100'000}, {256, 100'000}})
    measure_commits(*engine, loop, committers, total);
  engine->close();
  return 0;
}

}  // namespace
}  // namespace noded::bench

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  noded::storage::StorageSettings settings;
  const auto directory = given.empty()
                             ? std::filesystem::temp_directory_path() / "noded-engine-bench"
                             : std::filesystem::path(given[0]);
  settings.directory = directory / "store";
  if (given.size() > 1) settings.engine = given[1];
  if (given.size() > 2) settings.durability = given[2];
  std::filesystem::remove_all(settings.directory);
  const int status = noded::bench::run(settings);
  std::filesystem::remove_all(settings.directory);
  return status;
}
