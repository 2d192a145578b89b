#include "cli/key_commands.hpp"

#include "cli/admin_answer.hpp"
#include "cli/exit_code.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace noded::cli {
namespace {

namespace json = boost::json;

const std::string kKeys = "/api/admin/keys";

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

std::string rights_of(const json::object& key) {
  if (const json::value* role = key.if_contains("role"); role != nullptr && role->is_string())
    return "role " + std::string(role->get_string());
  return text_member(key, "permissions");
}

int print_key(const std::string& answer) {
  const auto body = codec::parse_json(answer, "answer");
  const json::object* object = body ? body->if_object() : nullptr;
  if (object == nullptr || !object->contains("key")) {
    fmt::print(stderr, "noded: the node sent no key\n");
    return kFailed;
  }
  fmt::print("{}\n", text_member(*object, "key"));
  fmt::print(stderr, "This is shown only now. Its id is {}.\n", text_member(*object, "id"));
  if (object->contains("old_valid_until"))
    fmt::print(stderr, "The old one is valid until {}.\n", text_member(*object, "old_valid_until"));
  return kDone;
}

}  // namespace

int list_keys(const Loaded& loaded, const std::string& user) {
  if (!has_store(loaded)) return kFailed;
  const std::string query = user.empty() ? "" : "?user=" + codec::percent_encode(user);
  const auto answer = ask_or_print(loaded, http::Method::kGet, kKeys + query);
  if (!answer) return kFailed;
  const auto keys = list_or_print(*answer, "keys");
  if (!keys) return kFailed;
  for (const json::value& value : *keys) {
    const json::object* key = value.if_object();
    if (key == nullptr) continue;
    fmt::print(
        "{:<12} user {:<6} {:<24} last used {:<24} ends {:<24} {}\n",
        text_member(*key, "id"),
        text_member(*key, "user"),
        text_member(*key, "name"),
        text_member(*key, "last_used_at"),
        text_member(*key, "expires_at"),
        rights_of(*key)
    );
  }
  return kDone;
}

int create_key(const Loaded& loaded, const NewKey& key) {
  if (!has_store(loaded)) return kFailed;
  json::object body{{"user", key.user}, {"name", key.name}};
  if (!key.role.empty()) body["role"] = key.role;
  if (!key.permissions.empty()) body["permissions"] = array_of(key.permissions);
  if (!key.expires_at.empty()) body["expires_at"] = key.expires_at;
  if (!key.cidrs.empty()) body["cidrs"] = array_of(key.cidrs);
  if (key.rate != 0) body["rate"] = key.rate;
  const auto answer =
      ask_or_print(loaded, http::Method::kPost, kKeys, codec::to_json_text(std::move(body)));
  return answer ? print_key(*answer) : kFailed;
}

int rotate_key(const Loaded& loaded, const std::string& id, std::int64_t overlap_s) {
  if (!has_store(loaded)) return kFailed;
  json::object body;
  if (overlap_s >= 0) body["overlap_s"] = overlap_s;
  const std::string target = kKeys + "/" + codec::percent_encode(id) + "/rotate";
  const auto answer =
      ask_or_print(loaded, http::Method::kPost, target, codec::to_json_text(std::move(body)));
  return answer ? print_key(*answer) : kFailed;
}

int revoke_key(const Loaded& loaded, const std::string& id) {
  if (!has_store(loaded)) return kFailed;
  const std::string target = kKeys + "/" + codec::percent_encode(id);
  if (!ask_or_print(loaded, http::Method::kDelete, target)) return kFailed;
  fmt::print("revoked {}\n", id);
  return kDone;
}

}  // namespace noded::cli
