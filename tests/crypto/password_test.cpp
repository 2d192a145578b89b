#include "crypto/password.hpp"

#include "crypto/crypto.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <thread>
#include <vector>

namespace noded::crypto {
namespace {

using namespace std::string_view_literals;

// The least that libsodium takes: tests need the form, not the cost.
constexpr PasswordCost kCheap{.memory_bytes = 64 * 1024, .passes = 1};

TEST(Password, HashedWithArgon2idIsVerified) {
  const auto stored = hash_password("correct horse", kCheap);
  ASSERT_TRUE(stored.has_value());
  EXPECT_TRUE(stored->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *stored;
  EXPECT_TRUE(verify_password("correct horse", *stored, kCheap, false).matches);
  EXPECT_FALSE(verify_password("correct horse", *stored, kCheap, false).needs_rehash);
  EXPECT_FALSE(verify_password("correct hors", *stored, kCheap, false).matches);
  EXPECT_FALSE(verify_password(*stored, *stored, kCheap, true).matches);
  EXPECT_NE(*stored, hash_password("correct horse", kCheap).value());
}

TEST(Password, NeedsARehashWhenItsCostIsBelowTheOneAskedFor) {
  const auto stored = hash_password("x", kCheap);
  EXPECT_TRUE(
      verify_password("x", *stored, {.memory_bytes = 128 * 1024, .passes = 1}, false).needs_rehash
  );
  EXPECT_TRUE(
      verify_password("x", *stored, {.memory_bytes = 64 * 1024, .passes = 2}, false).needs_rehash
  );
  EXPECT_FALSE(
      verify_password("x", *stored, {.memory_bytes = 32 * 1024, .passes = 1}, false).needs_rehash
  );
}

TEST(Password, StoredWithArgon2idElsewhereIsVerified) {
  // argon2 20171227: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
  constexpr auto kStored =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(verify_password("password", kStored, kCheap, false).matches);
  EXPECT_FALSE(verify_password("Password", kStored, kCheap, false).matches);
}

TEST(Password, IsHashedAsLibsodiumHashesIt) {
  const auto ours = hash_password("correct horse", kCheap).value();
  EXPECT_EQ(crypto_pwhash_str_verify(ours.c_str(), "correct horse", 13), 0);
  EXPECT_NE(crypto_pwhash_str_verify(ours.c_str(), "correct h0rse", 13), 0);
  std::array<char, crypto_pwhash_STRBYTES> theirs{};
  ASSERT_EQ(
      crypto_pwhash_str_alg(
          theirs.data(), "correct horse", 13, 3, 128 * 1024, crypto_pwhash_ALG_ARGON2ID13
      ),
      0
  );
  EXPECT_TRUE(verify_password("correct horse", theirs.data(), kCheap, false).matches);
  EXPECT_FALSE(verify_password("correct h0rse", theirs.data(), kCheap, false).matches);
}

TEST(Password, NeverMatchesAHashThatIsIllFormed) {
  for (const auto stored : {
           "$argon2id$v=19$m=64,t=1,p=1$"sv,
           "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ"sv,
           "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$"sv,
           "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AA"sv,
           "$argon2id$v=19$m=64,t=1,p=1$c29t!XNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
           "$argon2id$v=19$m=64,t=1,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
           "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
           "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
           "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
           "$argon2id$v=19$m=64,t=1,p=4294967295$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8"sv,
           "$argon2id$v=19$m=64,t=1,p=99999999999$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8"sv,
       }) {
    EXPECT_FALSE(verify_password("password", stored, kCheap, true).matches) << stored;
  }
}

TEST(Password, WhoseHashCostsTooMuchNeverMatches) {
  for (const auto stored :
       {"$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
        "$argon2id$v=19$m=64,t=1000000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"sv,
        "$2b$31$LUzmr5z1d9jb8XxeVzfBVuIZwPfPBb7Yxdr0A3a7VyTSM6fUz8oGy"sv}) {
    EXPECT_FALSE(verify_password("password", stored, kCheap, true).matches) << stored;
  }
}

struct BcryptCase {
  std::string_view password, stored;
};
// Of the test set of Openwall's crypt_blowfish, in the public domain.
constexpr BcryptCase kBcrypts[] = {
    {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
    {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
    {"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
    {"\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
    {"\xff\xff\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
};

TEST(Password, StoredWithBcryptIsVerifiedAndNeedsARehash) {
  for (const auto& [password, stored] : kBcrypts) {
    const PasswordCheck check = verify_password(password, stored, kCheap, false);
    EXPECT_TRUE(check.matches) << stored;
    EXPECT_TRUE(check.needs_rehash) << stored;
    EXPECT_FALSE(verify_password(std::string(password) + "!", stored, kCheap, false).matches)
        << stored;
    EXPECT_FALSE(verify_password(std::string(password) + '\0', stored, kCheap, false).matches)
        << stored;
  }
}

TEST(Password, IsVerifiedByManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (int round = 0; round < 6; ++round) {
        const auto& [password, stored] = kBcrypts[static_cast<std::size_t>((thread + round) % 4)];
        EXPECT_TRUE(verify_password(password, stored, kCheap, false).matches);
      }
    });
  }
}

TEST(Password, StoredAsHexOfSha256IsVerifiedAndNeedsARehash) {
  constexpr auto kStored = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
  EXPECT_TRUE(verify_password("password", kStored, kCheap, false).matches);
  EXPECT_TRUE(verify_password("password", kStored, kCheap, false).needs_rehash);
  EXPECT_FALSE(verify_password("passwore", kStored, kCheap, false).matches);
  EXPECT_FALSE(verify_password(kStored, kStored, kCheap, true).matches);
}

TEST(Password, StoredPlainIsVerifiedOnlyWhereThatIsAllowed) {
  EXPECT_TRUE(verify_password("hunter2", "hunter2", kCheap, true).matches);
  EXPECT_TRUE(verify_password("hunter2", "hunter2", kCheap, true).needs_rehash);
  EXPECT_FALSE(verify_password("hunter2", "hunter2", kCheap, false).matches);
  EXPECT_FALSE(verify_password("hunter", "hunter2", kCheap, true).matches);
}

TEST(Password, NeverMatchesWhereNothingOrNonsenseIsStored) {
  for (const auto stored :
       {""sv,
        "$argon2id$"sv,
        "$argon2id$v=19$m=64,t=1,p=1$"sv,
        "$argon2i$v=19$m=64,t=1,p=1$"sv,
        "$2a$05$"sv,
        "$2b$xx$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"sv}) {
    EXPECT_FALSE(verify_password("", stored, kCheap, false).matches) << stored;
    EXPECT_FALSE(verify_password("x", stored, kCheap, false).matches) << stored;
  }
  EXPECT_FALSE(verify_password("", "", kCheap, true).matches);
}

}  // namespace
}  // namespace noded::crypto
