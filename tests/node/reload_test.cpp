#include "node/reload.hpp"

#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace noded::node {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Option<std::int64_t> kLive{"test.live", "a live option", 1, 0, 9, Reload::kLive};
constexpr Option<std::int64_t> kFixed{"test.fixed", "an option of the start", 1, 0, 9};

OptionTable table() {
  static constexpr const OptionDeclaration* kTable[] = {&kLive, &kFixed};
  return kTable;
}

// Runs work at once, or refuses all of it.
class InlineLane final : public Lane {
 public:
  bool try_post(std::move_only_function<void()> work) override {
    if (refuses) return false;
    work();
    return true;
  }
  bool is_full() const override { return refuses; }
  bool refuses = false;
};

class ReloaderTest : public testing::Test {
 protected:
  ReloaderTest() {
    EXPECT_TRUE(options_.add(table()).has_value());
    started_.emplace(options_);
    reloader_.emplace(*started_, [this] { return read_; });
    // A part that holds what is in force.
    reloader_->add_part([this](const Options& options) -> Result<Node::ApplyReload> {
      return [this, live = options.get(kLive), fixed = options.get(kFixed)] {
        in_force_ = {live, fixed};
      };
    });
  }

  void find(std::int64_t live, std::int64_t fixed) {
    auto read = std::make_shared<config::Configuration>(options_);
    read->set(kLive.name, live, "file:1");
    read->set(kFixed.name, fixed, "file:2");
    read_ = std::shared_ptr<const config::Configuration>(std::move(read));
  }
  ReloadOutcome reload() { return test::run_task(reloader_->reload(lane_)); }

  config::OptionSet options_;
  std::optional<config::Configuration> started_;
  std::expected<std::shared_ptr<const config::Configuration>, config::Problems> read_;
  std::optional<Reloader> reloader_;
  InlineLane lane_;
  std::pair<std::int64_t, std::int64_t> in_force_{1, 1};
};

TEST_F(ReloaderTest, AppliesAndNamesWhatHasChanged) {
  find(2, 1);
  const auto outcome = reload();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_THAT(*outcome, ElementsAre("test.live"));
  EXPECT_EQ(in_force_, std::pair(std::int64_t{2}, std::int64_t{1}));
}

TEST_F(ReloaderTest, ChangesNothingWhenAnOptionNeedsARestart) {
  find(2, 3);
  const auto outcome = reload();
  ASSERT_FALSE(outcome.has_value());
  ASSERT_EQ(outcome.error().size(), 1U);
  EXPECT_EQ(
      outcome.error().front().text(), "file:2: test.fixed has changed, which needs a restart"
  );
  EXPECT_EQ(in_force_, std::pair(std::int64_t{1}, std::int64_t{1}));
  find(2, 1);
  EXPECT_THAT(reload().value(), ElementsAre("test.live"));
}

TEST_F(ReloaderTest, NamesAnOptionOfTheStartThatWasTakenOut) {
  started_->set(kFixed.name, std::int64_t{3}, "file:2");
  reloader_.emplace(*started_, [this] { return read_; });
  read_ = std::make_shared<const config::Configuration>(options_);
  const auto outcome = reload();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(
      outcome.error().front().text(), "reload: test.fixed has changed, which needs a restart"
  );
}

TEST_F(ReloaderTest, ComparesWithWhatIsInForceAndNotWithTheStart) {
  find(2, 1);
  ASSERT_TRUE(reload().has_value());
  EXPECT_THAT(reload().value(), IsEmpty());
  find(1, 1);
  EXPECT_THAT(reload().value(), ElementsAre("test.live"));
  EXPECT_EQ(in_force_.first, 1);
}

TEST_F(ReloaderTest, ChangesNothingWhenTheSourcesAreWrong) {
  read_ = std::unexpected(config::Problems{{"file:1", "a mistake"}, {"file:2", "another"}});
  const auto outcome = reload();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().size(), 2U);
  EXPECT_EQ(in_force_.first, 1);
}

TEST_F(ReloaderTest, ChangesNothingWhenAPartRefuses) {
  reloader_->add_part([](const Options&) -> Result<Node::ApplyReload> {
    return fail(Errc::kInvalid, "the certificate has ended");
  });
  find(2, 1);
  const auto outcome = reload();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().front().text(), "reload: the certificate has ended");
  EXPECT_EQ(in_force_.first, 1);
}

TEST_F(ReloaderTest, AcceptsAPartThatHasNothingToApply) {
  reloader_->add_part([](const Options&) -> Result<Node::ApplyReload> { return nullptr; });
  find(2, 1);
  EXPECT_TRUE(reload().has_value());
}

TEST_F(ReloaderTest, IsRefusedByABusyNodeAndMayBeTriedAgain) {
  find(2, 1);
  lane_.refuses = true;
  EXPECT_FALSE(reload().has_value());
  lane_.refuses = false;
  EXPECT_TRUE(reload().has_value());
}

}  // namespace
}  // namespace noded::node
