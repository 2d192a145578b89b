// The suites of this folder run over each engine: what they ask is what noded/engine.hpp says,
// sentence by sentence.
#pragma once

#include "noded/engine.hpp"

#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace noded::test {

class EngineContract : public testing::TestWithParam<const char*> {
 protected:
  EngineContract() {
    settings_.directory = directory_.path() / "store";
    settings_.engine = GetParam();
    settings_.write_buffer_bytes = 1 << 20;
    settings_.cache_bytes = 4 << 20;
    settings_.reserve_bytes = 0;
    engine_ = storage::open_engine(settings_).value();
  }

  Engine& engine() { return *engine_; }
  void reopen() {
    engine_->close();
    engine_.reset();
    engine_ = storage::open_engine(settings_).value();
  }
  bool keeps_over_reopening() const { return settings_.engine != "memory"; }

  TemporaryDirectory directory_;
  storage::StorageSettings settings_;
  std::unique_ptr<Engine> engine_;
};

inline auto every_engine() {
  return testing::Values("memory", "rocksdb");
}
inline std::string engine_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace noded::test

#define NODED_OVER_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, noded::test::every_engine(), noded::test::engine_name)
