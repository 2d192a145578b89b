#include "crypto/passkey/responses.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 16;  // extension results are objects in objects
constexpr std::size_t kMaxTransports = 16;
constexpr std::size_t kMaxTransportSize = 32;
constexpr std::size_t kMaxUserHandle = 64;  // WebAuthn §5.4.3

auto refuse_response(std::string why) {
  return refuse(RefusalCode::kMalformed, std::move(why));
}

Verdict<json::value> parse_body(std::string_view text) {
  if (text.size() > kMaxResponseBytes) return refuse_response("the response is over 64 KiB");
  auto parsed = codec::parse_json(text, "the response", {.max_depth = kMaxDepth});
  if (!parsed) return refuse_response(parsed.error().message);
  if (!parsed->is_object()) return refuse_response("the response is no object");
  return std::move(*parsed);
}

Verdict<std::string> bytes_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value || !value->is_string()) {
    return refuse_response("the response lacks " + std::string(name) + " as text");
  }
  auto bytes = codec::base64url_decode(value->get_string());
  if (!bytes) {
    return refuse_response(std::string(name) + " is no base64url without padding");
  }
  return std::move(*bytes);
}

// What both kinds of response begin with.
struct Envelope {
  std::string id;
  const json::object* inner = nullptr;  // `response`
  std::string client_data_json;
  ClientData client_data;
};

Verdict<Envelope> open_envelope(const json::object& body) {
  const json::value* type = body.if_contains("type");
  if (!type || !type->is_string() || type->get_string() != "public-key") {
    return refuse_response("the response's type is not public-key");
  }
  auto id = bytes_member(body, "id");
  if (!id) return std::unexpected(std::move(id.error()));
  const auto raw_id = bytes_member(body, "rawId");
  if (!raw_id) return std::unexpected(raw_id.error());
  if (id->empty() || *id != *raw_id) return refuse_response("id is empty or differs from rawId");
  const json::value* inner = body.if_contains("response");
  if (!inner || !inner->is_object()) return refuse_response("response is no object");

  Envelope envelope{
      .id = std::move(*id), .inner = &inner->get_object(), .client_data_json = {}, .client_data = {}
  };
  auto client_data_json = bytes_member(*envelope.inner, "clientDataJSON");
  if (!client_data_json) return std::unexpected(std::move(client_data_json.error()));
  auto client_data = parse_client_data(*client_data_json);
  if (!client_data) return std::unexpected(std::move(client_data.error()));
  envelope.client_data_json = std::move(*client_data_json);
  envelope.client_data = std::move(*client_data);
  return envelope;
}

Verdict<std::vector<std::string>> transports_of(const json::object& inner) {
  std::vector<std::string> transports;
  const json::value* value = inner.if_contains("transports");
  if (!value) return transports;
  if (!value->is_array() || value->get_array().size() > kMaxTransports) {
    return refuse_response("transports is no array of at most 16");
  }
  for (const json::value& item : value->get_array()) {
    const json::string* text = item.if_string();
    const auto is_token = [](char c) {
      return (c >= 'a' && c <= 'z') || c == '-';
    };
    if (!text || text->empty() || text->size() > kMaxTransportSize ||
        !std::ranges::all_of(*text, is_token)) {
      return refuse_response("a transport is no short lower-case word");
    }
    transports.emplace_back(*text);
  }
  return transports;
}

Verdict<std::optional<std::string>> user_handle_of(const json::object& inner) {
  const json::value* value = inner.if_contains("userHandle");
  if (!value || value->is_null()) return std::nullopt;
  auto handle = bytes_member(inner, "userHandle");
  if (!handle) return std::unexpected(std::move(handle.error()));
  if (handle->size() > kMaxUserHandle) return refuse_response("userHandle is over 64 bytes");
  if (handle->empty()) return std::nullopt;
  return std::move(*handle);
}

}  // namespace

Verdict<RegistrationResponse> parse_registration(std::string_view text) {
  const auto body = parse_body(text);
  if (!body) return std::unexpected(body.error());
  return parse_registration(body->get_object());
}

Verdict<RegistrationResponse> parse_registration(const json::object& body) {
  auto envelope = open_envelope(body);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  auto attestation = bytes_member(*envelope->inner, "attestationObject");
  if (!attestation) return std::unexpected(std::move(attestation.error()));
  auto transports = transports_of(*envelope->inner);
  if (!transports) return std::unexpected(std::move(transports.error()));
  return RegistrationResponse{
      .id = std::move(envelope->id),
      .client_data = std::move(envelope->client_data),
      .client_data_json = std::move(envelope->client_data_json),
      .attestation_object = std::move(*attestation),
      .transports = std::move(*transports)
  };
}

Verdict<AssertionResponse> parse_assertion(std::string_view text) {
  const auto body = parse_body(text);
  if (!body) return std::unexpected(body.error());
  return parse_assertion(body->get_object());
}

Verdict<AssertionResponse> parse_assertion(const json::object& body) {
  auto envelope = open_envelope(body);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  auto data = bytes_member(*envelope->inner, "authenticatorData");
  if (!data) return std::unexpected(std::move(data.error()));
  auto signature = bytes_member(*envelope->inner, "signature");
  if (!signature) return std::unexpected(std::move(signature.error()));
  auto user_handle = user_handle_of(*envelope->inner);
  if (!user_handle) return std::unexpected(std::move(user_handle.error()));
  return AssertionResponse{
      .id = std::move(envelope->id),
      .client_data = std::move(envelope->client_data),
      .client_data_json = std::move(envelope->client_data_json),
      .authenticator_data = std::move(*data),
      .signature = std::move(*signature),
      .user_handle = std::move(*user_handle)
  };
}

}  // namespace noded::passkey
