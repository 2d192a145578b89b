#include "modules/auth/session/own_cookie.hpp"

#include "codec/ascii.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "modules/auth/cookie.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace noded::auth {
namespace {

constexpr std::string_view kHostPrefix = "__Host-";
constexpr std::size_t kNonceSize = 16;

std::string name_of(CookieWay way, const OwnCookie& cookie) {
  return std::string(way == CookieWay::kSecure ? kHostPrefix : std::string_view()) +
         std::string(cookie.name);
}

// Host without port and brackets, in lower case.
std::string host_of(std::string_view field) {
  if (field.starts_with('[')) {
    const std::size_t end = field.find(']');
    field = end == std::string_view::npos ? std::string_view() : field.substr(1, end - 1);
  } else {
    field = field.substr(0, field.find(':'));
  }
  std::string host(field);
  std::ranges::transform(host, host.begin(), codec::to_lower);
  return host;
}

std::string device_mac(std::string_view secret, std::string_view nonce, std::string_view email) {
  std::string text = "device ";
  text.append(nonce).append(" ").append(email);
  return codec::base64url_encode(crypto::hmac(crypto::Digest::kSha256, secret, text));
}

}  // namespace

bool is_loopback_host(std::string_view field) {
  const std::string host = host_of(field);
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  boost::system::error_code fault;
  const auto address = boost::asio::ip::make_address(host, fault);
  return !fault && address.is_loopback();
}

CookieWay cookie_way(const http::Request& request, bool allow_insecure) {
  if (request.over_tls) return CookieWay::kSecure;
  return allow_insecure || is_loopback_host(request.header("host")) ? CookieWay::kPlain
                                                                    : CookieWay::kNone;
}

std::string_view own_cookie(const http::Request& request, CookieWay way, const OwnCookie& cookie) {
  if (way == CookieWay::kNone) return {};
  const std::string_view field = request.header("cookie");
  return field.empty() ? std::string_view() : find_cookie(field, name_of(way, cookie));
}

std::string set_own_cookie(
    CookieWay way, const OwnCookie& cookie, std::string_view value, std::int64_t lifetime_s
) {
  std::string out = name_of(way, cookie);
  out.append("=").append(value).append("; Path=/");
  if (lifetime_s > 0) out.append("; Max-Age=").append(std::to_string(lifetime_s));
  out += "; HttpOnly";
  if (way == CookieWay::kSecure) out += "; Secure";
  return out.append("; SameSite=").append(cookie.same_site);
}

std::string clear_own_cookie(CookieWay way, const OwnCookie& cookie) {
  std::string out = name_of(way, cookie) + "=; Path=/; Max-Age=0; HttpOnly";
  if (way == CookieWay::kSecure) out += "; Secure";
  return out.append("; SameSite=").append(cookie.same_site);
}

std::string csrf_token(std::string_view cookie_value) {
  return codec::base64url_encode(crypto::hmac(crypto::Digest::kSha256, cookie_value, "csrf"));
}

bool is_csrf_token(std::string_view given, std::string_view cookie_value) {
  return !cookie_value.empty() && crypto::equal_in_constant_time(given, csrf_token(cookie_value));
}

std::string make_device(std::string_view secret, std::string_view email) {
  const std::string nonce = codec::base64url_encode(crypto::random_bytes(kNonceSize));
  return nonce + "." + device_mac(secret, nonce, email);
}

bool is_device_of(std::string_view value, std::string_view secret, std::string_view email) {
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  return crypto::equal_in_constant_time(
      value.substr(dot + 1), device_mac(secret, value.substr(0, dot), email)
  );
}

}  // namespace noded::auth
