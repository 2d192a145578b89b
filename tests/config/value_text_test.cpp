#include "config/value_text.hpp"

#include <gtest/gtest.h>

namespace noded::config {
namespace {

using Strings = std::vector<std::string>;

constexpr Option<bool> kFlag{"t.flag", "a flag", false};
constexpr Option<std::int64_t> kCount{"t.count", "a count", 2, 1, 64};
constexpr Option<std::chrono::milliseconds> kTime{"t.time", "a time", 15s, 0s, 10min};
constexpr Option<Bytes> kSize{"t.size", "a size", 1_MiB, 1_KiB, 1_GiB};
constexpr Option<Bytes> kFreeSize{"t.free", "a size", 0_B};
constexpr Option<std::string> kText{"t.text", "a text", "x\"y"};
constexpr Option<std::string> kChoice{"t.choice", "a choice", "b", {"a", "b", "c"}};
constexpr Option<Strings> kList{"t.list", "a list", {"one", "two"}};
constexpr Option<Strings> kKeyed{"t.keyed", "a list", {}, {}, Reload::kRestart, "path"};

struct ValueCase {
  const char* name;
  const OptionDeclaration* option;
  std::string_view text;
  std::optional<OptionValue> value;  // empty: refused
};

class ParseValue : public testing::TestWithParam<ValueCase> {};

TEST_P(ParseValue, ReadsOrRefuses) {
  const auto value = parse_value(*GetParam().option, GetParam().text);
  ASSERT_EQ(value.has_value(), GetParam().value.has_value()) << GetParam().text;
  if (value.has_value()) {
    EXPECT_EQ(*value, *GetParam().value);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    ParseValue,
    testing::Values(
        ValueCase{"boolean", &kFlag, "true", true},
        ValueCase{"boolean_in_words", &kFlag, "yes", std::nullopt},
        ValueCase{"integer", &kCount, "64", std::int64_t{64}},
        ValueCase{"integer_above", &kCount, "65", std::nullopt},
        ValueCase{"integer_below", &kCount, "0", std::nullopt},
        ValueCase{"integer_with_rest", &kCount, "3x", std::nullopt},
        ValueCase{"integer_empty", &kCount, "", std::nullopt},
        ValueCase{"integer_of_30_digits", &kCount, "111111111111111111111111111111", std::nullopt},
        ValueCase{"milliseconds", &kTime, "250ms", 250ms},
        ValueCase{"minutes", &kTime, "10min", 10min},
        ValueCase{"a_space_before_the_unit", &kTime, "2 s", 2s},
        ValueCase{"zero_without_unit", &kTime, "0", 0ms},
        ValueCase{"duration_without_unit", &kTime, "30", std::nullopt},
        ValueCase{"duration_of_unknown_unit", &kTime, "30 parsecs", std::nullopt},
        ValueCase{"duration_above", &kTime, "11min", std::nullopt},
        ValueCase{"negative_duration", &kTime, "-1s", std::nullopt},
        ValueCase{"duration_that_overflows", &kTime, "9223372036854775807d", std::nullopt},
        ValueCase{"kibibytes", &kSize, "64KiB", 64_KiB},
        ValueCase{"plain_bytes", &kSize, "4096", 4096_B},
        ValueCase{"size_below", &kSize, "1B", std::nullopt},
        ValueCase{"decimal_unit", &kSize, "1MB", std::nullopt},
        ValueCase{"size_that_overflows", &kFreeSize, "9223372036854775807GiB", std::nullopt},
        ValueCase{"text", &kText, "anything: at all", std::string("anything: at all")},
        ValueCase{"choice", &kChoice, "c", std::string("c")},
        ValueCase{"no_choice", &kChoice, "C", std::nullopt},
        ValueCase{"list", &kList, "a, b,c", Strings{"a", "b", "c"}},
        ValueCase{"empty_list", &kList, "", Strings{}},
        ValueCase{"list_with_a_hole", &kList, "a,,c", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(AllowedText, NamesRangeAndUnits) {
  EXPECT_EQ(allowed_text(kCount), "an integer from 1 to 64");
  EXPECT_EQ(allowed_text(kTime), "a duration such as 250ms, 30s or 5min, of at most 10min");
  EXPECT_EQ(allowed_text(kSize), "a size such as 4096, 64KiB or 1MiB, from 1KiB to 1GiB");
  EXPECT_EQ(allowed_text(kChoice), "a, b or c");
}

TEST(Refusal, ShowsWhatWasWrittenAndWhatIsAllowed) {
  const auto value = parse_value(kCount, "many");
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().message, "\"many\" is not allowed; expected an integer from 1 to 64");
}

TEST(Refusal, CutsLongText) {
  const auto value = parse_value(kCount, std::string(100'000, 'x'));
  ASSERT_FALSE(value.has_value());
  EXPECT_LT(value.error().message.size(), 200U);
}

class ValueText
    : public testing::TestWithParam<std::pair<const OptionDeclaration*, std::string_view>> {};

TEST_P(ValueText, OfADefaultIsWhatAFileSays) {
  const auto& [option, text] = GetParam();
  EXPECT_EQ(value_text(*option, default_value(*option)), text);
}

INSTANTIATE_TEST_SUITE_P(
    Defaults,
    ValueText,
    testing::Values(
        std::pair(&kFlag, "false"),
        std::pair(&kCount, "2"),
        std::pair(&kTime, "15s"),
        std::pair(&kSize, "1MiB"),
        std::pair(&kFreeSize, "0B"),
        std::pair(&kText, R"("x\"y")"),
        std::pair(&kChoice, "b"),
        std::pair(&kList, R"(["one", "two"])"),
        std::pair(&kKeyed, "[]")
    )
);

}  // namespace
}  // namespace noded::config
