#include "modules/auth/cookie.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/value.hpp>

#include <algorithm>

namespace noded::auth {
namespace {

// Nothing that ends an attribute or the field line.
std::string attribute_text(const boost::json::object& object, std::string_view name) {
  const boost::json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_string()) return {};
  std::string text(std::string_view(member->get_string()));
  std::erase_if(text, [](char c) { return c == ';' || c == ',' || c <= ' ' || c == '\x7f'; });
  return text;
}

bool flag(const boost::json::object& object, std::string_view name, bool otherwise) {
  const boost::json::value* member = object.if_contains(name);
  return member != nullptr && member->is_bool() ? member->get_bool() : otherwise;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

void append_attributes(std::string& out, const CookieRules& rules, std::int64_t now_s) {
  if (!rules.domain.empty()) out.append("; Domain=").append(rules.domain);
  if (!rules.path.empty()) out.append("; Path=").append(rules.path);
  if (rules.lifetime_s > 0) {
    out.append("; Expires=").append(codec::format_http_date(now_s + rules.lifetime_s));
  }
  if (rules.http_only) out += "; HttpOnly";
  if (rules.secure) out += "; Secure";
  if (!rules.same_site.empty()) out.append("; SameSite=").append(rules.same_site);
  if (rules.partitioned) out += "; Partitioned";
}

}  // namespace

CookieRules cookie_rules(const boost::json::object& cookie) {
  CookieRules rules;
  rules.domain = attribute_text(cookie, "domain");
  if (cookie.contains("path")) rules.path = attribute_text(cookie, "path");
  if (cookie.contains("sameSite")) {
    rules.same_site = attribute_text(cookie, "sameSite");
    if (!rules.same_site.empty() && rules.same_site[0] >= 'a' && rules.same_site[0] <= 'z') {
      rules.same_site[0] = static_cast<char>(rules.same_site[0] - 'a' + 'A');
    }
  }
  rules.secure = flag(cookie, "secure", true);
  rules.http_only = flag(cookie, "httpOnly", true);
  rules.partitioned = flag(cookie, "partitioned", false);
  const boost::json::value* expires = cookie.if_contains("expires");
  if (expires != nullptr && expires->is_number()) {
    constexpr double kCentury = 100.0 * 366 * 86400;
    rules.lifetime_s =
        static_cast<std::int64_t>(std::clamp(expires->to_number<double>(), 0.0, kCentury));
  }
  return rules;
}

std::string_view find_cookie(std::string_view field, std::string_view name) noexcept {
  while (!field.empty()) {
    const std::size_t end = std::min(field.find(';'), field.size());
    const std::string_view pair = trim(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
    std::string_view value = trim(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return value;
  }
  return {};
}

std::string sign_cookie(std::string_view secret, std::string_view token) {
  std::string value(token);
  value += '.';
  value += codec::base64_encode(crypto::hmac(crypto::Digest::kSha256, secret, token));
  return codec::percent_encode(value);
}

std::optional<std::string> verify_cookie(std::string_view secret, std::string_view raw_value) {
  auto value = codec::percent_decode(raw_value, false);
  if (!value) return std::nullopt;
  const std::size_t dot = value->rfind('.');
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  const auto given = codec::base64_decode(std::string_view(*value).substr(dot + 1));
  if (!given) return std::nullopt;
  value->resize(dot);
  const std::string wanted = crypto::hmac(crypto::Digest::kSha256, secret, *value);
  if (!crypto::equal_in_constant_time(wanted, *given)) return std::nullopt;
  return value;
}

std::string set_cookie(
    const CookieRules& rules, std::string_view signed_value, std::int64_t now_s
) {
  std::string out(kAuthCookie);
  out.append("=").append(signed_value);
  append_attributes(out, rules, now_s);
  return out;
}

std::string clear_cookie(const CookieRules& rules, std::int64_t now_s) {
  std::string out(kAuthCookie);
  out += "=; Max-Age=0";
  append_attributes(out, rules, now_s);
  return out;
}

std::string flash_cookie(std::string_view type, std::string_view message) {
  std::string text = "{\"type\":";
  codec::append_json_string(text, type);
  text += ",\"message\":";
  codec::append_json_string(text, message);
  text += '}';
  return std::string(kFlashCookie) + "=" + codec::percent_encode(text) + "; Path=/";
}

}  // namespace noded::auth
