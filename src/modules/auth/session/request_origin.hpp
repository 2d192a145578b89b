// Where a request comes from, as browsers tell it: what keeps other sites from using somebody's
// cookies (CSRF). Pure functions, and the filter made of them.
#pragma once

#include "noded/http.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

enum class RequestOrigin : std::uint8_t {
  kSame,     // a page of this site, or a person who typed the address
  kSibling,  // a page of the same site, but of another port or host of it
  kForeign,  // another site's page
  kUnknown,  // no browser, or an old one
};
// By Sec-Fetch-Site, else by Origin (Fetch Metadata; RFC 6454 §7). `trusted` are further origins
// that count as this site.
RequestOrigin origin_of(const http::Request& request, const std::vector<std::string>& trusted);

// Refuses changes that a cookie's owner may not have asked for, with 403 CSRF_FAILED: those that
// another site's page sends; and, with the cookie of a session, also those of a sibling, and those
// that tell no origin unless they bring the session's token in X-CSRF-Token. What
// uses the application's cookie alone, such as a front end under development on another port, does
// as it could without this.
class CrossSiteFilter final : public http::Filter {
 public:
  explicit CrossSiteFilter(bool allow_insecure_cookie)
      : allow_insecure_cookie_(allow_insecure_cookie) {}

  // Origins whose pages may use cookies here, separated by commas; "*" names none. Any thread.
  void trust(std::string_view origins);
  std::vector<std::string> trusted() const;

  std::optional<http::Response> before(http::Request& request) override;
  void after(const http::Request&, http::Response&) override {}

 private:
  const bool allow_insecure_cookie_;
  mutable std::mutex mutex_;  // guards trusted_
  std::shared_ptr<const std::vector<std::string>> trusted_ =
      std::make_shared<const std::vector<std::string>>();
};

}  // namespace noded::auth
