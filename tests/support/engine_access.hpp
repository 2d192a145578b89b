// Short forms of what tests do with an Engine.
#pragma once

#include "noded/engine.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::unique_ptr<Transaction> begin(Engine& engine, const BeginOptions& options = {}) {
  auto begun = engine.begin(options);
  if (!begun) throw std::runtime_error("begin: " + begun.error().message);
  return std::move(*begun);
}

inline Result<Sequence> commit(Engine& engine, std::unique_ptr<Transaction> transaction) {
  return run_task(engine.commit(std::move(transaction)));
}

// Commits a transaction that puts these.
inline Sequence store(Engine& engine, const Pairs& pairs) {
  auto transaction = begin(engine);
  for (const auto& [key, value] : pairs)
    transaction->put(key, value);
  const auto committed = commit(engine, std::move(transaction));
  if (!committed) throw std::runtime_error("commit: " + committed.error().message);
  return *committed;
}

inline Sequence remove(Engine& engine, std::string_view key) {
  auto transaction = begin(engine);
  transaction->erase(key);
  return commit(engine, std::move(transaction)).value();
}

// The value that the transaction sees, or "-" for an absent key.
inline std::string see(Transaction& transaction, std::string_view key) {
  std::string value;
  const auto found = transaction.peek(key, value);
  if (!found) throw std::runtime_error("peek: " + found.error().message);
  return *found ? value : "-";
}

// The value that is stored now.
inline std::string stored(Engine& engine, std::string_view key) {
  return see(*begin(engine), key);
}

inline Pairs rest_of(Cursor& cursor) {
  Pairs pairs;
  while (cursor.next())
    pairs.emplace_back(cursor.key(), cursor.value());
  EXPECT_TRUE(cursor.status().has_value());
  return pairs;
}

inline Pairs scan(
    Transaction& transaction, KeyRange range = {}, Direction direction = Direction::kForward
) {
  return rest_of(*transaction.scan(std::move(range), direction));
}

}  // namespace noded::test
