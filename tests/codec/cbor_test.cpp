#include "codec/cbor.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::codec {
namespace {

std::string unhex(std::string_view hex) {
  return hex_decode(hex).value();
}

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

// Diagnostic notation (RFC 8949 §8), as Appendix A writes it.
std::string diagnostic(const CborValue& value) {
  if (value.is_null()) return "null";
  if (const auto flag = value.boolean()) return *flag ? "true" : "false";
  if (const auto number = value.integer()) return std::to_string(*number);
  if (const auto bytes = value.bytes()) return "h'" + hex_encode(*bytes) + "'";
  if (const auto text = value.text()) return quoted(*text);
  std::string out;
  if (const auto* items = value.array()) {
    for (const CborValue& item : *items)
      out += (out.empty() ? "" : ", ") + diagnostic(item);
    return "[" + out + "]";
  }
  for (const CborMember& member : *value.map()) {
    const auto* number = std::get_if<std::int64_t>(&member.key);
    out += out.empty() ? "" : ", ";
    out += number ? std::to_string(*number) : quoted(std::get<std::string_view>(member.key));
    out += ": " + diagnostic(member.value);
  }
  return "{" + out + "}";
}

struct Row {
  std::string hex;
  std::string text;
};

TEST(Cbor, ReadsTheDefiniteItemsOfRfc8949AppendixA) {
  const std::vector<Row> rows = {
      {"00", "0"},
      {"01", "1"},
      {"0a", "10"},
      {"17", "23"},
      {"1818", "24"},
      {"1819", "25"},
      {"1864", "100"},
      {"1903e8", "1000"},
      {"1a000f4240", "1000000"},
      {"1b000000e8d4a51000", "1000000000000"},
      {"1b7fffffffffffffff", "9223372036854775807"},
      {"3b7fffffffffffffff", "-9223372036854775808"},
      {"20", "-1"},
      {"29", "-10"},
      {"3863", "-100"},
      {"3903e7", "-1000"},
      {"f4", "false"},
      {"f5", "true"},
      {"f6", "null"},
      {"40", "h''"},
      {"4401020304", "h'01020304'"},
      {"60", "\"\""},
      {"6161", "\"a\""},
      {"6449455446", "\"IETF\""},
      {"62225c", "\"\"\\\""},
      {"62c3bc", "\"\u00fc\""},
      {"63e6b0b4", "\"\u6c34\""},
      {"64f0908591", "\"\U00010151\""},
      {"80", "[]"},
      {"83010203", "[1, 2, 3]"},
      {"8301820203820405", "[1, [2, 3], [4, 5]]"},
      {"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
       "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, "
       "25]"},
      {"a0", "{}"},
      {"a201020304", "{1: 2, 3: 4}"},
      {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
      {"826161a161626163", "[\"a\", {\"b\": \"c\"}]"},
      {"a56161614161626142616361436164614461656145",
       "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}"},
  };
  for (const Row& row : rows) {
    const std::string input = unhex(row.hex);
    const auto value = parse_cbor(input);
    ASSERT_TRUE(value) << row.hex << ": " << value.error().message;
    EXPECT_EQ(diagnostic(*value), row.text) << row.hex;
  }
}

TEST(Cbor, RefusesWhatIsNotWellFormedOrNotAllowedAndSaysWhere) {
  const std::vector<Row> rows = {
      {"", "the input ends at byte 0"},
      {"18", "the input ends at byte 0"},
      {"1b00000000000000", "the input ends at byte 0"},
      {"1817", "a number that is not in its shortest form at byte 0"},
      {"1900ff", "a number that is not in its shortest form at byte 0"},
      {"1a0000ffff", "a number that is not in its shortest form at byte 0"},
      {"1b00000000ffffffff", "a number that is not in its shortest form at byte 0"},
      {"580100", "a number that is not in its shortest form at byte 0"},
      {"1bffffffffffffffff", "an integer beyond 64 bits with sign at byte 0"},
      {"3b8000000000000000", "an integer beyond 64 bits with sign at byte 0"},
      {"a11bffffffffffffffff00", "an integer beyond 64 bits with sign at byte 1"},
      {"1c", "a reserved length at byte 0"},
      {"5f42010243030405ff", "an indefinite length is not allowed at byte 0"},
      {"7f657374726561646d696e67ff", "an indefinite length is not allowed at byte 0"},
      {"9fff", "an indefinite length is not allowed at byte 0"},
      {"bf6161019fff", "an indefinite length is not allowed at byte 0"},
      {"ff", "an indefinite length is not allowed at byte 0"},
      {"42aa", "a string longer than the input at byte 0"},
      {"5b7fffffffffffffff00", "a string longer than the input at byte 0"},
      {"61ff", "text that is not UTF-8 at byte 0"},
      {"63eda080", "text that is not UTF-8 at byte 0"},
      {"a161ff00", "text that is not UTF-8 at byte 1"},
      {"8201", "an array longer than the input at byte 0"},
      {"9b7fffffffffffffff", "an array longer than the input at byte 0"},
      {"a101", "a map longer than the input at byte 0"},
      {"bb7fffffffffffffff", "a map longer than the input at byte 0"},
      {"a201020103", "a map with a key twice at byte 0"},
      {"81a2616100616101", "a map with a key twice at byte 1"},
      {"a14100f6", "a key that is neither an integer nor text at byte 1"},
      {"a1f500", "a key that is neither an integer nor text at byte 1"},
      {"c074323031332d30332d32315432303a30343a30305a", "a tag is not allowed at byte 0"},
      {"f90000", "a simple value other than false, true and null is not allowed at byte 0"},
      {"fb3ff199999999999a",
       "a simple value other than false, true and null is not allowed at byte 0"},
      {"f7", "a simple value other than false, true and null is not allowed at byte 0"},
      {"f0", "a simple value other than false, true and null is not allowed at byte 0"},
      {"f814", "a simple value other than false, true and null is not allowed at byte 0"},
      {"0000", "more bytes after the item at byte 1"},
      {"818181818181818181f6", "an item nested too deep at byte 8"},
  };
  for (const Row& row : rows) {
    const std::string input = unhex(row.hex);
    const auto value = parse_cbor(input);
    ASSERT_FALSE(value) << row.hex;
    EXPECT_EQ(value.error().message, "Malformed CBOR: " + row.text) << row.hex;
    EXPECT_EQ(value.error().code, Errc::kInvalid);
  }
}

TEST(Cbor, AllowsItemsInEachOtherAsDeepAsItsLimit) {
  EXPECT_TRUE(parse_cbor(unhex("8181818181818180")));
  EXPECT_TRUE(parse_cbor(unhex("8180"), {.max_depth = 2}));
  EXPECT_FALSE(parse_cbor(unhex("818180"), {.max_depth = 2}));
  EXPECT_TRUE(parse_cbor(unhex("00"), {.max_depth = 0}));
  EXPECT_FALSE(parse_cbor(unhex("a0"), {.max_depth = 0}));
}

TEST(Cbor, ReadsOneItemFromTheFrontAndSaysItsSize) {
  const std::string input = unhex("a10102ffff");
  const auto front = parse_cbor_front(input);
  ASSERT_TRUE(front);
  EXPECT_EQ(front->size, 3U);
  EXPECT_EQ(front->value.find(1)->integer(), 2);
}

TEST(Cbor, FindsMembersByTheirKeyAndItsKind) {
  const std::string input = unhex("a3010a2014613118ff");
  const auto value = parse_cbor(input);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find(1)->integer(), 10);
  EXPECT_EQ(value->find(-1)->integer(), 20);
  EXPECT_EQ(value->find("1")->integer(), 255);
  EXPECT_EQ(value->find(2), nullptr);
  EXPECT_EQ(value->find("-1"), nullptr);
  EXPECT_EQ(parse_cbor(unhex("01")).value().find(1), nullptr);
}

}  // namespace
}  // namespace noded::codec
