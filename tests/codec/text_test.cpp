#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace noded::codec {
namespace {

using namespace std::string_view_literals;

struct Utf8Case {
  std::string_view text;
  bool is_valid;
};
constexpr Utf8Case kUtf8[] = {
    {"", true},
    {"plain text longer than eight bytes", true},
    {"\0"sv, true},
    {"\x7f", true},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xe0\xa0\x80", true},
    {"\xed\x9f\xbf", true},
    {"\xee\x80\x80", true},
    {"\xef\xbf\xbf", true},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\x80", false},
    {"\xbf", false},
    {"\xc0\xaf", false},          // overlong
    {"\xc1\xbf", false},          // overlong
    {"\xe0\x9f\xbf", false},      // overlong
    {"\xf0\x8f\xbf\xbf", false},  // overlong
    {"\xed\xa0\x80", false},      // surrogate
    {"\xed\xbf\xbf", false},      // surrogate
    {"\xf4\x90\x80\x80", false},  // beyond U+10FFFF
    {"\xf5\x80\x80\x80", false},
    {"\xff", false},
    {"\xc2", false},  // cut
    {"\xe2\x82", false},
    {"\xf0\x9f\x98", false},
    {"12345678\xe2\x82", false},
    {"\xc2\x41", false},
    {"\xe2\x41\x80", false},
};

TEST(Utf8, IsAcceptedExactlyWhenWellFormed) {
  for (const Utf8Case& expected : kUtf8) {
    EXPECT_EQ(is_valid_utf8(expected.text), expected.is_valid) << expected.text;
  }
}

TEST(Utf16Length, CountsTwoUnitsBeyondTheBasicPlane) {
  EXPECT_EQ(utf16_length(""), 0U);
  EXPECT_EQ(utf16_length("twelve bytes"), 12U);
  EXPECT_EQ(utf16_length("h\xc3\xa9llo"), 5U);
  EXPECT_EQ(utf16_length("\xe2\x82\xac"), 1U);
  EXPECT_EQ(utf16_length("\xf0\x9f\x98\x80"), 2U);
  EXPECT_EQ(utf16_length("12345678\xf0\x9f\x98\x80!"), 11U);
}

TEST(Utf16Prefix, NeverCutsACodePoint) {
  const std::string_view text = "a\xc3\xa9\xf0\x9f\x98\x80z";
  EXPECT_EQ(utf16_prefix(text, 0), "");
  EXPECT_EQ(utf16_prefix(text, 1), "a");
  EXPECT_EQ(utf16_prefix(text, 2), "a\xc3\xa9");
  EXPECT_EQ(utf16_prefix(text, 3), "a\xc3\xa9");
  EXPECT_EQ(utf16_prefix(text, 4), "a\xc3\xa9\xf0\x9f\x98\x80");
  EXPECT_EQ(utf16_prefix(text, 5), text);
  EXPECT_EQ(utf16_prefix(text, 99), text);
}

TEST(HtmlText, LeavesNothingThatEndsTextOrAnAttribute) {
  std::string out = "<p title=\"";
  append_html_text(out, R"(a<b> & "c" 'd' é)");
  EXPECT_EQ(out, "<p title=\"a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; é");
}

TEST(PercentDecoding, ReadsEscapesOfEitherCase) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%2f", false), "a b/c/");
  EXPECT_EQ(percent_decode("%F0%9F%98%80", false), "\xf0\x9f\x98\x80");
  EXPECT_EQ(percent_decode("", false), "");
  EXPECT_EQ(percent_decode("%00", false), "\0"sv);
}

TEST(PercentDecode, LeavesIllFormedEscapesOfAQueryAsTheyWereSent) {
  EXPECT_EQ(
      percent_decode_what_can_be(R"({"$like":"Sec%"}+%41%zz%)", true), R"({"$like":"Sec%"} A%zz%)"
  );
  EXPECT_EQ(percent_decode_what_can_be("%ff%41", false), "%ff%41");
  EXPECT_EQ(percent_decode_what_can_be("%c3%a9+", false), "\xc3\xa9+");
  EXPECT_EQ(percent_decode_what_can_be("", true), "");
}

TEST(FormFields, AreDecodedInTheOrderTheyWereSentIn) {
  const FormFields sent{{"topic", "a b"}, {"topic", "c&d=e"}, {"", "x"}, {"name", ""}, {"é", "1"}};
  EXPECT_EQ(parse_form_fields("topic=a+b&topic=c%26d%3De&=x&&name&%C3%A9=1&"), sent);
  EXPECT_EQ(parse_form_fields(""), FormFields{});
  EXPECT_EQ(parse_form_fields("a=b=c"), (FormFields{{"a", "b=c"}}));
}

TEST(FormFields, AreRefusedWholeWhenOneCannotBeDecoded) {
  EXPECT_EQ(parse_form_fields("a=1&b=%2"), std::nullopt);
  EXPECT_EQ(parse_form_fields("%zz=1"), std::nullopt);
  EXPECT_EQ(parse_form_fields("a=%ff"), std::nullopt);
}

