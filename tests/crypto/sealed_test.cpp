#include "crypto/sealed.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <string>

namespace noded::crypto {
namespace {

const std::string kFirst(kSealingKeySize, 'a');
const std::string kSecond(kSealingKeySize, 'b');

SealingKeys keys_with(std::uint32_t id, const std::string& key) {
  SealingKeys keys;
  EXPECT_TRUE(keys.add(id, key));
  return keys;
}

TEST(Sealed, OpensToWhatWasSealed) {
  const SealingKeys keys = keys_with(7, kFirst);
  for (const std::string& secret : {std::string(), std::string("s"), std::string(5000, '\0')}) {
    const std::string sealed = keys.seal(secret, "users/1");
    EXPECT_EQ(sealed.size(), secret.size() + 45);
    EXPECT_EQ(keys.open(sealed, "users/1").value(), secret);
    EXPECT_NE(keys.seal(secret, "users/1"), sealed);
  }
}

TEST(Sealed, OpensWhatIsWrittenInItsFormat) {
  const SealingKeys keys = keys_with(0x01020304, kFirst);
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const std::string head("\x01\x01\x02\x03\x04", 5);
  const std::string nonce(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, 'n');
  const std::string covered = head + "users/1";
  std::string body(6 + crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(body.data()),
      nullptr,
      bytes("secret"),
      6,
      bytes(covered),
      covered.size(),
      nullptr,
      bytes(nonce),
      bytes(kFirst)
  );
  EXPECT_EQ(keys.open(head + nonce + body, "users/1").value(), "secret");
  EXPECT_EQ(keys.seal("secret", "").substr(0, 5), head);
}

TEST(Sealed, DoesNotOpenWithAnyBitChanged) {
  const SealingKeys keys = keys_with(7, kFirst);
  std::string sealed = keys.seal("secret", "users/1");
  for (std::size_t index = 0; index < sealed.size() * 8; ++index) {
    char& byte = sealed[index / 8];
    const char before = byte;
    byte = static_cast<char>(byte ^ (1 << (index % 8)));
    EXPECT_FALSE(keys.open(sealed, "users/1")) << "bit " << index;
    byte = before;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(keys.open(sealed.substr(0, size), "users/1")) << size;
  }
  EXPECT_FALSE(keys.open(sealed + '\0', "users/1"));
  EXPECT_TRUE(keys.open(sealed, "users/1"));
}

TEST(Sealed, DoesNotOpenElsewhere) {
  const SealingKeys keys = keys_with(7, kFirst);
  const std::string sealed = keys.seal("secret", "users/1");
  for (const char* context : {"users/2", "users/", "", "users/1 "}) {
    const auto opened = keys.open(sealed, context);
    ASSERT_FALSE(opened) << context;
    EXPECT_EQ(opened.error().code, Errc::kInvalid);
  }
  EXPECT_FALSE(keys_with(7, kSecond).open(sealed, "users/1"));
}

TEST(Sealed, IsReadByOldKeysAndWrittenByTheLast) {
  SealingKeys keys = keys_with(1, kFirst);
  const std::string old = keys.seal("secret", "c");
  EXPECT_FALSE(keys.is_outdated(old));
  ASSERT_TRUE(keys.add(2, kSecond));
  EXPECT_TRUE(keys.is_outdated(old));
  EXPECT_EQ(keys.open(old, "c").value(), "secret");
  const std::string sealed = keys.seal("secret", "c");
  EXPECT_FALSE(keys.is_outdated(sealed));
  EXPECT_EQ(keys_with(2, kSecond).open(sealed, "c").value(), "secret");
  EXPECT_EQ(keys_with(1, kFirst).open(sealed, "c").error().code, Errc::kNotFound);
  EXPECT_FALSE(keys.is_outdated("not sealed"));
}

TEST(Sealed, HasKeysOf32BytesWithAnIdEach) {
  SealingKeys keys;
  EXPECT_EQ(keys.add(1, "short").error().code, Errc::kInvalid);
  EXPECT_EQ(keys.add(1, kFirst + 'a').error().code, Errc::kInvalid);
  EXPECT_THROW((void)keys.seal("secret", "c"), std::logic_error);
  EXPECT_TRUE(keys.add(1, kFirst));
  EXPECT_EQ(keys.add(1, kSecond).error().code, Errc::kExists);
}

}  // namespace
}  // namespace noded::crypto
