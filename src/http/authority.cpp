#include "http/authority.hpp"

#include "codec/hex.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace noded::http {
namespace {

// RFC 3986 §3.2.2 reg-name: unreserved and sub-delims; beside them there are escapes.
constexpr std::array<bool, 256> kNameCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                        "-._~!$&'()*+,;=")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_name(std::string_view name) noexcept {
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] == '%') {
      if (name.size() - at < 3 || codec::hex_value(name[at + 1]) > 15 ||
          codec::hex_value(name[at + 2]) > 15) {
        return false;
      }
      at += 2;
    } else if (!kNameCharacters[static_cast<unsigned char>(name[at])]) {
      return false;
    }
  }
  return !name.empty();
}

bool is_ipv6_address(std::string_view text) noexcept {
  if (text.find('%') != std::string_view::npos) return false;  // a zone is of one machine only
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(text, error);
  return !error;
}

bool is_host(std::string_view host) noexcept {
  if (!host.starts_with('[')) return is_name(host);
  return host.size() > 2 && host.ends_with(']') && is_ipv6_address(host.substr(1, host.size() - 2));
}

bool is_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return text.empty() || (error == std::errc() && end == text.data() + text.size());
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
  const std::size_t colon = text.starts_with('[') ? text.find(':', text.find(']')) : text.find(':');
  if (!is_host(text.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

}  // namespace noded::http
