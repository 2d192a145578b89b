// Accounts whose name is an e-mail address, where auth.verify_email asks for its proof.
#include "passkey_fixture.hpp"
#include "tests/modules/auth/recovery/recovery_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

class PasskeyAddress : public PasskeyFixture {
 protected:
  explicit PasskeyAddress(VerifyEmail asked = VerifyEmail::kRequired)
      : PasskeyFixture({.verify_email = asked, .public_url = "https://example.org"}, &outbox_) {}
  void SetUp() override { serve(); }

  std::string link() const {
    if (outbox_.letters.empty()) return {};
    const std::string& text = outbox_.letters.back().text;
    const std::size_t begin = text.find("/auth/verify?token=") + 19;
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  Answer confirm(const std::string& token) {
    return AuthFixture::post("/auth/verify", R"({"token":")" + token + "\"}");
  }

  ReadableOutbox outbox_;
  SoftPasskey key_;
};

TEST_F(PasskeyAddress, IsProvenBeforeTheFirstLogin) {
  const Answer made = sign_up(key_, "bob@example.org");
  EXPECT_EQ(made.status, 403) << made.body;
  EXPECT_EQ(code_of(made), "email_not_verified");
  EXPECT_EQ(made.header("Set-Cookie"), "");
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(outbox_.letters.front().to, "bob@example.org");
  EXPECT_EQ(code_of(sign_in(key_)), "email_not_verified");
  EXPECT_EQ(module_.sessions().size(), 0U);
  EXPECT_EQ(confirm(link()).status, 200);
  EXPECT_EQ(sign_in(key_).status, 200);
}

TEST_F(PasskeyAddress, CanBeAskedALinkForOnceMore) {
  ASSERT_EQ(sign_up(key_, "bob@example.org").status, 403);
  outbox_.letters.clear();
  ASSERT_EQ(AuthFixture::post("/auth/verify", R"({"email":"bob@example.org"})").status, 202);
  auto guard = net::make_work_guard(io_);
  while (module_.link_sender().behind() > 0) {
    io_.restart();
    io_.run_one();
  }
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(confirm(link()).status, 200);
  EXPECT_EQ(sign_in(key_).status, 200);
}

TEST_F(PasskeyAddress, IsNothingThatANameHas) {
  EXPECT_EQ(sign_up(key_, "alice").status, 200);
  EXPECT_TRUE(outbox_.letters.empty());
  EXPECT_EQ(sign_in(key_).status, 200);
}

class PasskeyAddressSent : public PasskeyAddress {
 protected:
  PasskeyAddressSent() : PasskeyAddress(VerifyEmail::kSend) {}
};

TEST_F(PasskeyAddressSent, IsAskedToBeConfirmedWhileTheAccountWorks) {
  const Answer made = sign_up(key_, "bob@example.org");
  ASSERT_EQ(made.status, 200) << made.body;
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(sign_in(key_).status, 200);
  EXPECT_EQ(confirm(link()).status, 200);
  const Answer told =
      get("/auth/verify",
          {{"accept", "application/json"}, {"authorization", "Bearer " + made.token()}});
  EXPECT_EQ(told.object().at("verified"), true) << told.body;
}

class PasskeyAddressUnasked : public PasskeyAddress {
 protected:
  PasskeyAddressUnasked() : PasskeyAddress(VerifyEmail::kOff) {}
};

TEST_F(PasskeyAddressUnasked, GetsNoLetter) {
  EXPECT_EQ(sign_up(key_, "bob@example.org").status, 200);
  EXPECT_TRUE(outbox_.letters.empty());
}

}  // namespace
}  // namespace noded::auth
