// Keys on curves are made of keys that are no longer needed: nothing of those may stay.
#include "crypto/passkey/public_key.hpp"

#include "soft_key.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace noded::passkey {
namespace {

constexpr std::string_view kData = "what is signed";

struct CurveOf {
  Algorithm algorithm;
  Curve curve;
};
constexpr CurveOf kCurvesOf[] = {
    {Algorithm::kEs256, Curve::kP256},
    {Algorithm::kEs384, Curve::kP384},
    {Algorithm::kEs512, Curve::kP521},
};

TEST(PasskeyPublicKey, KnowsNothingOfTheOneBefore) {
  for (const auto& [algorithm, curve] : kCurvesOf) {
    const SoftKey first(algorithm);
    const SoftKey second(algorithm);
    const std::string by_first = first.sign(kData);
    const std::string by_second = second.sign(kData);
    for (int round = 0; round < 3; ++round) {
      for (const SoftKey* key : {&first, &second}) {
        const auto made = PublicKey::on_curve(curve, key->x(), key->y());
        ASSERT_TRUE(made);
        EXPECT_EQ(made->verify(algorithm, kData, by_first), key == &first);
        EXPECT_EQ(made->verify(algorithm, kData, by_second), key == &second);
      }
    }
  }
}

TEST(PasskeyPublicKey, IsItsOwnWhileOthersAreMade) {
  const SoftKey first(Algorithm::kEs256);
  const SoftKey second(Algorithm::kEs256);
  const auto one = PublicKey::on_curve(Curve::kP256, first.x(), first.y());
  const auto other = PublicKey::on_curve(Curve::kP256, second.x(), second.y());
  ASSERT_TRUE(one && other);
  EXPECT_FALSE(*one == *other);
  EXPECT_TRUE(one->verify(Algorithm::kEs256, kData, first.sign(kData)));
  EXPECT_TRUE(other->verify(Algorithm::kEs256, kData, second.sign(kData)));
}

TEST(PasskeyPublicKey, IsGoodAfterAPointOffTheCurve) {
  for (const auto& [algorithm, curve] : kCurvesOf) {
    const SoftKey key(algorithm);
    const std::string zeros(coordinate_size(curve), '\0');
    {
      ASSERT_TRUE(PublicKey::on_curve(curve, key.x(), key.y()));
    }
    EXPECT_FALSE(PublicKey::on_curve(curve, zeros, zeros));
    EXPECT_FALSE(PublicKey::on_curve(curve, key.y(), key.x()));
    const auto made = PublicKey::on_curve(curve, key.x(), key.y());
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->verify(algorithm, kData, key.sign(kData)));
  }
}

TEST(PasskeyPublicKey, IsMadeByManyThreads) {
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([] {
      const SoftKey key(Algorithm::kEs256);
      const std::string signature = key.sign(kData);
      for (int round = 0; round < 200; ++round) {
        const auto made = PublicKey::on_curve(Curve::kP256, key.x(), key.y());
        EXPECT_TRUE(made && made->verify(Algorithm::kEs256, kData, signature));
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

}  // namespace
}  // namespace noded::passkey
