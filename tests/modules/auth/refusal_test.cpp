#include "modules/auth/refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace noded::auth {
namespace {

// Answers as it is told.
class StubAuthorizer final : public Authorizer {
 public:
  Result<> authorize(const Identity&, std::string_view, const http::Request&) override {
    if (allows) return {};
    return fail(Errc::kForbidden, "Permission not granted", "PermissionsException", members);
  }
  bool allows = false;
  std::string members = "{}";
};

class RefuseWithout : public testing::Test {
 protected:
  RefuseWithout() {
    auto identity = std::make_shared<Identity>();
    identity->kind = Identity::Kind::kUser;
    identity->user_id = "1";
    request_.identity = std::move(identity);
  }
  http::Request request_;
  StubAuthorizer authorizer_;
};

TEST_F(RefuseWithout, LetsThoseWhoMay) {
  authorizer_.allows = true;
  EXPECT_FALSE(refuse_without(request_, authorizer_, "users.read"));
}

TEST_F(RefuseWithout, TellsNobodyWhoIsNotSignedInMoreThanThat) {
  authorizer_.allows = true;
  request_.identity = std::make_shared<Identity>();
  const auto refused = refuse_without(request_, authorizer_, "users.read");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  EXPECT_EQ(refused->refusal, "UNAUTHENTICATED");
}

TEST_F(RefuseWithout, NamesThePermission) {
  const auto refused = refuse_without(request_, authorizer_, "users.read");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(refused->refusal, "FORBIDDEN");
  EXPECT_THAT(refused->body, testing::HasSubstr("users.read"));
}

TEST_F(RefuseWithout, SaysWhenANewSignInWouldBeEnough) {
  authorizer_.members = R"({"code":"REAUTH_REQUIRED","permission":"users.read"})";
  const auto refused = refuse_without(request_, authorizer_, "users.read");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(refused->refusal, "REAUTH_REQUIRED");
}

}  // namespace
}  // namespace noded::auth
