#include "modules/auth/passkey/credential.hpp"

#include "codec/json.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

namespace noded::auth {
namespace {

Credential example() {
  return {
      .id = std::string("\x00\xff id", 5),
      .user_key = std::string("\x80\0\0\0\0\0\0\x07", 8),
      .user_handle = std::string(16, 'h'),
      .public_key = std::string("\xa5\x01", 2),
      .algorithm = passkey::Algorithm::kRs256,
      .sign_count = 0xfffffffe,
      .aaguid = {'a', 'b'},
      .backup_eligible = true,
      .backed_up = true,
      .is_clone_suspected = true,
      .transports = {"usb", "nfc"},
      .attestation = "trusted basic",
      .name = "blue \"key\"",
      .created = WallTime(std::chrono::milliseconds(1'704'164'645'001)),
      .last_used = WallTime(std::chrono::milliseconds(1'704'164'646'002))
  };
}

TEST(Credential, ComesBackFromItsRecordAsItWas) {
  const Credential written = example();
  const auto read = decode_credential(written.id, encode(written));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(encode(*read), encode(written));
  EXPECT_EQ(read->id, written.id);
  EXPECT_EQ(read->sign_count, written.sign_count);
  EXPECT_EQ(read->last_used, written.last_used);
  EXPECT_TRUE(read->is_clone_suspected);
}

TEST(Credential, IsShownWithoutItsKey) {
  EXPECT_EQ(
      describe(example()),
      R"({"id":"AP8gaWQ","name":"blue \"key\"","createdAt":"2024-01-02T03:04:05.001Z",)"
      R"("lastUsedAt":"2024-01-02T03:04:06.002Z","signCount":4294967294,"transports":["usb","nfc"],)"
      R"("aaguid":"61620000-0000-0000-0000-000000000000","deviceType":"multiDevice","backedUp":true,)"
      R"("alg":-257,"attestation":"trusted basic","cloneWarning":true})"
  );
}

class DamagedRecord : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(DamagedRecord, IsRefused) {
  boost::json::object record = testing_support::parse_object(encode(example()));
  const auto [member, value] = GetParam();
  if (*value == '\0') {
    record.erase(member);
  } else {
    record[member] = testing_support::parse(value);
  }
  const auto read = decode_credential("id", codec::to_json_text(record));
  ASSERT_FALSE(read.has_value()) << codec::to_json_text(record);
  EXPECT_EQ(read.error().code, Errc::kInternal);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    DamagedRecord,
    testing::Values(
        std::pair("user", ""),
        std::pair("user", R"("AAAA")"),
        std::pair("handle", R"("")"),
        std::pair("handle", R"("no base64!")"),
        std::pair("key", "7"),
        std::pair("alg", "-1"),
        std::pair("count", "-1"),
        std::pair("count", "4294967296"),
        std::pair("aaguid", R"("AAAA")"),
        std::pair("transports", R"("usb")"),
        std::pair("name", "null"),
        std::pair("created", R"("yesterday")"),
        std::pair("used", "1.5")
    )
);

TEST(Credential, IsNoOtherText) {
  for (const char* text : {"", "null", "[]", "{", "{}"})
    EXPECT_FALSE(decode_credential("id", text).has_value()) << text;
}

}  // namespace
}  // namespace noded::auth
