// What matches is what `new RegExp(pattern, "u").test(subject)` of V8 says, or without the flag
// where only that is allowed.
#include "codec/regex.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace noded::codec {
namespace {

using namespace std::string_view_literals;

struct MatchCase {
  std::string_view pattern, subject;
  bool matches;
};
constexpr MatchCase kMatches[] = {
    {"", "", true},
    {"", "anything", true},
    {"b", "abc", true},
    {"^b", "abc", false},
    {"^a.c$", "abc", true},
    {"c$", "abc\n", false},
    {"^b$", "a\nb", false},
    {"a.b", "a\nb", false},
    {"a.b",
     "a\xe2\x80\xa8"
     "b",
     false},
    {"a.b",
     "a\xc2\x85"
     "b",
     true},
    {"^.$", "\xf0\x9f\x98\x80", true},
    {"a[^]b", "a\nb", true},
    {"[]", "a", false},
    {"a[]|b", "b", true},
    {"^\\d+$", "0123456789", true},
    {"\\d", "\xd9\xa3", false},  // ARABIC-INDIC DIGIT THREE
    {"^\\w+$", "aZ_09", true},
    {"\\w", "\xc3\xa9", false},
    {"^\\s+$", " \t\n\v\f\r\xc2\xa0\xef\xbb\xbf\xe2\x80\xa8\xe3\x80\x80", true},
    {"\\s", "\xc2\x85", false},
    {"\\s", "\xe1\xa0\x8e", false},
    {"\\S", "\xc2\xa0", false},
    {"^[\\s\\d]+$", "1\xef\xbb\xbf", true},
    {"[^\\s]", "\xc2\xa0", false},
    {"[\\S]", "\xc2\xa0", false},
    {"[\\S]", "\xf0\x9f\x98\x80", true},
    {"[^\\S]", "\xef\xbb\xbf", true},
    {"^\\v$", "\v", true},
    {"\\v", "\n", false},
    {"^[\\b]$", "\b", true},
    {"\\bfoo\\b", "a foo.", true},
    {"\\bfoo\\b", "afoo", false},
    {"^\\/a\\/$", "/a/", true},
    {"^\\x41\\u0042\\u{43}\\u{1F600}$", "ABC\xf0\x9f\x98\x80", true},
    {"^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", true},
    {"^[\xf0\x9f\x98\x80-\xf0\x9f\x98\x82]$", "\xf0\x9f\x98\x81", true},
    {"^\\cJ$", "\n", true},
    {"\\0", "\0"sv, true},
    {"(a)\\1", "aa", true},
    {"(?:(a)|b)\\1", "b", true},  // an unset group matches nothing, and succeeds
    {"(?<x>a|b)\\k<x>", "abb", true},
    {"(?<!a)b", "ab", false},
    {"(?<=a)b", "ab", true},
    {"a(?!b)", "ab", false},
    {"^a{2,3}$", "aaa", true},
    {"^a{2}$", "aaa", false},
    {"^a+?$", "aaa", true},
    {"^\\p{Lu}\\p{Letter}$", "\xc3\x89z", true},
    {"^\\p{Script=Greek}+$", "\xce\xb1\xce\xb2", true},
    {"\\P{L}", "a", false},
    {"[[:alpha:]]", ":]", true},  // a class of [ : a l p h, and a bracket
    {"[[:alpha:]]", "b", false},
    {"^{}]$", "{}]", true},
    {"^a{,2}$", "a{,2}", true},
    {"^[\\w.-]+@[\\w-]+$", "a.b-c@d-e", true},
    {"^[a\\-z]$", "-", true},
    {"^[a-]$", "-", true},
    {"^\\-\\_\\@\\ $", "-_@ ", true},
    {"# b", "a# b", true},
    {"^(?:https?)://", "http://x", true},
};

TEST(Regex, MatchesWhatEcmaScriptMatches) {
  for (const auto& [pattern, subject, matches] : kMatches) {
    const auto regex = Regex::compile(pattern);
    ASSERT_TRUE(regex.has_value()) << pattern << ": " << regex.error().message;
    EXPECT_EQ((*regex)->matches(subject), matches) << pattern << " on " << subject;
  }
}

TEST(Regex, RefusesPatternsThatEcmaScriptRefusesAndThoseThatOnlyOthersKnow) {
  for (const std::string_view pattern :
       {"(",
        ")",
        "(?",
        "a)",
        "[",
        "[a",
        "*",
        "a**",
        "a++",
        "^*",
        "|*",
        "(*UTF)a",
        "(*LIMIT_MATCH=9)a",
        "\\",
        "\\A",
        "\\Z",
        "\\Qa\\E",
        "\\h",
        "\\K",
        "\\G",
        "\\R",
        "\\X",
        "\\N",
        "\\C",
        "\\a",
        "\\e",
        "\\1",
        "(a)\\2",
        "\\01",
        "\\x4",
        "\\u12",
        "\\u{}",
        "\\u{110000}",
        "\\ud800",
        "\\k<n>",
        "\\p{Nonsense}",
        "\\p",
        "\\c1",
        "(?i)a",
        "(?>a)",
        "(?#a)",
        "(?R)",
        "(?<1>a)",
        "(?<a",
        "[b-a]",
        "a{2,1}",
        "(?<=a)*",
        "\xff",
        "(?<a>b)(?<a>c)"}) {
    const auto regex = Regex::compile(pattern);
    ASSERT_FALSE(regex.has_value()) << pattern;
    EXPECT_EQ(regex.error().code, Errc::kInvalid);
    EXPECT_TRUE(regex.error().message.starts_with("invalid pattern: ")) << regex.error().message;
  }
}

TEST(Regex, RefusesAPatternThatIsTooLong) {
  EXPECT_TRUE(Regex::compile(std::string(16 * 1024, 'a')).has_value());
  EXPECT_FALSE(Regex::compile(std::string(16 * 1024 + 1, 'a')).has_value());
  EXPECT_FALSE(Regex::compile(std::string(1000, '(') + std::string(1000, ')')).has_value());
}

TEST(Regex, DoesNotMatchASubjectThatIsNoUtf8) {
  const auto regex = Regex::compile("a").value();
  EXPECT_FALSE(regex->matches("a\xff"));
}

TEST(Regex, FindsAMatchFarIntoALongSubject) {
  const std::string far = std::string(100'000, 'x') + "\xf0\x9f\x98\x80needle";
  EXPECT_TRUE(Regex::compile("needle$").value()->matches(far));
  EXPECT_TRUE(Regex::compile("(?<=x\\u{1F600})n").value()->matches(far));
  EXPECT_FALSE(Regex::compile("needles").value()->matches(far));
  std::string emoji;
  for (int count = 0; count < 1000; ++count)
    emoji += "\xf0\x9f\x98\x80\xe2\x82\xac";
  EXPECT_TRUE(Regex::compile("\xe2\x82\xac!").value()->matches(emoji + "!"));
}

TEST(Regex, CountsACatastrophicSubjectAsNoMatch) {
  const std::string run(50'000, 'a');
  for (const std::string_view pattern :
       {"^(a+)+$", "(a+)+$", "^(a|aa)+$", "(a*)*b", "^(?:a?){30}a{30}c"}) {
    EXPECT_FALSE(Regex::compile(pattern).value()->matches(run + "!")) << pattern;
  }
  EXPECT_TRUE(Regex::compile("^(a+)+$").value()->matches(run));
}

TEST(Regex, GivesUpOnAQuadraticSubject) {
  std::string subject;
  for (int part = 0; part < 20; ++part)
    subject += std::string(50'000, 'a') + ' ';
  EXPECT_FALSE(Regex::compile("\\S+@\\S+").value()->matches(subject));
  EXPECT_FALSE(Regex::compile("(?:a|b)+@").value()->matches(subject));
}

TEST(Regex, MayBeMatchedByManyThreadsAtOnce) {
  const auto regex = Regex::compile("^(\\w+)-\\1$").value();
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&regex] {
      for (int round = 0; round < 2000; ++round) {
        EXPECT_TRUE(regex->matches("word-word"));
        EXPECT_FALSE(regex->matches("word-ward"));
      }
    });
  }
}

TEST(Regex, WorksWhereMemoryIsNeverBothWritableAndExecutable) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    prctl(65, 1, 0, 0, 0);  // PR_SET_MDWE of Linux 6.3, younger than the headers
    const auto regex = Regex::compile("^(a|b)+\\d$");
    _exit(regex && (*regex)->matches("abba7") && !(*regex)->matches("abba") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace noded::codec
