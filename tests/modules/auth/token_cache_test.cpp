#include "modules/auth/token_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

IdentityPtr somebody() {
  return std::make_shared<Identity>();
}

TEST(TokenCache, FindsWhatWasStored) {
  TokenCache cache;
  const auto identity = somebody();
  cache.store("t", identity, 100);
  EXPECT_EQ(cache.find("t", 99), identity);
  EXPECT_EQ(cache.find("u", 99), nullptr);
}

TEST(TokenCache, ForgetsExpiredTokens) {
  TokenCache cache;
  cache.store("t", somebody(), 100);
  EXPECT_EQ(cache.find("t", 100), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, KeepsTokensWithoutExpiry) {
  TokenCache cache;
  cache.store("t", somebody(), 0);
  EXPECT_NE(cache.find("t", 1'000'000'000'000), nullptr);
}

TEST(TokenCache, StaysBounded) {
  TokenCache cache(4);
  for (int i = 0; i < 1000; ++i)
    cache.store("token" + std::to_string(i), somebody(), 0);
  EXPECT_LE(cache.size(), 4u * 16);
  EXPECT_NE(cache.find("token999", 0), nullptr);
}

}  // namespace
}  // namespace noded::auth
