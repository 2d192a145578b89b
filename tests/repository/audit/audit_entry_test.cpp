#include "repository/audit/audit_entry.hpp"

#include "codec/blake2b.hpp"
#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::audit {
namespace {

Entry an_entry() {
  return {
      .number = 7,
      .time_ms = 1'704'164'645'000,
      .act =
          {.actor = "user 1",
           .actor_ip = "192.0.2.1",
           .action = "user.role",
           .target = "user 2",
           .result = "done",
           .request_id = "r-1",
           .details = R"({"after":"admin"})"},
      .before = std::string(kHashSize, 'x'),
      .hash = {}
  };
}

// RFC 7693 has no vector for this size; this one is of b2sum -l 256.
TEST(Blake2b, HashesPartsAsOneText) {
  const std::string of_abc = codec::blake2b_256({"a", "", "bc"});
  EXPECT_EQ(
      codec::hex_encode(of_abc), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
  );
  EXPECT_EQ(
      codec::hex_encode(codec::blake2b_256({})),
      "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
  );
}

TEST(AuditEntry, IsReadAsItWasWritten) {
  const std::string bytes = encode(an_entry());
  const auto entry = decode(bytes);
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(entry->hash, hash_of(bytes));
  EXPECT_EQ(
      to_json(*entry),
      R"({"seq":7,"ts":"2024-01-02T03:04:05.000Z","actor":"user 1","actor_ip":"192.0.2.1",)"
      R"("action":"user.role","target":"user 2","result":"done","request_id":"r-1",)"
      R"("diff":{"after":"admin"},"prev_hash":")" +
          codec::hex_encode(entry->before) + R"(","hash":")" + codec::hex_encode(entry->hash) +
          R"("})"
  );
}

TEST(AuditEntry, HasAnotherHashWhateverByteChanges) {
  const std::string bytes = encode(an_entry());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto entry = decode(changed);
    EXPECT_TRUE(!entry || entry->hash != hash_of(changed)) << i;
  }
}

TEST(AuditEntry, IsRefusedWhenCutOrTooLong) {
  const std::string bytes = encode(an_entry());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size;
  EXPECT_FALSE(decode(bytes + "x"));
}

TEST(AuditEntry, CutsLongTextsAtACharacterAndLeavesLongDetailsOut) {
  Entry entry = an_entry();
  entry.act.target = std::string(kMostText - 1, 'a') + "é";
  entry.act.details = R"({"a":")" + std::string(kMostText, 'a') + R"("})";
  const auto read = decode(encode(entry));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->act.target, std::string(kMostText - 1, 'a'));
  EXPECT_EQ(read->act.details, "");
}

}  // namespace
}  // namespace noded::audit
