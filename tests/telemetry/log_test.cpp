#include "telemetry/log.hpp"

#include "telemetry/batch_sink.hpp"
#include "telemetry/log_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

namespace noded::telemetry {
namespace {

// A pipe whose written bytes are read back once the writer is done.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
  ~Pipe() {
    close_writer();
    ::close(ends_[0]);
  }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  // Everything until the writing end is closed.
  std::string read_until_end() {
    std::string out;
    std::array<char, 65536> part{};
    for (ssize_t size = ::read(ends_[0], part.data(), part.size()); size > 0;
         size = ::read(ends_[0], part.data(), part.size())) {
      out.append(part.data(), static_cast<std::size_t>(size));
    }
    return out;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

template <class Line>
std::string formatted(
    spdlog::level::level_enum level, std::string_view event, const Fields& fields
) {
  std::string payload;
  compose_message(payload, event, fields.members());
  spdlog::details::log_msg message("noded", level, payload);
  message.time = spdlog::log_clock::time_point(std::chrono::milliseconds(1'717'156'800'123));
  spdlog::memory_buf_t out;
  Line().format(message, out);
  return {out.data(), out.size()};
}

TEST(JsonLine, IsOneObjectWithTimeLevelEventAndFields) {
  EXPECT_EQ(
      formatted<JsonLine>(
          spdlog::level::info, "listening", Fields().text("address", "[::1]:80").number("loops", 2)
      ),
      "{\"time\":\"2024-05-31T12:00:00.123Z\",\"level\":\"info\",\"event\":\"listening\","
      "\"address\":\"[::1]:80\",\"loops\":"
      "2}\n"
  );
}

TEST(JsonLine, HasNoEmptyMember) {
  EXPECT_EQ(
      formatted<JsonLine>(spdlog::level::err, "stopped", Fields()),
      "{\"time\":\"2024-05-31T12:00:00.123Z\",\"level\":\"error\",\"event\":\"stopped\"}\n"
  );
}

TEST(ConsoleLine, ReadsAsNamesAndValues) {
  EXPECT_EQ(
      formatted<ConsoleLine>(
          spdlog::level::warn,
          "request",
          Fields().text("path", "/a,b:c").number("status", 503).json_members(R"({"x":[1,2]})")
      ),
      "12:00:00.123 warning request path=\"/a,b:c\" status=503 x=[1,2]\n"
  );
}

struct TextCase {
  const char* name;
  std::string_view text;
  const char* json;
};

class JsonText : public testing::TestWithParam<TextCase> {};

TEST_P(JsonText, IsEscapedOnceAndAlwaysUtf8) {
  std::string out;
  append_json_text(out, GetParam().text);
  EXPECT_EQ(out, GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    JsonText,
    testing::Values(
        TextCase{"plain", "abc", R"("abc")"},
        TextCase{"quote", "a\"b\\", R"("a\"b\\")"},
        TextCase{"newline", "a\nb", R"("a\u000ab")"},
        TextCase{"delete", "\x7f", R"("\u007f")"},
        TextCase{"two_bytes", "\xc3\xa4", "\"\xc3\xa4\""},
        TextCase{"four_bytes", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
        TextCase{"lone_continuation", "\x80z", R"("\ufffdz")"},
        TextCase{"cut_short", "\xe2\x82", R"("\ufffd\ufffd")"},
        TextCase{"surrogate", "\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},
        TextCase{"overlong", "\xc0\xaf", R"("\ufffd\ufffd")"},
        TextCase{"above_unicode", "\xf4\x90\x80\x80", R"("\ufffd\ufffd\ufffd\ufffd")"}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Log, WritesEveryLineOfEveryThreadOnce) {
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  Pipe pipe;
  start_log({.level = Level::kInfo, .as_json = true, .descriptor = pipe.writer()});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([thread] {
      for (int line = 0; line < kLines; ++line) {
        log(Level::kInfo,
            "tick",
            Fields().text("line", std::to_string(thread) + "." + std::to_string(line)));
      }
    });
  }
  std::string text;
  std::thread reader([&] { text = pipe.read_until_end(); });
  for (std::thread& thread : threads)
    thread.join();
  stop_log();
  pipe.close_writer();
  reader.join();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kThreads * kLines);
  for (int thread = 0; thread < kThreads; ++thread) {
    std::size_t last = 0;
    for (int line = 0; line < kLines; ++line) {
      const std::string wanted =
          "\"line\":\"" + std::to_string(thread) + "." + std::to_string(line) + "\"}\n";
      const std::size_t place = text.find(wanted, last);
      ASSERT_NE(place, std::string::npos) << wanted;
      last = place;
    }
  }
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Pipe pipe;
  start_log({.level = Level::kWarning, .as_json = true, .descriptor = pipe.writer()});
  EXPECT_FALSE(log_enabled(Level::kInfo));
  EXPECT_TRUE(log_enabled(Level::kError));
  log(Level::kInfo, "small talk");
  log(Level::kWarning, "disk nearly full");
  stop_log();
  pipe.close_writer();
  const std::string text = pipe.read_until_end();
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("small talk")));
  EXPECT_THAT(text, testing::HasSubstr("\"level\":\"warning\",\"event\":\"disk nearly full\""));
}

TEST(Log, DropsAndCountsLinesThatNobodyReads) {
  Pipe pipe;
  start_log({.level = Level::kInfo, .as_json = true, .descriptor = pipe.writer()});
  const std::string large(std::size_t{1} << 20, 'x');
  // More than the buffer and a batch on its way together, while nobody reads the pipe.
  const std::size_t lines = 2 * BatchSink::kCapacity / large.size() + 4;
  for (std::size_t i = 0; i < lines; ++i)
    log(Level::kInfo, "large", Fields().text("x", large));
  const std::uint64_t dropped = dropped_log_lines();
  EXPECT_GT(dropped, 0U);
  std::string text;
  std::thread reader([&] { text = pipe.read_until_end(); });
  stop_log();
  pipe.close_writer();
  reader.join();
  // The loss is told with the next batches, of which there may be several.
  std::uint64_t told = 0;
  const std::string mark = R"("event":"log lines dropped","lines":)";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1))
    told += std::stoull(text.substr(at + mark.size(), 20));
  EXPECT_EQ(told, dropped);
}

}  // namespace
}  // namespace noded::telemetry
