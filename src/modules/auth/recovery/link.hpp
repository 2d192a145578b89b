// Link: what the store keeps of a one-time link. Its token is 256 random bits, of which only the
// hash is kept (make_session_token(), hash_of_session_token()). Pure.
#pragma once

#include "noded/result.hpp"

#include "repository/database/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

// What a link is good for; the number stands in the store.
enum class Purpose : char { kRecover = 1, kVerify = 2, kLogin = 3 };
std::string_view name_of(Purpose purpose) noexcept;  // "recover"
// Where it leads: "/auth/recover".
std::string_view path_of(Purpose purpose) noexcept;

struct Link {
  Purpose purpose = Purpose::kRecover;
  std::string user{};     // text of the account's key
  std::string address{};  // the account's when it was made: the link ends when that changes
  std::int64_t expires_ms = 0;
  std::string next{};  // of a login: the path of this site that it leads to; empty: the root
};
std::string encode(const Link& link);
// Empty: no link of any version.
std::optional<Link> decode_link(std::string_view text);

namespace link_keys {
std::string link(std::uint16_t application, std::string_view hash);
// All links of an account for one purpose.
std::string of_user(std::uint16_t application, const database::RowKey& user, Purpose purpose);
std::string of_user(
    std::uint16_t application, const database::RowKey& user, Purpose purpose, std::string_view hash
);
}  // namespace link_keys

}  // namespace noded::auth
