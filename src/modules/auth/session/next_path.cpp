#include "modules/auth/session/next_path.hpp"

#include "codec/text.hpp"
#include "modules/auth/redirect.hpp"

#include <algorithm>
#include <optional>

namespace noded::auth {
namespace {

bool is_harmless(std::string_view path) {
  return path.starts_with('/') && !path.contains("//") && std::ranges::none_of(path, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f || c == '\\';
         });
}

}  // namespace

std::string next_path(std::string_view asked) {
  const auto path = same_site_path(asked);
  if (!path) return "/";
  std::optional<std::string> decoded = *path;
  for (int round = 0; round < 2; ++round) {
    if (!is_harmless(*decoded)) return "/";
    decoded = codec::percent_decode(*decoded, false);
    if (!decoded) return "/";
  }
  return is_harmless(*decoded) ? *path : "/";
}

}  // namespace noded::auth
