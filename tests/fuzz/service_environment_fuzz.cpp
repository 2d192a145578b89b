// What a service manager puts into the environment, one variable a line: refused or sockets that
// can be taken, and a watchdog that can be fed. The rest is a status, which stays one line of what
// is told, and the end of an address.
#include "noded/result.hpp"

#include "runtime/passed_sockets.hpp"
#include "runtime/service_notifier.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace noded;
using namespace std::chrono_literals;

constexpr std::array<const char*, 5> kVariables{
    "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC", "WATCHDOG_PID"
};

void must(bool holds) {
  if (!holds) std::abort();
}

// What hears a status, in the abstract namespace.
class Manager {
 public:
  Manager() : address_("@noded-fuzz-" + std::to_string(::getpid())) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::ranges::copy(address_, name.sun_path);
    name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    must(::bind(socket_, reinterpret_cast<const sockaddr*>(&name), size) == 0);
  }
  const std::string& address() const { return address_; }
  // The message that waits; empty when there is none.
  std::string heard() {
    const ssize_t size = ::recv(socket_, text_.data(), text_.size(), MSG_DONTWAIT);
    return size < 0 ? std::string() : std::string(text_.data(), static_cast<std::size_t>(size));
  }

 private:
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::string address_;
  std::array<char, std::size_t{64} << 10> text_{};
};

// "self" in a variable is this process.
void set_variables(std::string_view& input) {
  for (const char* name : kVariables) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    std::string value(input.substr(0, end));
    if (value == "self") value = std::to_string(::getpid());
    ::setenv(name, value.c_str(), 1);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
}

void check_sockets() {
  const auto sockets = runtime::take_passed_sockets();
  if (!sockets) {
    must(sockets.error().code == Errc::kInvalid && !sockets.error().message.empty());
    return;
  }
  for (std::size_t i = 0; i < sockets->size(); ++i) {
    const runtime::PassedSocket& socket = (*sockets)[i];
    must(socket.descriptor == 3 + static_cast<int>(i));
    must(!socket.name.empty() && !socket.name.contains(':'));
  }
}

void check_watchdog(const runtime::ServiceNotifier& notifier) {
  const auto interval = notifier.watchdog_interval();
  must(!interval || (*interval >= 1ms && *interval <= 1h));
}

void check_status(
    Manager& manager, const runtime::ServiceNotifier& notifier, std::string_view text
) {
  notifier.status(text);
  const std::string heard = manager.heard();
  must(heard.starts_with("STATUS=") && !heard.contains('\n'));
  runtime::ServiceNotifier("@noded-fuzz-nobody/" + std::string(text)).alive();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Manager manager;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  set_variables(input);
  ::setenv("NOTIFY_SOCKET", manager.address().c_str(), 1);
  check_sockets();
  const auto notifier = runtime::ServiceNotifier::take_from_environment();
  check_watchdog(notifier);
  check_status(manager, notifier, input);
  for (const char* name : kVariables)
    must(std::getenv(name) == nullptr);
  return 0;
}
