#include "modules/auth/oauth/issuer_metadata.hpp"

#include "client/client.hpp"
#include "codec/json.hpp"
#include "codec/json_members.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

}  // namespace

std::string metadata_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<IssuerMetadata> parse_metadata(std::string_view text, std::string_view issuer) {
  const auto parsed = codec::parse_json(text, "discovery document");
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) return fail(Errc::kInvalid, "the discovery document is no object");
  const json::object& document = parsed->get_object();
  IssuerMetadata metadata{
      .issuer = std::string(codec::text_member(document, "issuer")),
      .authorization = std::string(codec::text_member(document, "authorization_endpoint")),
      .token = std::string(codec::text_member(document, "token_endpoint")),
      .userinfo = std::string(codec::text_member(document, "userinfo_endpoint")),
      .jwks = std::string(codec::text_member(document, "jwks_uri"))
  };
  if (metadata.issuer != issuer) {
    return fail(
        Errc::kInvalid,
        "the discovery document is of \"" + metadata.issuer + "\", not of " + std::string(issuer)
    );
  }
  for (const auto& [name, url] :
       {std::pair<std::string_view, const std::string*>{
            "authorization_endpoint", &metadata.authorization
        },
        {"token_endpoint", &metadata.token},
        {"jwks_uri", &metadata.jwks}}) {
    if (!client::is_safe_url(*url)) {
      return fail(
          Errc::kInvalid, "the discovery document has no good " + std::string(name) + ": " + *url
      );
    }
  }
  if (!metadata.userinfo.empty() && !client::is_safe_url(metadata.userinfo))
    return fail(Errc::kInvalid, "the discovery document has no good userinfo_endpoint");
  const json::value* tells = document.if_contains("authorization_response_iss_parameter_supported");
  metadata.tells_issuer = tells != nullptr && tells->is_bool() && tells->get_bool();
  return metadata;
}

}  // namespace noded::auth
