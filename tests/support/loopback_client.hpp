// A raw client for tests: sends bytes to a loopback TCP port or a unix socket and reads HTTP
// answers. Blocking, with one deadline for every read so that a silent server fails a test instead
// of hanging it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace noded::test {

struct RawAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last of equal names
  std::string head;                            // as sent
  std::string body;                            // without chunk framing
};

class LoopbackClient {
 public:
  static constexpr std::chrono::seconds kPatience{20};

  explicit LoopbackClient(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    join(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit LoopbackClient(const std::string& unix_path)
      : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
    join(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  LoopbackClient(LoopbackClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}
  LoopbackClient& operator=(LoopbackClient&&) = delete;
  ~LoopbackClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  // False once the peer has reset the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void shutdown_write() { ::shutdown(socket_, SHUT_WR); }
  // Ends the connection as one whose process was killed: the peer sees a reset.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
  }

  // The next answer, interim ones included; empty if the connection ends before it is complete.
  std::optional<RawAnswer> read_answer(bool is_head = false) {
    const auto head_end = find("\r\n\r\n");
    if (!head_end) return std::nullopt;
    RawAnswer answer;
    answer.head = take(*head_end + 4);
    parse_head(answer);
    const bool has_body =
        !is_head && answer.status >= 200 && answer.status != 204 && answer.status != 304;
    if (!has_body) return answer;
    if (answer.headers.contains("transfer-encoding")) return read_chunks(answer);
    const auto length = answer.headers.find("content-length");
    if (length == answer.headers.end()) {
      answer.body = read_all();
      return answer;
    }
    const std::size_t size = std::strtoull(length->second.c_str(), nullptr, 10);
    return read_exactly(size, answer.body) ? std::optional(answer) : std::nullopt;
  }

  // send() and read_answer() of a whole request.
  std::optional<RawAnswer> ask(std::string_view request, bool is_head = false) {
    send(request);
    return read_answer(is_head);
  }
  std::optional<RawAnswer> get(std::string_view target, std::string_view fields = {}) {
    return ask(
        "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
        "\r\n"
    );
  }

  // What comes, up to the end of `text`; empty if the connection ends before.
  std::optional<std::string> read_until(std::string_view text) {
    const auto at = find(text);
    if (!at) return std::nullopt;
    return take(*at + text.size());
  }

  // So many bytes; empty if the connection ends before.
  std::optional<std::string> read_exactly(std::size_t count) {
    std::string bytes;
    return read_exactly(count, bytes) ? std::optional(std::move(bytes)) : std::nullopt;
  }
  // Whether something came, or the connection ended, within that time.
  bool has_bytes_within(std::chrono::milliseconds patience) const {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    return !received_.empty() || ::poll(&ready, 1, static_cast<int>(patience.count())) > 0;
  }

  // Waits for the peer's end; false if bytes come instead.
  bool is_closed_by_peer() {
    while (received_.empty() && receive()) {
    }
    return received_.empty();
  }
  // Whatever comes until the peer's end.
  std::string read_all() {
    while (receive()) {
    }
    return take(received_.size());
  }

 private:
  void join(const sockaddr* address, socklen_t size) {
    if (::connect(socket_, address, size) != 0)
      ADD_FAILURE() << "connect: " << std::strerror(errno);
  }

  // False at the end of the stream.
  bool receive() {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) {
      ADD_FAILURE() << "the server stays silent";
      return false;
    }
    char buffer[16384];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  std::optional<std::size_t> find(std::string_view text) {
    for (;;) {
      const std::size_t at = received_.find(text);
      if (at != std::string::npos) return at;
      if (!receive()) return std::nullopt;
    }
  }

  std::string take(std::size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  bool read_exactly(std::size_t count, std::string& out) {
    while (received_.size() < count) {
      if (!receive()) return false;
    }
    out += take(count);
    return true;
  }

  std::optional<RawAnswer> read_chunks(RawAnswer& answer) {
    for (;;) {
      const auto line_end = find("\r\n");
      if (!line_end) return std::nullopt;
      const std::size_t size = std::strtoull(take(*line_end + 2).c_str(), nullptr, 16);
      std::string framing;
      if (!read_exactly(size, answer.body) || !read_exactly(2, framing)) return std::nullopt;
      if (size == 0) return answer;
    }
  }

  static void parse_head(RawAnswer& answer) {
    const std::string_view head = answer.head;
    answer.status =
        std::atoi(std::string(head.substr(std::min<std::size_t>(9, head.size()), 3)).c_str());
    for (std::size_t begin = head.find("\r\n") + 2; begin + 2 < head.size();) {
      const std::size_t end = head.find("\r\n", begin);
      const std::string_view line = head.substr(begin, end - begin);
      const std::size_t colon = line.find(": ");
      std::string name(line.substr(0, colon));
      std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
      });
      if (colon != std::string_view::npos) answer.headers[name] = line.substr(colon + 2);
      begin = end + 2;
    }
  }

  int socket_;
  std::string received_;
};

}  // namespace noded::test
