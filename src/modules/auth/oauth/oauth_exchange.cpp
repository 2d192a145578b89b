#include "modules/auth/oauth/oauth_exchange.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"
#include "modules/auth/auth_state.hpp"
#include "modules/auth/oauth/id_token.hpp"
#include "modules/auth/username.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;
constexpr std::size_t kLongestSubject = 255;

// RFC 6749 appendix B; what encodeURIComponent leaves as it is may stand in a form too.
void append_parameter(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(name).append("=").append(codec::percent_encode(value));
}

// RFC 6749 §2.3.1: both are encoded as in a form before they become a user's name and password.
std::string basic_credentials(const OAuthProvider& provider) {
  return "Authorization: Basic " + codec::base64_encode(
                                       codec::percent_encode(provider.client_id) + ":" +
                                       codec::percent_encode(provider.client_secret)
                                   );
}

// What may stand in a header field.
bool is_token_text(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_false(const json::value* flag) {
  if (flag == nullptr) return false;
  return flag->is_bool() ? !flag->get_bool()
                         : flag->is_string() && std::string_view(flag->get_string()) == "false";
}

// Some services number their people.
std::string subject_of(const json::object& claims) {
  for (const std::string_view name : {"sub", "id"}) {
    const json::value* member = claims.if_contains(name);
    if (member == nullptr) continue;
    if (member->is_int64()) return std::to_string(member->get_int64());
    return std::string(codec::text_member(claims, name));
  }
  return {};
}

Result<json::object> parse_object(std::string_view body, std::string_view what) {
  auto parsed = codec::parse_json(body, what);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::kInvalid, std::string(what) + " is no object");
  return std::move(parsed->get_object());
}

std::unexpected<Error> unverified() {
  return fail(Errc::kForbidden, "The e-mail address is not verified there");
}

}  // namespace

Result<OAuthTokens> parse_tokens(int status, std::string_view body) {
  const auto answer = parse_object(body, "answer of the token endpoint");
  if (status >= 500)
    return fail(
        Errc::kUnavailable, "the token endpoint answered with status " + std::to_string(status)
    );
  if (!answer) return std::unexpected(answer.error());
  if (status != 200 || answer->contains("error")) {
    return fail(
        Errc::kUnauthorized,
        "the token endpoint refuses: " + std::string(codec::text_member(*answer, "error")) +
            " (status " + std::to_string(status) + ")"
    );
  }
  OAuthTokens tokens{
      .access_token = std::string(codec::text_member(*answer, "access_token")),
      .id_token = std::string(codec::text_member(*answer, "id_token"))
  };
  const std::string_view type = codec::text_member(*answer, "token_type");
  if (!is_token_text(tokens.access_token) ||
      !std::ranges::equal(type, std::string_view("bearer"), {}, codec::to_lower))
    return fail(Errc::kInvalid, "the token endpoint gave no bearer token");
  return tokens;
}

Result<OAuthProfile> read_profile(const json::object& claims) {
  OAuthProfile profile{
      .subject = subject_of(claims), .email = std::string(codec::text_member(claims, "email"))
  };
  if (profile.subject.empty() || profile.subject.size() > kLongestSubject)
    return fail(Errc::kInvalid, "the provider does not say who this is");
  if (!profile.email.empty() && is_false(claims.if_contains("email_verified"))) return unverified();
  return profile;
}

Result<std::string> read_github_email(std::string_view body) {
  const auto parsed = codec::parse_json(body, "list of addresses");
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_array()) return fail(Errc::kInvalid, "the list of addresses is no list");
  for (const json::value& value : parsed->get_array()) {
    if (!value.is_object()) continue;
    const json::object& address = value.get_object();
    const auto has = [&address](std::string_view name) {
      const json::value* flag = address.if_contains(name);
      return flag != nullptr && flag->is_bool() && flag->get_bool();
    };
    if (has("primary") && has("verified")) return std::string(codec::text_member(address, "email"));
  }
  return unverified();
}

Task<Result<OAuthTokens>> OAuthExchange::ask_for_tokens(
    const OAuthProvider& provider,
    const std::string& endpoint,
    const OAuthChallenge& challenge,
    const std::string& code,
    SteadyTime deadline
) {
  std::string form;
  append_parameter(form, "grant_type", "authorization_code");
  append_parameter(form, "code", code);
  append_parameter(form, "redirect_uri", challenge.redirect_uri);
  append_parameter(form, "code_verifier", challenge.verifier);
  const auto fetched = co_await client_.fetch(
      {.url = endpoint,
       .headers =
           {basic_credentials(provider),
            "Accept: application/json",
            "Content-Type: application/x-www-form-urlencoded"},
       .body = std::move(form),
       .most = kMostBytes},
      deadline
  );
  if (!fetched) co_return std::unexpected(fetched.error());
  co_return parse_tokens(fetched->status, fetched->body);
}

