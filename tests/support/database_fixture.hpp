// A Database over the memory engine, driven by one loop and a real store lane, with JSON in and
// out.
#pragma once

#include "codec/json.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/writer.hpp"
#include "runtime/thread_lane.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace noded::testing_support {

// A clock that stands still until it is moved.
class StandingClock final : public Clock {
 public:
  WallTime wall() const override { return wall_; }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  void set(WallTime wall) { wall_ = wall; }

 private:
  WallTime wall_{std::chrono::milliseconds(1'704'164'645'000)};  // 2024-01-02T03:04:05Z
};

inline boost::json::value parse(std::string_view text) {
  auto value = codec::parse_json(text, "test");
  if (!value) throw std::runtime_error(value.error().message + ": " + std::string(text));
  return std::move(*value);
}

inline boost::json::object parse_object(std::string_view text) {
  return parse(text).as_object();
}

class DatabaseFixture : public testing::Test {
 protected:
  static constexpr std::uint16_t kApplication = 1;

  DatabaseFixture()
      : engine_(
            storage::make_memory_backend(),
            storage::CommitterSettings{},
            std::size_t{64} << 20,
            std::make_shared<storage::RangeCache>(std::uint64_t{16} << 20),
            clock_,
            {}
        ),
        lane_({.name = "store", .queue_limit = 256, .thread_limit = 2}),
        database_(database::StoreAccess{engine_, lane_}, kApplication, clock_) {}
  ~DatabaseFixture() override {
    lane_.close();
    engine_.close();
  }

  // Runs the loop until the task ends; fails hard if it does not.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr cause;
    net::co_spawn(io_, std::move(task), [&](std::exception_ptr thrown, T value) {
      cause = std::move(thrown);
      result.emplace(std::move(value));
    });
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    io_.restart();
    auto guard = net::make_work_guard(io_);
    while (!result && std::chrono::steady_clock::now() < give_up)
      io_.run_one_for(std::chrono::milliseconds(100));
    if (!result) throw std::runtime_error("the task did not end");
    if (cause) std::rethrow_exception(cause);
    return std::move(*result);
  }

  Result<std::shared_ptr<const database::Schema>> change_schema(std::string_view data) {
    return run(database_.change_schema(parse_object(data), {}));
  }

  // Body: Result<T>(const Schema&, Transaction&).
  template <class Body>
  auto write(Body body) {
    return run(database_.write(SteadyTime::max(), std::move(body)));
  }

  // `rows` is an object or an array of objects.
  Result<std::vector<database::RowKey>> create(
      std::string_view entity,
      std::string_view rows,
      const database::Access& access = database::unrestricted_access_for_the_node_itself(),
      bool system_fields = false
  ) {
    std::vector<boost::json::object> objects;
    const boost::json::value given = parse(rows);
    if (given.is_object()) {
      objects.push_back(given.get_object());
    } else {
      for (const auto& row : given.as_array())
        objects.push_back(row.as_object());
    }
    return write([&, system_fields](const database::Schema& schema, Transaction& transaction) {
      return writer(schema, transaction, access)
          .create(*schema.find(entity), objects, system_fields);
    });
  }

  Result<bool> update(
      std::string_view entity,
      std::int64_t id,
      std::string_view changes,
      const database::Access& access = database::unrestricted_access_for_the_node_itself(),
      bool system_fields = false
  ) {
    const auto given = parse_object(changes);
    return write([&, system_fields](const database::Schema& schema, Transaction& transaction) {
      const auto key = database::RowKey::of_integer(id);
      return writer(schema, transaction, access)
          .update(*schema.find(entity), key, given, system_fields);
    });
  }

  // The deleted row as JSON, or empty when there was none.
  Result<std::string> erase(
      std::string_view entity,
      std::int64_t id,
      const database::Access& access = database::unrestricted_access_for_the_node_itself()
  ) {
    return write(
        [&](const database::Schema& schema, Transaction& transaction) -> Result<std::string> {
          std::string out;
          const auto key = database::RowKey::of_integer(id);
          const auto erased =
              writer(schema, transaction, access).erase(*schema.find(entity), key, out);
          if (!erased) return std::unexpected(erased.error());
          return out;
        }
    );
  }

  // All rows as a read shows them, in the entity's order.
  std::string rows(std::string_view entity, std::string_view query = R"({"limit":1000})") {
    const auto options = parse_object(query);
    auto body = [&](Transaction& transaction) -> Result<std::string> {
      const auto schema = database_.schema();
      const database::Entity& found = *schema->find(entity);
      auto parsed = database::parse_query(found, options, {});
      if (!parsed) return std::unexpected(parsed.error());
      std::string out;
      const auto& access = database::unrestricted_access_for_the_node_itself();
      const auto page =
          database::Reader(kApplication, transaction, access).read_many(found, *parsed, out);
      if (!page) return std::unexpected(page.error());
      return out;
    };
    auto read = run(database::read(database_.store(), SteadyTime::max(), body));
    return read ? *read : "error: " + read.error().message;
  }

  database::Writer writer(
      const database::Schema& schema, Transaction& transaction, const database::Access& access
  ) {
    return {kApplication, schema, transaction, access, clock_};
  }

  StandingClock clock_;
  storage::Store engine_;
  runtime::ThreadLane lane_;
  net::io_context io_;
  database::Database database_;
};

}  // namespace noded::testing_support
