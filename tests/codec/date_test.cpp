// The expected instants of parse_date are those of V8 (Node 20, TZ=UTC) for `new
// Date(text).getTime()`.
#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::codec {
namespace {

struct DateCase {
  std::string_view text;
  std::optional<std::int64_t> unix_ms;
};
constexpr DateCase kDates[] = {
    {"2024-06-01T10:00:00+02:00", 1717228800000LL},
    {"2024-05-06", 1714953600000LL},
    {"2024-02-30", 1709251200000LL},
    {"2024-02-31", 1709337600000LL},
    {"2023-02-29", 1677628800000LL},
    {"2024-04-31", 1714521600000LL},
    {"2024-02-32", std::nullopt},
    {"2024-13-01", std::nullopt},
    {"2024-00-01", std::nullopt},
    {"garbage", std::nullopt},
    {"", std::nullopt},
    {"2024", 1704067200000LL},
    {"2024-05", 1714521600000LL},
    {"2024-05-06T10:00", 1714989600000LL},
    {"2024-05-06T10:00:00", 1714989600000LL},
    {"2024-05-06T10:00:00Z", 1714989600000LL},
    {"2024-05-06T10", std::nullopt},
    {"2024-05-06 10:00", 1714989600000LL},
    {"2024-05-06 10:00:30.5", 1714989630500LL},
    {"May 6, 2024", 1714953600000LL},
    {"6 May 2024", 1714953600000LL},
    {"May 2024", 1714521600000LL},
    {"May 6", 989107200000LL},
    {"Tue, 02 Jan 2024 03:04:05 GMT", 1704164645000LL},
    {"Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)", 1704161045000LL},
    {"Jan 2, 2024 10:20 PM", 1704234000000LL},
    {"5/6/2024", 1714953600000LL},
    {"5/6/24", 1714953600000LL},
    {"1715000000000", std::nullopt},
    {"0", 946684800000LL},
    {"1", 978307200000LL},
    {"12", 1007164800000LL},
    {"13", std::nullopt},
    {"32", 1956528000000LL},
    {"+012345-01-02T00:00:00Z", 327403468800000LL},
    {"-000001-01-01T00:00:00Z", -62198755200000LL},
    {"-000000-01-01T00:00:00Z", std::nullopt},
    {"+275760-09-13T00:00:00.000Z", 8640000000000000LL},
    {"+275760-09-13T00:00:00.001Z", std::nullopt},
    {"-271821-04-20T00:00:00.000Z", -8640000000000000LL},
    {"-271821-04-19T23:59:59.999Z", std::nullopt},
    {"2024-05-06T10:00:00.1Z", 1714989600100LL},
    {"2024-05-06T10:00:00.12Z", 1714989600120LL},
    {"2024-05-06T10:00:00.123Z", 1714989600123LL},
    {"2024-05-06T10:00:00.1239Z", 1714989600123LL},
    {"2024-05-06T10:00:00.123456789Z", 1714989600123LL},
    {"2024-05-06T10:00:00.Z", std::nullopt},
    {"2024-05-06T24:00:00Z", 1715040000000LL},
    {"2024-05-06T24:00:01Z", std::nullopt},
    {"2024-05-06T23:59:60Z", std::nullopt},
    {"2024-05-06T10:00:00+0530", 1714969800000LL},
    {"2024-05-06T10:00:00+24:00", std::nullopt},
    {"2024-05-06t10:00:00z", 1714989600000LL},
    {"2024-05-06T10:00:00 Z", std::nullopt},
    {"2024-05-06T10:00:00Zx", std::nullopt},
    {" 2024-05-06", 1714953600000LL},
    {"2024-05-06 ", 1714953600000LL},
    {"2024-1-1", 1704067200000LL},
    {"2024-05-06EST", 1714971600000LL},
    {"10:00", std::nullopt},
    {"2024-05-06 10:00 EST", 1715007600000LL},
    {"2024-05-06 10:00 -3", 1715000400000LL},
    {"2024-05-06 10:00 foo", std::nullopt},
    {"99999999999999999999", std::nullopt},
    {"null", std::nullopt},
    {"2024-05-06\xc2\xa0"
     "10:00",
     1714989600000LL},
    {"Mai 6, 2024", std::nullopt},
};

TEST(Date, IsReadAsEcmaScriptEnginesReadIt) {
  for (const DateCase& expected : kDates) {
    EXPECT_EQ(parse_date(expected.text), expected.unix_ms) << '"' << expected.text << '"';
  }
}

TEST(Date, IsWrittenAsIsoTextWithMillisecondsAndZone) {
  EXPECT_EQ(format_iso(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_iso(1704164645007), "2024-01-02T03:04:05.007Z");
  EXPECT_EQ(format_iso(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_iso(253402300799999), "9999-12-31T23:59:59.999Z");
}

TEST(Date, IsWrittenWithSixDigitsOutsideOfFourDigitYears) {
  EXPECT_EQ(format_iso(253402300800000), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_iso(-62167219200001), "-000001-12-31T23:59:59.999Z");
  EXPECT_EQ(format_iso(8640000000000000), "+275760-09-13T00:00:00.000Z");
  EXPECT_EQ(format_iso(-8640000000000000), "-271821-04-20T00:00:00.000Z");
}

TEST(Date, IsTheSameAfterWritingAndReading) {
  for (std::int64_t ms = -8640000000000000; ms <= 8640000000000000; ms += 123456789012347) {
    EXPECT_EQ(parse_date(format_iso(ms)), ms);
  }
}

TEST(HttpDate, IsTheFixedFormOfRfc9110) {
  EXPECT_EQ(format_http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

}  // namespace
}  // namespace noded::codec
