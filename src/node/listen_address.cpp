#include "node/listen_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace noded::node {
namespace {

constexpr std::string_view kTlsScheme = "https://";
constexpr std::string_view kPassed = "fd:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto refuse = [text] {
    return fail(
        Errc::kInvalid,
        fmt::format(
            "\"{}\" is no address to listen on; expected ADDRESS:PORT such as 127.0.0.1:1337, "
            "[::1]:80 or https://0.0.0.0:443, or fd:NAME for a socket that the service manager "
            "passed",
            text
        )
    );
  };
  std::string_view place = text;
  const bool over_tls = place.starts_with(kTlsScheme);
  if (over_tls) place.remove_prefix(kTlsScheme.size());
  if (place.starts_with(kPassed) && place.size() > kPassed.size()) {
    return ListenAddress{
        .listen = {},
        .passed_socket = std::string(place.substr(kPassed.size())),
        .over_tls = over_tls
    };
  }
  const std::size_t colon = place.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = place.substr(0, colon);
  const auto port = parse_port(place.substr(colon + 1));
  if (!port || host.empty()) return refuse();
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code fault;
  const auto address = net::ip::make_address(std::string(host), fault);
  if (fault || address.is_v6() != is_bracketed) return refuse();
  return ListenAddress{
      .listen = {.address = address.to_string(), .port = *port, .tls = {}, .unix_path = {}},
      .passed_socket = {},
      .over_tls = over_tls
  };
}

}  // namespace noded::node