TEST(PercentDecoding, TakesPlusForASpaceOnlyInQueries) {
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(percent_decode("a+b%2B", false), "a+b+");
}

TEST(PercentDecoding, RefusesBrokenEscapesAndTextThatIsNoUtf8) {
  for (const std::string_view text :
       {"%", "a%2", "%zz", "%2z", "%%20", "%FF", "%C3", "%ED%A0%80", "\xff"}) {
    EXPECT_EQ(percent_decode(text, false), std::nullopt) << text;
  }
}

TEST(PercentEncoding, LeavesWhatEncodeUriComponentLeaves) {
  EXPECT_EQ(percent_encode("azAZ09-_.!~*'()"), "azAZ09-_.!~*'()");
  EXPECT_EQ(percent_encode("a b/c?d=\xc3\xa9"), "a%20b%2Fc%3Fd%3D%C3%A9");
}

struct Base64Case {
  std::string_view bytes, padded, url;
};
constexpr Base64Case kBase64Cases[] = {
    // RFC 4648 §10
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
    {"\0\0"sv, "AAA=", "AAA"},
};

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  for (const auto& [bytes, padded, url] : kBase64Cases) {
    EXPECT_EQ(base64_encode(bytes), padded);
    EXPECT_EQ(base64url_encode(bytes), url);
    EXPECT_EQ(base64_decode(padded), bytes);
    EXPECT_EQ(base64url_decode(url), bytes);
  }
}

TEST(Base64, RefusesEverySecondSpellingOfAValue) {
  for (const std::string_view text :
       {"Zg",
        "Zg=",
        "Zg===",
        "Z===",
        "====",
        "=",
        "Zh==",
        "Zm9=",
        "Zm9v\n",
        "Zm 9v",
        "Zg==Zg==",
        "-_-_",
        "Z=g="}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  for (const std::string_view text : {"Zg==", "Z", "Zh", "Zm9", "+/+/", "Zm9v ", "Zm9vY"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
}

TEST(Hex, RoundTripsInLowerCaseAndReadsBoth) {
  EXPECT_EQ(hex_encode("\x00\x1f\xff"sv), "001fff");
  EXPECT_EQ(hex_decode("001fFF"), "\x00\x1f\xff"sv);
  EXPECT_EQ(hex_decode("0"), std::nullopt);
  EXPECT_EQ(hex_decode("0g"), std::nullopt);
}

std::string text_of(const std::array<char, 16>& uuid) {
  return uuid_text({uuid.data(), uuid.size()});
}

TEST(Uuid, CarriesTheVersionAndVariantOfRfc9562) {
  for (int count = 0; count < 64; ++count) {
    const std::string random = text_of(make_uuid_v4());
    EXPECT_EQ(random[14], '4') << random;
    EXPECT_TRUE("89ab"sv.contains(random[19])) << random;
  }
}

TEST(UuidV7, BeginsWithTheMillisecondsAndCarriesItsVersion) {
  const std::string text = text_of(make_uuid_v7(0x0fff'0123'4567));
  EXPECT_EQ(text.substr(0, 13), "0fff0123-4567") << text;
  EXPECT_EQ(text[14], '7') << text;
  EXPECT_TRUE("89ab"sv.contains(text[19])) << text;
}

TEST(UuidV7, AscendsWithinAMillisecondAndWhenTheClockStepsBack) {
  std::string last;
  for (std::int64_t step = 0; step < 20000; ++step) {
    const auto uuid = make_uuid_v7(0x0fff'1000'0000 - step / 5000);
    std::string bytes(uuid.data(), uuid.size());
    EXPECT_LT(last, bytes);
    last = std::move(bytes);
  }
}

TEST(UuidV7, IsUniqueAcrossThreads) {
  constexpr std::size_t kEach = 2000;
  std::vector<std::vector<std::string>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&mine] {
        for (std::size_t count = 0; count < kEach; ++count)
          mine.push_back(text_of(make_uuid_v7(1)));
      });
    }
  }
  std::set<std::string> all;
  for (const auto& mine : made)
    all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), kEach * made.size());
}

TEST(UuidText, IsReadInEitherCaseAndWrittenInLowerCase) {
  const auto uuid = parse_uuid("00112233-4455-6677-8899-AAbbCCddEEff");
  ASSERT_TRUE(uuid.has_value());
  EXPECT_EQ(text_of(*uuid), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(UuidText, IsRefusedInAnyOtherForm) {
  for (const std::string_view text :
       {"",
        "00112233445566778899aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0",
        "0011223-34455-6677-8899-aabbccddeeff",
        "g0112233-4455-6677-8899-aabbccddeeff",
        "{0112233-4455-6677-8899-aabbccddeef}",
        "00112233-4455-6677-8899-aabbccddee-f"}) {
    EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace noded::codec
