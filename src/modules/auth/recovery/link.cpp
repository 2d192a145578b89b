#include "modules/auth/recovery/link.hpp"

#include "codec/json.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/object.hpp>

namespace noded::auth {
namespace {

namespace json = boost::json;

std::optional<Purpose> purpose_of(std::string_view name) {
  for (const Purpose purpose : {Purpose::kRecover, Purpose::kVerify, Purpose::kLogin}) {
    if (name_of(purpose) == name) return purpose;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::kRecover:
      return "recover";
    case Purpose::kVerify:
      return "verify";
    case Purpose::kLogin:
      break;
  }
  return "login";
}

std::string_view path_of(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::kRecover:
      return "/auth/recover";
    case Purpose::kVerify:
      return "/auth/verify";
    case Purpose::kLogin:
      break;
  }
  return "/auth/link";
}

std::string encode(const Link& link) {
  json::object object{
      {"purpose", name_of(link.purpose)},
      {"user", link.user},
      {"address", link.address},
      {"expires", link.expires_ms}
  };
  if (!link.next.empty()) object.emplace("next", link.next);
  return codec::to_json_text(object);
}

std::optional<Link> decode_link(std::string_view text) {
  const auto parsed = codec::parse_json(text, "link");
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const json::object& object = parsed->get_object();
  const auto text_of = [&object](std::string_view name) {
    const json::value* value = object.if_contains(name);
    const bool is_text = value != nullptr && value->is_string();
    return is_text ? std::string(std::string_view(value->get_string())) : std::string();
  };
  const json::value* expires = object.if_contains("expires");
  const auto purpose = purpose_of(text_of("purpose"));
  if (!purpose || expires == nullptr || !expires->is_int64()) return std::nullopt;
  return Link{
      .purpose = *purpose,
      .user = text_of("user"),
      .address = text_of("address"),
      .expires_ms = expires->get_int64(),
      .next = text_of("next")
  };
}

namespace link_keys {

std::string link(std::uint16_t application, std::string_view hash) {
  return database::keys::prefix(application, database::keys::Space::kLink).append(hash);
}

std::string of_user(std::uint16_t application, const database::RowKey& user, Purpose purpose) {
  std::string key = database::keys::prefix(application, database::keys::Space::kLinkOfUser);
  key.append(user.bytes()).push_back(static_cast<char>(purpose));
  return key;
}

std::string of_user(
    std::uint16_t application, const database::RowKey& user, Purpose purpose, std::string_view hash
) {
  return of_user(application, user, purpose).append(hash);
}

}  // namespace link_keys

}  // namespace noded::auth
