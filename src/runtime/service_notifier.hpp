// ServiceNotifier: tells a service manager such as systemd how the node is doing. The protocol is
// that of sd_notify(3): one datagram of NAME=VALUE lines to the socket that $NOTIFY_SOCKET names.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace noded::runtime {

// Without a service manager every call does nothing. A message that cannot be delivered is dropped:
// the manager's own time limits then decide. Thread-safe.
class ServiceNotifier {
 public:
  ServiceNotifier() = default;
  // `address` is a path, or "@name" in the abstract namespace; empty is no manager.
  explicit ServiceNotifier(
      std::string address, std::optional<std::chrono::microseconds> watchdog_limit = {}
  );
  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, which are removed from the environment so
  // that no child answers for this process. Before any thread is started.
  static ServiceNotifier take_from_environment();

  // The start takes longer: the manager waits for a further kStartExtension.
  static constexpr std::chrono::seconds kStartExtension{60};
  void starting(std::string_view status) const;
  void ready(std::string_view status) const;
  void reloading() const;
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;  // one line for people
  void alive() const;                          // feeds the watchdog

  // How often alive() has to be called: half of the manager's limit, within these bounds, so that
  // no limit keeps the node busy or lies beyond what a timer can wait for. Empty: no watchdog.
  static constexpr std::chrono::milliseconds kShortestInterval{1};
  static constexpr std::chrono::hours kLongestInterval{1};
  std::optional<std::chrono::microseconds> watchdog_interval() const;

 private:
  void send(const std::string& lines) const;

  std::string address_;
  std::optional<std::chrono::microseconds> watchdog_limit_;
};

}  // namespace noded::runtime
