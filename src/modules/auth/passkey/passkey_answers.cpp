#include "modules/auth/passkey/passkey_answers.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/recovery/address_verification.hpp"

#include <algorithm>
#include <array>

namespace noded::auth {
namespace {

struct Row {
  std::string_view code;
  int status;
  std::string_view message;  // when the caller has none
};

constexpr std::string_view kNoPasskey = "this passkey cannot be used here";

constexpr std::array<Row, 32> kTable{{
    {"malformed", 400, "the request is not well formed"},
    {"username_invalid", 400, "this cannot be a name"},
    {"challenge_unknown", 400, "begin again: this was not begun here, or is done already"},
    {"challenge_expired", 400, "begin again: it took too long"},
    {"credential_id_too_long", 400, "the passkey's id is longer than 1023 bytes"},
    {"unauthenticated", 401, "sign in first"},
    {"step_up_required", 401, "sign in once more to do this"},
    {"type_mismatch", 401, kNoPasskey},
    {"origin_mismatch", 401, kNoPasskey},
    {"cross_origin_refused", 401, kNoPasskey},
    {"rp_id_mismatch", 401, kNoPasskey},
    {"user_presence_required", 401, kNoPasskey},
    {"user_verification_required", 401, kNoPasskey},
    {"backup_flags_invalid", 401, kNoPasskey},
    {"algorithm_not_allowed", 401, kNoPasskey},
    {"attestation_invalid", 401, kNoPasskey},
    {"credential_unknown", 401, kNoPasskey},
    {"user_handle_mismatch", 401, kNoPasskey},
    {"signature_invalid", 401, kNoPasskey},
    {"counter_regression", 401, kNoPasskey},
    {"session_mismatch", 403, "this was begun by somebody else"},
    {"origin_refused", 403, "passkeys cannot be used from this page"},
    {"sign_up_refused", 403, "accounts cannot be made here"},
    {"email_not_verified",
     403,
     "confirm the e-mail address first: open the link that was sent to it, or ask for another one "
     "at /auth/verify"},
    {"username_taken", 409, "there is such an account already"},
    {"credential_exists", 409, "this passkey is known already"},
    {"last_credential", 409, "this is the account's last way to sign in"},
    {"too_many_credentials", 409, "the account has as many passkeys as it may have"},
    {"too_large", 413, "the request is larger than 64 KiB"},
    {"rate_limited", 429, "too many at once; wait a minute"},
    {"internal", 500, "this did not work; the node's log says why"},
    {"busy", 503, "the node is busy; try again"},
}};

const Row& row_of(std::string_view code) {
  const auto found = std::ranges::find(kTable, code, &Row::code);
  return found != kTable.end() ? *found : *std::ranges::find(kTable, "internal", &Row::code);
}

std::string_view code_of(const Error& error) {
  if (std::ranges::find(kTable, std::string_view(error.type), &Row::code) != kTable.end())
    return error.type;
  if (error.type == kAddressUnproven) return "email_not_verified";
  switch (error.code) {
    case Errc::kInvalid:
    case Errc::kUnprocessable:
      return "malformed";
    case Errc::kUnauthorized:
      return "unauthenticated";
    case Errc::kTooLarge:
      return "too_large";
    case Errc::kOverloaded:
    case Errc::kUnavailable:
    case Errc::kTimeout:
    case Errc::kConflict:
      return "busy";
    default:
      return "internal";
  }
}

}  // namespace

http::Response refuse_passkey(std::string_view code, std::string_view message) {
  const Row& row = row_of(code);
  std::string body = "{\"error\":{\"code\":";
  codec::append_json_string(body, row.code);
  body += ",\"message\":";
  codec::append_json_string(body, message.empty() ? row.message : message);
  body += "}}";
  http::Response response = answer_passkey(std::move(body), row.status);
  response.refusal = row.code;
  if (row.status == 429) response.headers.push_back({"Retry-After", "60"});
  if (row.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

http::Response refuse_passkey(const passkey::Refusal& refusal) {
  return refuse_passkey(passkey::to_text(refusal.code));
}

http::Response refuse_challenge(ChallengeStore::Refusal refusal) {
  return refuse_passkey(
      refusal == ChallengeStore::Refusal::kExpired ? "challenge_expired" : "challenge_unknown"
  );
}

http::Response refuse_passkey(const Error& error) {
  const std::string_view code = code_of(error);
  return refuse_passkey(code, code == "internal" ? std::string_view() : error.message);
}

http::Response no_such_passkey() {
  http::Response response = refuse_passkey("credential_unknown", "the account has no such passkey");
  response.status = 404;
  return response;
}

http::Response answer_passkey(std::string body, int status) {
  http::Response response = http::Response::json(status, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace noded::auth
