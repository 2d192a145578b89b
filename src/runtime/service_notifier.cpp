#include "runtime/service_notifier.hpp"

#include "runtime/taken_variable.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <utility>

namespace noded::runtime {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

// What systemd compares with its own clock to tell this reload from an earlier one.
std::int64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

std::string one_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '\n', ' ');
  return out;
}

}  // namespace

ServiceNotifier::ServiceNotifier(
    std::string address, std::optional<std::chrono::microseconds> watchdog_limit
)
    : address_(std::move(address)), watchdog_limit_(watchdog_limit) {}

ServiceNotifier ServiceNotifier::take_from_environment() {
  std::string address = take_variable("NOTIFY_SOCKET");
  const auto limit = parse_number(take_variable("WATCHDOG_USEC"));
  const std::string watched = take_variable("WATCHDOG_PID");
  const bool is_watched = watched.empty() || parse_number(watched) == std::int64_t{::getpid()};
  std::optional<std::chrono::microseconds> watchdog_limit;
  if (limit && is_watched && !address.empty()) watchdog_limit = std::chrono::microseconds(*limit);
  return ServiceNotifier(std::move(address), watchdog_limit);
}

void ServiceNotifier::starting(std::string_view status) const {
  constexpr std::chrono::microseconds kExtension(kStartExtension);
  send(fmt::format("EXTEND_TIMEOUT_USEC={}\nSTATUS={}", kExtension.count(), one_line(status)));
}

void ServiceNotifier::ready(std::string_view status) const {
  send(fmt::format("READY=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::reloading() const {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_microseconds()));
}

void ServiceNotifier::stopping(std::string_view status) const {
  send(fmt::format("STOPPING=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::status(std::string_view status) const {
  send(fmt::format("STATUS={}", one_line(status)));
}

void ServiceNotifier::alive() const {
  send("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> ServiceNotifier::watchdog_interval() const {
  if (!watchdog_limit_) return std::nullopt;
  return std::clamp<std::chrono::microseconds>(
      *watchdog_limit_ / 2, kShortestInterval, kLongestInterval
  );
}

void ServiceNotifier::send(const std::string& lines) const {
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  if (address_.empty() || address_.size() >= sizeof target.sun_path) return;
  std::memcpy(target.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') target.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  // An abstract name has no end mark: its length is part of it.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  ::sendto(
      socket,
      lines.data(),
      lines.size(),
      MSG_NOSIGNAL | MSG_DONTWAIT,
      reinterpret_cast<const sockaddr*>(&target),
      size
  );
  ::close(socket);
}

}  // namespace noded::runtime
