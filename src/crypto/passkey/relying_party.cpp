#include "crypto/passkey/relying_party.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.front() != '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The host of an origin as browsers write it: scheme, host in lower case, a port that is not the
// scheme's own, nothing after it. Empty when it is none.
std::string_view host_of(std::string_view origin) {
  const bool is_secure = origin.starts_with(kHttps);
  if (!is_secure && !origin.starts_with(kHttp)) return {};
  origin.remove_prefix(is_secure ? kHttps.size() : kHttp.size());
  const std::size_t colon = origin.find(':');
  const std::string_view host = origin.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = origin.substr(colon + 1);
    if (!is_port(port) || port == (is_secure ? "443" : "80")) return {};
  }
  if (host.empty() || !std::ranges::all_of(host, is_host_character)) return {};
  const bool is_local = host == "localhost" || host.ends_with(".localhost");
  return is_secure || is_local ? host : std::string_view();
}

bool is_at_or_below(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

Result<> check_origins(const RelyingParty& party, std::span<const std::string> related_origins) {
  if (party.id.empty() || !std::ranges::all_of(party.id, is_host_character)) {
    return fail(Errc::kInvalid, "the relying party's id is no domain in lower case: " + party.id);
  }
  if (party.origins.empty()) return fail(Errc::kInvalid, "the relying party has no origin");
  for (const std::string& origin : party.origins) {
    const std::string_view host = host_of(origin);
    if (host.empty()) {
      return fail(
          Errc::kInvalid,
          "not an origin such as https://example.org (http is for localhost alone): " + origin
      );
    }
    const bool is_related = std::ranges::find(related_origins, origin) != related_origins.end();
    if (!is_related && !is_at_or_below(host, party.id)) {
      return fail(
          Errc::kInvalid,
          "the origin " + origin + " is neither at " + party.id + ", below it, nor a related origin"
      );
    }
  }
  return {};
}

}  // namespace noded::passkey
