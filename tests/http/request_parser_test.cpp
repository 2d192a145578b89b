#include "http/request_parser.hpp"

#include "http/authority.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::http {
namespace {

using namespace std::string_literals;

struct HeadCase {
  const char* name;
  std::string bytes;
  int status;  // 0: taken
};

class ParseHead : public testing::TestWithParam<HeadCase> {};

HeadState parse_whole(RequestParser& parser, std::string_view bytes) {
  return parser.parse_head(bytes);
}

HeadState parse_by_byte(RequestParser& parser, std::string_view bytes) {
  HeadState state = HeadState::kMore;
  for (std::size_t count = 1; count <= bytes.size() && state == HeadState::kMore; ++count) {
    const std::string moved(bytes.substr(0, count));  // elsewhere each time
    state = parser.parse_head(moved);
  }
  return state;
}

TEST_P(ParseHead, TakesOrRefusesWholeAndByteByByte) {
  for (const auto parse : {&parse_whole, &parse_by_byte}) {
    RequestParser parser(HeadLimits{});
    const HeadState state = parse(parser, GetParam().bytes);
    if (GetParam().status == 0) {
      EXPECT_EQ(state, HeadState::kReady);
    } else {
      ASSERT_EQ(state, HeadState::kRefused);
      EXPECT_EQ(parser.refusal().status, GetParam().status) << parser.refusal().reason;
    }
  }
}

std::string get(std::string fields) {
  return "GET / HTTP/1.1\r\n" + std::move(fields) + "\r\n";
}
std::string target(std::string text) {
  return "GET " + std::move(text) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}
std::string post(std::string fields) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + std::move(fields) + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Heads,
    ParseHead,
    testing::Values(
        HeadCase{"plain", get("Host: x\r\n"), 0},
        HeadCase{"leading_empty_line", "\r\n" + get("Host: x\r\n"), 0},
        HeadCase{"two_leading_empty_lines", "\r\n\r\n" + get("Host: x\r\n"), 400},
        HeadCase{"http_1_0_without_host", "GET / HTTP/1.0\r\n\r\n", 0},
        HeadCase{"http_1_1_without_host", get("A: b\r\n"), 400},
        HeadCase{"two_hosts", get("Host: x\r\nHost: x\r\n"), 400},
        HeadCase{"empty_host", get("Host:\r\n"), 400},
        HeadCase{"host_with_user", get("Host: u@x\r\n"), 400},
        HeadCase{"http_0_9", "GET /\r\n\r\n", 400},
        HeadCase{"http_2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        HeadCase{"lower_case_version", "GET / http/1.1\r\nHost: x\r\n\r\n", 400},
        HeadCase{"two_spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        HeadCase{"bare_line_feed", "GET / HTTP/1.1\nHost: x\n\n", 400},
        HeadCase{"bare_carriage_return", get("Host: x\r\nA: b\rc\r\n"), 400},
        HeadCase{"folded_field", get("Host: x\r\nA: b\r\n c\r\n"), 400},
        HeadCase{"folded_empty_field", get("Host: x\r\nA:\r\n c\r\n"), 400},
        HeadCase{"space_before_colon", get("Host: x\r\nA : b\r\n"), 400},
        HeadCase{"empty_name", get("Host: x\r\n: b\r\n"), 400},
        HeadCase{"no_colon", get("Host: x\r\nnonsense\r\n"), 400},
        HeadCase{"nul_in_value", get("Host: x\r\nA: b\0c\r\n"s), 400},
        HeadCase{"nul_in_target", target("/a\0b"s), 400},
        HeadCase{"latin_1_in_value", get("Host: x\r\nA: \xe4\r\n"), 0},
        HeadCase{"raw_characters_in_query", target("/a?w={\"b\":[1,\"$x|\\^\"]}&`<>"), 0},
        HeadCase{"space_in_target", target("/a b"), 400},
        HeadCase{"fragment", target("/a#b"), 400},
        HeadCase{"no_slash", target("a"), 400},
        HeadCase{"asterisk", target("*"), 400},
        HeadCase{"absolute_form", target("http://y:80/a?b"), 0},
        HeadCase{"absolute_form_of_another_scheme", target("ftp://y/a"), 400},
        HeadCase{"absolute_form_with_user", target("http://u@y/a"), 400},
        HeadCase{"options_asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 0},
        HeadCase{"connect", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 400},
        HeadCase{
            "length_and_chunked", post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400
        },
        HeadCase{
            "chunked_and_length", post("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400
        },
        HeadCase{"two_equal_lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
        HeadCase{"length_list", post("Content-Length: 1, 1\r\n"), 400},
        HeadCase{"signed_length", post("Content-Length: +1\r\n"), 400},
        HeadCase{"negative_length", post("Content-Length: -1\r\n"), 400},
        HeadCase{"length_beyond_64_bits", post("Content-Length: 18446744073709551616\r\n"), 400},
        HeadCase{"chunked_in_capitals", post("Transfer-Encoding: CHUNKED\r\n"), 0},
        HeadCase{"other_coding", post("Transfer-Encoding: xchunked\r\n"), 400},
        HeadCase{"gzip_then_chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 400},
        HeadCase{"chunked_then_identity", post("Transfer-Encoding: chunked, identity\r\n"), 400},
        HeadCase{
            "chunked_twice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            400
        },
        HeadCase{
            "chunked_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400
        },
        HeadCase{"continue_expected", post("Content-Length: 1\r\nExpect: 100-continue\r\n"), 0},
        HeadCase{"something_else_expected", post("Expect: a miracle\r\n"), 417},
        HeadCase{"line_within_limit", target("/" + std::string(8000, 'a')), 0},
        HeadCase{"line_too_long", target("/" + std::string(9000, 'a')), 414},
        HeadCase{"line_too_long_and_unended", "GET /" + std::string(9000, 'a'), 414},
        HeadCase{"field_too_long", get("Host: x\r\nA: " + std::string(17000, 'a') + "\r\n"), 431},
        HeadCase{
            "fields_too_large",
            get("Host: x\r\n" +
                [] {
                  std::string fields;
                  for (int i = 0; i < 10; ++i)
                    fields += "A: " + std::string(8000, 'a') + "\r\n";
                  return fields;
                }()),
            431
        },
        HeadCase{
            "too_many_fields",
            get("Host: x\r\n" +
                [] {
                  std::string fields;
                  for (int i = 0; i < 100; ++i)
                    fields += "A: b\r\n";
                  return fields;
                }()),
            431
        }
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

TEST(RequestParser, GivesTheFieldsOfAHead) {
  const std::string bytes =
      "HEAD /a/b?c=d HTTP/1.1\r\nHost: x\r\nA:  \tb c \t\r\nContent-Length: 5\r\nConnection: "
      "close\r\n\r\nhello";
  RequestParser parser(HeadLimits{});
  ASSERT_EQ(parser.parse_head(bytes), HeadState::kReady);
  const RequestHead& head = parser.head();
  EXPECT_EQ(head.method, Method::kGet);
  EXPECT_TRUE(head.is_head);
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.path, "/a/b");
  EXPECT_EQ(head.query, "c=d");
  EXPECT_FALSE(head.keep_alive);
  EXPECT_EQ(head.content_length, 5U);
  ASSERT_EQ(head.headers.size(), 4U);
  EXPECT_EQ(head.headers[1].name, "A");
  EXPECT_EQ(head.headers[1].value, "b c");
  EXPECT_EQ(parser.head_size(), bytes.size() - 5);
}

TEST(RequestParser, TakesTheHostOfAnAbsoluteTarget) {
  RequestParser parser(HeadLimits{});
  const std::string bytes = target("http://y:80?b");
  EXPECT_EQ(parser.parse_head(bytes), HeadState::kRefused);
  RequestParser second(HeadLimits{});
  const std::string other = target("HTTP://y:80");
  ASSERT_EQ(second.parse_head(other), HeadState::kReady);
  EXPECT_EQ(second.head().path, "/");
  EXPECT_EQ(second.head().headers[0].value, "y:80");
}

struct ChunkCase {
  const char* name;
  std::string body;
  ChunkStep::State end;
  const char* data;
};

class ParseChunks : public testing::TestWithParam<ChunkCase> {};

TEST_P(ParseChunks, ByteByByte) {
  RequestParser parser(HeadLimits{});
  const std::string head = post("Transfer-Encoding: chunked\r\n");
  ASSERT_EQ(parser.parse_head(head), HeadState::kReady);
  std::string data;
  std::string pending;
  ChunkStep::State state = ChunkStep::State::kMore;
  for (const char byte : GetParam().body) {
    pending += byte;
    do {
      const std::string bytes = pending;
      const ChunkStep step = parser.parse_chunk(bytes);
      state = step.state;
      data += step.data;
      pending.erase(0, step.consumed);
    } while (state == ChunkStep::State::kData && !pending.empty());
    if (state == ChunkStep::State::kEnd || state == ChunkStep::State::kRefused) break;
  }
  EXPECT_EQ(state, GetParam().end);
  if (GetParam().end == ChunkStep::State::kEnd) {
    EXPECT_EQ(data, GetParam().data);
  }
}

TEST_P(ParseChunks, AllAtOnce) {
  RequestParser parser(HeadLimits{});
  const std::string head = post("Transfer-Encoding: chunked\r\n");
  ASSERT_EQ(parser.parse_head(head), HeadState::kReady);
  std::string data;
  std::string_view rest = GetParam().body;
  ChunkStep step;
  do {
    step = parser.parse_chunk(rest);
    data += step.data;
    rest.remove_prefix(step.consumed);
  } while (step.state == ChunkStep::State::kData && !rest.empty());
  EXPECT_EQ(step.state, GetParam().end);
  if (GetParam().end == ChunkStep::State::kEnd) {
    EXPECT_EQ(data, GetParam().data);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies,
    ParseChunks,
    testing::Values(
        ChunkCase{"nothing", "0\r\n\r\n", ChunkStep::State::kEnd, ""},
        ChunkCase{"only_trailers", "0\r\nA: b\r\n\r\n", ChunkStep::State::kEnd, ""},
        ChunkCase{
            "two_chunks",
            "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
            ChunkStep::State::kEnd,
            "hello world"
        },
        ChunkCase{
            "extension", "5;a=b;c=\"d\"\r\nhello\r\n0;x\r\n\r\n", ChunkStep::State::kEnd, "hello"
        },
        ChunkCase{"trailers", "1\r\nx\r\n0\r\nA: b\r\n\r\n", ChunkStep::State::kEnd, "x"},
        ChunkCase{
            "hexadecimal_prefix", "0x5\r\nhello\r\n0\r\n\r\n", ChunkStep::State::kRefused, ""
        },
        ChunkCase{"beyond_64_bits", "FFFFFFFFFFFFFFFFF\r\nx", ChunkStep::State::kRefused, ""},
        ChunkCase{
            "longer_than_its_size", "3\r\nhello\r\n0\r\n\r\n", ChunkStep::State::kRefused, ""
        },
        ChunkCase{"bare_line_feed", "5\nhello\r\n0\r\n\r\n", ChunkStep::State::kRefused, ""},
        ChunkCase{"bare_line_feeds_after_the_last_chunk", "0\n\n", ChunkStep::State::kRefused, ""},
        ChunkCase{"bare_line_feed_ends_the_trailers", "0\r\n\n", ChunkStep::State::kRefused, ""},
        ChunkCase{"bare_line_feed_in_trailers", "0\r\nA: b\n", ChunkStep::State::kRefused, ""},
        ChunkCase{"line_feed_in_extension", "5;\nx\r\nhello\r\n", ChunkStep::State::kRefused, ""},
        ChunkCase{
            "line_feed_in_quotation_marks",
            "5;a=\"\nx\"\r\nhello\r\n0\r\n\r\n",
            ChunkStep::State::kRefused,
            ""
        },
        ChunkCase{
            "carriage_return_in_quotation_marks",
            "5;a=\"\rx\"\r\nhello\r\n0\r\n\r\n",
            ChunkStep::State::kRefused,
            ""
        },
        ChunkCase{"no_size", "\r\nhello\r\n", ChunkStep::State::kRefused, ""},
        ChunkCase{
            "long_extension",
            "5;" + std::string(300, 'a') + "\r\nhello\r\n",
            ChunkStep::State::kRefused,
            ""
        },
        ChunkCase{"bad_trailer", "0\r\nA : b\r\n\r\n", ChunkStep::State::kRefused, ""}
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

struct AuthorityCase {
  const char* name;
  const char* text;
  bool is_valid;
};

class Authority : public testing::TestWithParam<AuthorityCase> {};

TEST_P(Authority, IsCheckedAsInAHostField) {
  EXPECT_EQ(is_authority(GetParam().text), GetParam().is_valid);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    Authority,
    testing::Values(
        AuthorityCase{"name", "example.com", true},
        AuthorityCase{"port", "example.com:8080", true},
        AuthorityCase{"empty_port", "example.com:", true},
        AuthorityCase{"ipv4", "127.0.0.1:1", true},
        AuthorityCase{"ipv6", "[::1]:1337", true},
        AuthorityCase{"ipv6_without_port", "[fe80::1]", true},
        AuthorityCase{"ipv6_with_ipv4", "[::ffff:127.0.0.1]", true},
        AuthorityCase{"escape", "a%C3%A4", true},
        AuthorityCase{"highest_port", "h:65535", true},
        AuthorityCase{"empty", "", false},
        AuthorityCase{"only_port", ":80", false},
        AuthorityCase{"space", "a b", false},
        AuthorityCase{"slash", "a/b", false},
        AuthorityCase{"user", "u@h", false},
        AuthorityCase{"named_port", "h:http", false},
        AuthorityCase{"long_port", "h:123456", false},
        AuthorityCase{"port_beyond_16_bits", "h:65536", false},
        AuthorityCase{"negative_port", "h:-1", false},
        AuthorityCase{"bad_escape", "a%zz", false},
        AuthorityCase{"cut_escape", "a%4", false},
        AuthorityCase{"empty_brackets", "[]", false},
        AuthorityCase{"only_colons", "[:::::]", false},
        AuthorityCase{"zone", "[fe80::1%25eth0]", false},
        AuthorityCase{"open_bracket", "[::1", false},
        AuthorityCase{"tail_after_bracket", "[::1]x", false},
        AuthorityCase{"two_colons", "a:1:2", false}
    ),
    [](const auto& info) { return std::string(info.param.name); }
);

}  // namespace
}  // namespace noded::http
