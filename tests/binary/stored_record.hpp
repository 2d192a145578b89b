// Reaches into the store of a node that does not run, as somebody does who has its disk.
#pragma once

#include "storage/open.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace noded::test {

// Puts what `change` makes of the record at `key`, which is there.
inline void rewrite_record(
    const std::filesystem::path& store,
    const std::string& key,
    const std::function<void(std::string&)>& change
) {
  storage::StorageSettings settings;
  settings.directory = store;
  const auto engine = storage::open_engine(settings);
  ASSERT_TRUE(engine) << engine.error().message;
  auto transaction = (*engine)->begin({}).value();
  std::string bytes;
  ASSERT_TRUE(transaction->get(key, bytes).value());
  change(bytes);
  transaction->put(key, bytes);
  net::io_context loop;
  std::optional<Result<Sequence>> committed;
  net::co_spawn(
      net::any_io_executor(loop.get_executor()),
      (*engine)->commit(std::move(transaction)),
      [&committed](const std::exception_ptr&, Result<Sequence> result) {
        committed = std::move(result);
      }
  );
  const auto guard = net::make_work_guard(loop);
  while (!committed)
    loop.run_one();
  ASSERT_TRUE(committed->has_value());
  (*engine)->close();
}

}  // namespace noded::test
