#include "mail/letter.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::mail {
namespace {

constexpr std::int64_t kNow = 1'704'164'645;  // 2024-01-02T03:04:05Z

std::vector<std::string> lines_of(const std::string& letter) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < letter.size()) {
    const std::size_t end = letter.find("\r\n", at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "a line without its end";
      break;
    }
    lines.push_back(letter.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

std::string field(const std::string& letter, const std::string& name) {
  for (const std::string& line : lines_of(letter)) {
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
    if (line.empty()) break;
  }
  return {};
}

std::string body_of(const std::string& letter) {
  return letter.substr(letter.find("\r\n\r\n") + 4);
}

std::string write(Message message, Sender from = {.address = "no@example.org", .name = {}}) {
  EXPECT_TRUE(check_message(message).has_value());
  return write_letter(from, message, kNow);
}

TEST(Letter, HasAHeadThatServersWant) {
  const std::string letter =
      write({.to = "m@example.com", .subject = "Hello", .text = "one\ntwo\n"});
  EXPECT_EQ(field(letter, "Date"), "Tue, 02 Jan 2024 03:04:05 +0000");
  EXPECT_EQ(field(letter, "From"), "no@example.org");
  EXPECT_EQ(field(letter, "To"), "m@example.com");
  EXPECT_EQ(field(letter, "Subject"), "Hello");
  EXPECT_EQ(field(letter, "MIME-Version"), "1.0");
  EXPECT_EQ(field(letter, "Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(field(letter, "Content-Transfer-Encoding"), "7bit");
  EXPECT_TRUE(field(letter, "Message-ID").ends_with("@example.org>"));
  EXPECT_EQ(body_of(letter), "one\r\ntwo\r\n");
}

TEST(Letter, HasAnIdentifierOfItsOwn) {
  const Message message{.to = "m@example.com", .subject = "Hello", .text = "x"};
  EXPECT_NE(field(write(message), "Message-ID"), field(write(message), "Message-ID"));
}

TEST(Letter, EncodesWhatIsNotAscii) {
  const std::string letter =
      write({.to = "m@example.com", .subject = "设置新密码", .text = "你好\n"});
  EXPECT_EQ(field(letter, "Subject"), "=?UTF-8?B?6K6+572u5paw5a+G56CB?=");
  EXPECT_EQ(field(letter, "Content-Transfer-Encoding"), "base64");
  EXPECT_EQ(codec::base64_decode("5L2g5aW9DQo="), "你好\r\n");
  EXPECT_EQ(body_of(letter), "5L2g5aW9DQo=\r\n");
}

TEST(Letter, FoldsALongSubjectBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 60; ++i)
    subject += "密";
  std::string decoded;
  const std::string letter = write({.to = "m@example.com", .subject = subject, .text = "x"});
  for (std::string line : lines_of(letter)) {
    EXPECT_LE(line.size(), 78U) << line;
    const std::size_t begin = line.find("=?UTF-8?B?");
    if (begin == std::string::npos) continue;
    ASSERT_TRUE(line.ends_with("?="));
    line = line.substr(begin + 10);
    const auto part = codec::base64_decode(line.substr(0, line.size() - 2));
    ASSERT_TRUE(part.has_value());
    EXPECT_TRUE(codec::is_valid_utf8(*part));
    decoded += *part;
  }
  EXPECT_EQ(decoded, subject);
}

TEST(Letter, KeepsNoLineThatIsTooLong) {
  for (const std::string& text : {std::string(5000, 'a'), std::string(3000, 'a') + "密\n"}) {
    for (const std::string& line :
         lines_of(write({.to = "m@example.com", .subject = "x", .text = text})))
      EXPECT_LE(line.size(), 998U);
  }
}

TEST(Letter, HasNoLineEndOfAnotherKind) {
  const std::string letter =
      write({.to = "m@example.com", .subject = "x", .text = "a\rb\r\nc\n.\nd"});
  EXPECT_EQ(body_of(letter), "ab\r\nc\r\n.\r\nd\r\n");
}

TEST(Letter, QuotesTheSendersName) {
  const Message message{.to = "m@example.com", .subject = "x", .text = "x"};
  EXPECT_EQ(
      field(write(message, {.address = "no@example.org", .name = "A \"B\", C"}), "From"),
      R"("A \"B\", C" <no@example.org>)"
  );
  EXPECT_EQ(
      field(write(message, {.address = "no@example.org", .name = "节点"}), "From"),
      "=?UTF-8?B?6IqC54K5?= <no@example.org>"
  );
}

TEST(Letter, PassesNothingForAnEncodedWordThatIsNone) {
  const Message message{.to = "m@example.com", .subject = "=?UTF-8?B?eA==?=", .text = "x"};
  EXPECT_NE(field(write(message), "Subject"), message.subject);
}

TEST(BadMessages, AreNoLetters) {
  const auto refused = [](Message message) {
    const auto checked = check_message(message);
    return !checked && checked.error().code == Errc::kInvalid;
  };
  EXPECT_TRUE(refused({.to = "m@example.com\r\nBcc: n@example.com", .subject = "x", .text = "x"}));
  EXPECT_TRUE(refused({.to = "m@example.com", .subject = "x\r\nBcc: n@a.b", .text = "x"}));
  EXPECT_TRUE(refused({.to = "m@example.com", .subject = "", .text = "x"}));
  EXPECT_TRUE(refused({.to = "m@example.com", .subject = "x", .text = "\xff"}));
  EXPECT_TRUE(refused({.to = "", .subject = "x", .text = "x"}));
}

TEST(Senders, AreAnAddressWithOrWithoutAName) {
  EXPECT_EQ(parse_sender("no@example.org").value().address, "no@example.org");
  const auto named = parse_sender("The node <no@example.org>");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->name, "The node");
  EXPECT_EQ(named->address, "no@example.org");
  for (const char* text :
       {"",
        "no",
        "no@",
        "<no@example.org",
        "a <b> <no@example.org>",
        "a\n<no@example.org>",
        "no@example.org, a@b.c"}) {
    EXPECT_FALSE(parse_sender(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace noded::mail
