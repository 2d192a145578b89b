#include "http/authority.hpp"

#include "codec/ascii.hpp"
#include "codec/hex.hpp"

#include <algorithm>
#include <array>

namespace noded::http {
namespace {

// RFC 3986 §3.2.2 reg-name: unreserved, sub-delims and '%' of escapes.
constexpr std::array<bool, 256> kNameCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                        "-._~!$&'()*+,;=%")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_address_character(char c) noexcept {
  return codec::hex_value(c) < 16 || c == ':' || c == '.';
}

bool is_host(std::string_view host) noexcept {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           std::ranges::all_of(host.substr(1, host.size() - 2), is_address_character);
  }
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return kNameCharacters[static_cast<unsigned char>(c)];
  });
}

}  // namespace

bool is_authority(std::string_view text) noexcept {
  const std::size_t colon = text.starts_with('[') ? text.find(':', text.find(']')) : text.find(':');
  if (!is_host(text.substr(0, colon))) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view port = text.substr(colon + 1);
  return port.size() <= 5 && std::ranges::all_of(port, codec::is_digit);
}

}  // namespace noded::http
