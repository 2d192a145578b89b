#include "runtime/passed_sockets.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace noded::runtime {
namespace {

void pass(const std::string& process, const char* count, const char* names) {
  ::setenv("LISTEN_PID", process.c_str(), 1);
  ::setenv("LISTEN_FDS", count, 1);
  ::setenv("LISTEN_FDNAMES", names, 1);
}

std::string self() {
  return std::to_string(::getpid());
}

// Descriptors 3 and 4 are open while it lives; what they are is all the same here.
class Descriptors {
 public:
  Descriptors() {
    for (const int descriptor : {3, 4}) {
      if (::fcntl(descriptor, F_GETFD) >= 0) continue;
      EXPECT_EQ(::dup3(STDERR_FILENO, descriptor, 0), descriptor);
      made_[descriptor - 3] = true;
    }
  }
  ~Descriptors() {
    for (const int descriptor : {3, 4}) {
      if (made_[descriptor - 3]) ::close(descriptor);
    }
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

 private:
  bool made_[2] = {false, false};
};

TEST(PassedSockets, AreTakenWithTheirNamesAndClosedForChildren) {
  const Descriptors descriptors;
  pass(self(), "2", "http:");
  const auto sockets = take_passed_sockets();
  ASSERT_TRUE(sockets.has_value()) << sockets.error().message;
  ASSERT_EQ(sockets->size(), 2U);
  EXPECT_EQ(sockets->at(0).name, "http");
  EXPECT_EQ(sockets->at(0).descriptor, 3);
  EXPECT_EQ(sockets->at(1).name, "unknown");
  EXPECT_EQ(sockets->at(1).descriptor, 4);
  EXPECT_EQ(::fcntl(3, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(std::getenv("LISTEN_PID"), nullptr);
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(std::getenv("LISTEN_FDNAMES"), nullptr);
}

TEST(PassedSockets, OfAnotherProcessAreLeftAlone) {
  pass("1", "1", "http");
  const auto sockets = take_passed_sockets();
  ASSERT_TRUE(sockets.has_value());
  EXPECT_TRUE(sockets->empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

TEST(PassedSockets, AreNoneWithoutTheVariables) {
  const auto sockets = take_passed_sockets();
  ASSERT_TRUE(sockets.has_value());
  EXPECT_TRUE(sockets->empty());
}

class WrongCount : public testing::TestWithParam<const char*> {};

TEST_P(WrongCount, IsRefused) {
  pass(self(), GetParam(), "");
  const auto sockets = take_passed_sockets();
  ASSERT_FALSE(sockets.has_value());
  EXPECT_EQ(sockets.error().code, Errc::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, WrongCount, testing::Values("two", "-1", "65", "99999999999999999999")
);

}  // namespace
}  // namespace noded::runtime
