// What a service manager hears of a service: the datagrams of sd_notify(3).
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace noded::test {

class NotifyListener {
 public:
  // A path, or "@name" in the abstract namespace.
  explicit NotifyListener(std::string address) : address_(std::move(address)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address_.copy(name.sun_path, sizeof name.sun_path - 1);
    if (address_.starts_with('@')) name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&name), size), 0);
  }
  NotifyListener(const NotifyListener&) = delete;
  NotifyListener& operator=(const NotifyListener&) = delete;
  ~NotifyListener() { ::close(socket_); }

  const std::string& address() const { return address_; }

  // The next message; empty, and the test fails, when none comes.
  std::string heard() {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kPatienceMs) <= 0) {
      ADD_FAILURE() << "the service says nothing";
      return {};
    }
    std::array<char, 512> text{};
    const ssize_t size = ::recv(socket_, text.data(), text.size(), 0);
    return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
  }

  // The next message that begins so, whatever comes before it.
  std::string wait_for(std::string_view beginning) {
    while (true) {
      std::string message = heard();
      if (message.empty() || message.starts_with(beginning)) return message;
    }
  }

 private:
  static constexpr int kPatienceMs = 20'000;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::string address_;
};

}  // namespace noded::test
