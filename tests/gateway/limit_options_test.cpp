// Every limit of what a node takes from its peers: its option reaches the place that holds it, and
// its ceiling is refused beyond.
#include "config/configuration.hpp"
#include "gateway/gateway_options.hpp"
#include "http/http_options.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace noded::gateway {
namespace {

struct Limits {
  http::ServerLimits server;
  ChainLimits chain;
};

struct LimitCase {
  const char* option;
  const char* value;    // inside of the ceiling, not the default
  const char* ceiling;  // the greatest value that is taken
  const char* beyond;
  std::uint64_t held;  // what the node holds for `value`: bytes, a count or milliseconds
  std::uint64_t (*held_by)(const Limits& limits);
};

std::uint64_t milliseconds(std::chrono::milliseconds duration) {
  return static_cast<std::uint64_t>(duration.count());
}

const LimitCase kCases[] = {
    {"http.request_line",
     "1KiB",
     "64KiB",
     "65KiB",
     1024,
     [](const Limits& l) -> std::uint64_t {
       return l.server.head.request_line;
     }},
    {"http.header_field",
     "1KiB",
     "64KiB",
     "65KiB",
     1024,
     [](const Limits& l) -> std::uint64_t {
       return l.server.head.field;
     }},
    {"http.header_size",
     "2KiB",
     "256KiB",
     "257KiB",
     2048,
     [](const Limits& l) -> std::uint64_t {
       return l.server.head.fields_size;
     }},
    {"http.header_count",
     "9",
     "1000",
     "1001",
     9,
     [](const Limits& l) -> std::uint64_t {
       return l.server.head.field_count;
     }},
    {"http.chunk_extension",
     "16",
     "16KiB",
     "17KiB",
     16,
     [](const Limits& l) -> std::uint64_t {
       return l.server.head.chunk_extension;
     }},
    {"http.max_body",
     "2KiB",
     "64MiB",
     "65MiB",
     2048,
     [](const Limits& l) {
       return l.server.max_body;
     }},
    {"http.max_body",
     "2KiB",
     "64MiB",
     "65MiB",
     2048,
     [](const Limits& l) {
       return l.chain.max_body;
     }},
    {"http.json_depth",
     "5",
     "256",
     "257",
     5,
     [](const Limits& l) -> std::uint64_t {
       return l.server.json_depth;
     }},
    {"http.head_timeout",
     "2s",
     "10min",
     "11min",
     2000,
     [](const Limits& l) {
       return milliseconds(l.server.head_timeout);
     }},
    {"http.idle_timeout",
     "2s",
     "1h",
     "2h",
     2000,
     [](const Limits& l) {
       return milliseconds(l.server.idle_timeout);
     }},
    {"http.write_timeout",
     "2s",
     "1h",
     "2h",
     2000,
     [](const Limits& l) {
       return milliseconds(l.server.write_timeout);
     }},
    {"http.deadline",
     "2s",
     "1h",
     "2h",
     2000,
     [](const Limits& l) {
       return milliseconds(l.server.deadline);
     }},
    {"http.half_close_timeout",
     "2s",
     "1h",
     "2h",
     2000,
     [](const Limits& l) {
       return milliseconds(l.server.half_close_timeout);
     }},
    {"http.body_rate",
     "7",
     "1000000",
     "1000001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.server.body_rate;
     }},
    {"http.requests_per_connection",
     "7",
     "1000000000",
     "1000000001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.server.requests_per_connection;
     }},
    {"http.connections",
     "7",
     "1000000",
     "1000001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.server.connections;
     }},
    {"http.connections_per_address",
     "7",
     "1000000",
     "1000001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.server.connections_per_address;
     }},
    {"http.spare_descriptors",
     "7",
     "10000",
     "10001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.server.spare_descriptors;
     }},
    {"http.max_in_flight",
     "7",
     "1000000",
     "1000001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.chain.admission.in_flight;
     }},
    {"http.reserved_in_flight",
     "7",
     "100000",
     "100001",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.chain.admission.reserved;
     }},
    {"http.max_waiting",
     "7",
     "65536",
     "65537",
     7,
     [](const Limits& l) -> std::uint64_t {
       return l.chain.admission.waiting;
     }},
    {"http.max_wait",
     "2s",
     "30s",
     "31s",
     2000,
     [](const Limits& l) {
       return milliseconds(l.chain.admission.wait);
     }},
    {"http.slow_request",
     "2s",
     "1h",
     "2h",
     2000,
     [](const Limits& l) {
       return milliseconds(l.chain.access_log.slow);
     }},
};

class LimitOptions : public testing::TestWithParam<LimitCase> {
 protected:
  LimitOptions() {
    EXPECT_TRUE(options_.add(http::http_options()));
    EXPECT_TRUE(options_.add(gateway_options()));
  }
  auto load(const char* value) {
    config::Sources sources;
    sources.settings.push_back({"--set", GetParam().option, value});
    return config::load(options_, sources);
  }
  config::OptionSet options_;
};

TEST_P(LimitOptions, ReachTheNode) {
  const auto configuration = load(GetParam().value);
  ASSERT_TRUE(configuration.has_value());
  const Limits limits{
      http::make_server_limits(**configuration), make_chain_limits(**configuration)
  };
  EXPECT_EQ(GetParam().held_by(limits), GetParam().held);
}

TEST_P(LimitOptions, EndAtTheirCeiling) {
  EXPECT_TRUE(load(GetParam().ceiling).has_value());
  const auto beyond = load(GetParam().beyond);
  ASSERT_FALSE(beyond.has_value());
  EXPECT_NE(beyond.error().front().text().find(GetParam().option), std::string::npos)
      << beyond.error().front().text();
}

INSTANTIATE_TEST_SUITE_P(Table, LimitOptions, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = info.param.option;
  for (char& c : name) {
    if (c == '.') c = '_';
  }
  return name + "_" + std::to_string(info.index);
});

// A limit without a row above is one nobody tests.
TEST(LimitOptions, HaveARowEach) {
  for (const OptionTable table : {http::http_options(), gateway_options()}) {
    for (const OptionDeclaration* option : table) {
      const bool is_number = option->kind == OptionKind::kInteger ||
                             option->kind == OptionKind::kSize ||
                             option->kind == OptionKind::kDuration;
      if (!is_number || option->name == "http.access_log_sample" || option->name == "tls.check")
        continue;
      const auto is_row = [&](const LimitCase& row) {
        return option->name == row.option;
      };
      EXPECT_TRUE(std::ranges::any_of(kCases, is_row)) << option->name;
    }
  }
}

}  // namespace
}  // namespace noded::gateway