Task<Result<json::object>> OAuthExchange::verify_id_token(
    const OAuthProvider& provider,
    const IssuerMetadata& metadata,
    const OAuthChallenge& challenge,
    const OAuthTokens& tokens,
    SteadyTime deadline
) {
  auto token = parse_id_token(tokens.id_token);
  if (!token) co_return std::unexpected(std::move(token.error()));
  auto keys = co_await issuers_.keys_of(metadata.jwks, deadline);
  if (!keys) co_return std::unexpected(std::move(keys.error()));
  using Verdict = JsonWebKeys::Verdict;
  const auto verify = [&token](const JsonWebKeys& known) {
    return known.verify(token->algorithm, token->kid, token->signed_text, token->signature);
  };
  Verdict verdict = verify(**keys);
  if (verdict == Verdict::kUnknownKey) {
    auto newer = co_await issuers_.newer_keys_of(metadata.jwks, deadline);
    if (!newer) co_return std::unexpected(std::move(newer.error()));
    if (*newer != nullptr) verdict = verify(**newer);
  }
  if (verdict == Verdict::kUnknownKey)
    co_return fail(Errc::kInvalid, "ID token: the issuer has no such key");
  if (verdict == Verdict::kBadSignature)
    co_return fail(Errc::kInvalid, "ID token: the signature does not verify");
  const auto checked = check_claims(
      *token,
      {.issuer = metadata.issuer,
       .client_id = provider.client_id,
       .nonce = challenge.nonce,
       .access_token = tokens.access_token,
       .now_s = seconds(clock_)}
  );
  if (!checked) co_return std::unexpected(checked.error());
  co_return std::move(token->claims);
}

Task<Result<std::string>> OAuthExchange::get(
    std::string url, const std::string& access_token, SteadyTime deadline
) {
  auto fetched = co_await client_.fetch(
      {.url = url,
       .headers = {"Accept: application/json", "Authorization: Bearer " + access_token},
       .body = {},
       .most = kMostBytes},
      deadline
  );
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  if (fetched->status == 200) co_return std::move(fetched->body);
  const Errc code = fetched->status >= 500 ? Errc::kUnavailable : Errc::kUnauthorized;
  co_return fail(code, url + " answered with status " + std::to_string(fetched->status));
}

Task<Result<OAuthProfile>> OAuthExchange::ask_who(
    const std::string& endpoint, const std::string& access_token, SteadyTime deadline
) {
  const auto body = co_await get(endpoint, access_token, deadline);
  if (!body) co_return std::unexpected(body.error());
  const auto claims = parse_object(*body, "answer of the userinfo endpoint");
  if (!claims) co_return std::unexpected(claims.error());
  co_return read_profile(*claims);
}

// An address that the ID token does not have is asked for; it must be told of the same person.
Task<Result<OAuthProfile>> OAuthExchange::complete(
    const IssuerMetadata& metadata,
    const json::object& claims,
    const std::string& access_token,
    SteadyTime deadline
) {
  auto profile = read_profile(claims);
  if (!profile || !profile->email.empty() || metadata.userinfo.empty()) co_return profile;
  auto more = co_await ask_who(metadata.userinfo, access_token, deadline);
  if (!more) co_return std::unexpected(std::move(more.error()));
  if (more->subject != profile->subject)
    co_return fail(Errc::kInvalid, "the userinfo endpoint tells of somebody else");
  co_return std::move(*more);
}

Task<Result<OAuthProfile>> OAuthExchange::redeem(
    const OAuthProvider& provider,
    const OAuthChallenge& challenge,
    std::string code,
    SteadyTime deadline
) {
  const auto metadata = co_await issuers_.metadata_of(provider, deadline);
  if (!metadata) co_return std::unexpected(metadata.error());
  const auto tokens = co_await ask_for_tokens(provider, metadata->token, challenge, code, deadline);
  if (!tokens) co_return std::unexpected(tokens.error());
  Result<OAuthProfile> profile;
  if (provider.kind == ProviderKind::kOidc) {
    const auto claims = co_await verify_id_token(provider, *metadata, challenge, *tokens, deadline);
    if (!claims) co_return std::unexpected(claims.error());
    profile = co_await complete(*metadata, *claims, tokens->access_token, deadline);
  } else {
    profile = co_await ask_who(metadata->userinfo, tokens->access_token, deadline);
  }
  if (profile && provider.kind == ProviderKind::kGitHub) {
    const auto body = co_await get(metadata->userinfo + "/emails", tokens->access_token, deadline);
    if (!body) co_return std::unexpected(body.error());
    auto email = read_github_email(*body);
    if (!email) co_return std::unexpected(std::move(email.error()));
    profile->email = std::move(*email);
  }
  if (!profile) co_return profile;
  const auto address = read_sign_in_name(profile->email);
  if (!address || !address->is_email)
    co_return fail(Errc::kForbidden, "The other service tells no e-mail address");
  co_return profile;
}

}  // namespace noded::auth
