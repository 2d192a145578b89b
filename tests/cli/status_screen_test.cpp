#include "cli/inspect_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noded::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kStatus = R"({
  "version":"0.1.0","commit":"abc1234","pid":42,"uptime_seconds":3725,"ready":false,
  "reasons":[{"probe":"store","reason":"the disk is full"}],
  "roles":["api"],"addresses":["http://127.0.0.1:1337"],"data":"/srv/data","requests":7,"connections":1,
  "store":{"writable":false,"reason":"the disk is full","durability":"os","stored_bytes":1536,"free_bytes":0,"last_commit":9},
  "lanes":[{"name":"hash","queued":1,"queue_limit":128,"running":2,"finished":3,"refused":4}],
  "resident_bytes":20971520,"dropped_log_lines":5})";

TEST(StatusScreen, AnswersAtAGlance) {
  const std::string screen = status_screen(kStatus);
  EXPECT_THAT(screen, HasSubstr("version      0.1.0 abc1234\n"));
  EXPECT_THAT(screen, HasSubstr("process      42, up 1 h 2 min\n"));
  EXPECT_THAT(screen, HasSubstr("addresses    http://127.0.0.1:1337\n"));
  EXPECT_THAT(screen, HasSubstr("hash lane    2 running, 1 of 128 waiting, 3 done, 4 refused\n"));
  EXPECT_THAT(screen, HasSubstr("memory       20.0 MiB\n"));
}

TEST(StatusScreen, TellsOfTheFeedWhenTheNodeKeepsOne) {
  EXPECT_THAT(status_screen(kStatus), Not(HasSubstr("feed")));
  std::string status(kStatus);
  status.insert(
      status.rfind('}'),
      R"(,"feed":{"bytes":1048576,"max_bytes":268435456,"oldest_seconds":3725,"horizon":8})"
  );
  EXPECT_THAT(
      status_screen(status),
      HasSubstr("feed         1.0 MiB of 256.0 MiB, oldest change 1 h 2 min ago, trimmed up to "
                "commit 7\n")
  );
}

TEST(StatusScreen, IsLoudAboutWhatIsWrong) {
  const std::string screen = status_screen(kStatus);
  EXPECT_THAT(screen, HasSubstr("state        NOT READY\n"));
  EXPECT_THAT(screen, HasSubstr("store: the disk is full\n"));
  EXPECT_THAT(screen, HasSubstr("! writes may be lost in a power cut"));
  EXPECT_THAT(screen, HasSubstr("! takes no writes: the disk is full"));
  EXPECT_THAT(screen, HasSubstr("log          ! 5 lines dropped\n"));
}

TEST(StatusScreen, IsEmptyForTheStatusOfAnotherVersion) {
  EXPECT_EQ(status_screen(R"({"version":"9.9.9"})"), "");
  EXPECT_EQ(status_screen("no JSON"), "");
}

}  // namespace
}  // namespace noded::cli
