#include "modules/auth/redirect.hpp"

#include "codec/ascii.hpp"

#include <algorithm>

namespace noded::auth {
namespace {

constexpr std::size_t kLongest = 2048;

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, codec::to_lower, codec::to_lower);
}

}  // namespace

std::optional<std::string> same_site_path(std::string_view target) {
  if (target.empty() || target.size() > kLongest || target[0] != '/') return std::nullopt;
  // "//host" is another site; browsers read "\" as "/" and drop tabs and line ends before they look
  // (WHATWG URL §4.4).
  if (target.size() > 1 && target[1] == '/') return std::nullopt;
  std::string path;
  path.reserve(target.size());
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\') return std::nullopt;
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '<' && c != '>') {
      path += c;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    path += '%';
    path += kDigits[byte >> 4];
    path += kDigits[byte & 15];
  }
  return path;
}

std::optional<std::string> path_of_referer(std::string_view referer, std::string_view host) {
  for (const std::string_view scheme :
       {std::string_view("http://"), std::string_view("https://")}) {
    if (!referer.starts_with(scheme)) continue;
    const std::string_view rest = referer.substr(scheme.size());
    const std::size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
    if (host.empty() || !equal_without_case(rest.substr(0, slash), host)) return std::nullopt;
    if (slash == rest.size() || rest[slash] != '/') return "/";
    return same_site_path(rest.substr(slash));
  }
  return same_site_path(referer);
}

}  // namespace noded::auth
