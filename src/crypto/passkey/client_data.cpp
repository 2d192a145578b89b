#include "crypto/passkey/client_data.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

namespace noded::passkey {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 8;

auto refuse_data(std::string why) {
  return refuse(RefusalCode::kMalformed, std::move(why));
}

std::optional<std::string> text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

}  // namespace

Verdict<ClientData> parse_client_data(std::string_view text) {
  codec::JsonArena arena;
  const auto parsed =
      codec::parse_json(text, "clientDataJSON", {.max_depth = kMaxDepth}, arena.storage());
  if (!parsed) return refuse_data(parsed.error().message);
  if (!parsed->is_object()) return refuse_data("clientDataJSON is no object");
  const json::object& object = parsed->get_object();

  auto type = text_member(object, "type");
  auto origin = text_member(object, "origin");
  const auto challenge = text_member(object, "challenge");
  if (!type || !origin || !challenge) {
    return refuse_data("clientDataJSON lacks type, challenge or origin as text");
  }
  auto challenge_bytes = codec::base64url_decode(*challenge);
  if (!challenge_bytes || challenge_bytes->empty()) {
    return refuse_data("the challenge in clientDataJSON is no base64url");
  }
  ClientData data{
      .type = std::move(*type),
      .challenge = std::move(*challenge_bytes),
      .origin = std::move(*origin),
      .is_cross_origin = false,
      .top_origin = std::nullopt
  };
  if (const json::value* cross = object.if_contains("crossOrigin")) {
    if (!cross->is_bool()) return refuse_data("crossOrigin in clientDataJSON is no boolean");
    data.is_cross_origin = cross->get_bool();
  }
  if (object.contains("topOrigin")) {
    data.top_origin = text_member(object, "topOrigin");
    if (!data.top_origin) return refuse_data("topOrigin in clientDataJSON is no text");
  }
  return data;
}

}  // namespace noded::passkey
