#include "modules/auth/oauth/issuers.hpp"

#include <chrono>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::chrono::hours kLifetime{1};
constexpr std::chrono::minutes kPause{1};  // between two that are asked before they expire
constexpr std::size_t kMostBytes = 256UL * 1024;
// Configurations come and go; what they leave behind is forgotten at this number.
constexpr std::size_t kMostKnown = 100;

template <class Map>
void keep_small(Map& map) {
  if (map.size() >= kMostKnown) map.clear();
}

void prefer(std::string& endpoint, const std::string& configured) {
  if (!configured.empty()) endpoint = configured;
}

}  // namespace

Task<Result<std::string>> Issuers::get(std::string url, SteadyTime deadline) {
  auto fetched = co_await client_.fetch(
      {.url = url, .headers = {"Accept: application/json"}, .body = {}, .most = kMostBytes},
      deadline
  );
  if (!fetched) co_return std::unexpected(std::move(fetched.error()));
  if (fetched->status != 200) {
    co_return fail(
        Errc::kUnavailable, url + " answered with status " + std::to_string(fetched->status)
    );
  }
  co_return std::move(fetched->body);
}

Task<Result<IssuerMetadata>> Issuers::metadata_of(
    const OAuthProvider& provider, SteadyTime deadline
) {
  IssuerMetadata metadata{
      .issuer = provider.issuer,
      .authorization = provider.authorization,
      .token = provider.token,
      .userinfo = provider.userinfo,
      .jwks = {}
  };
  if (provider.kind != ProviderKind::kOidc) co_return metadata;
  std::optional<IssuerMetadata> known;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = metadata_.find(provider.issuer);
    if (found != metadata_.end() && found->second.expires > clock_.steady())
      known = found->second.value;
  }
  if (!known) {
    const auto text = co_await get(metadata_url(provider.issuer), deadline);
    if (!text) co_return std::unexpected(text.error());
    auto parsed = parse_metadata(*text, provider.issuer);
    if (!parsed) co_return std::unexpected(std::move(parsed.error()));
    known = std::move(*parsed);
    const std::scoped_lock lock(mutex_);
    keep_small(metadata_);
    metadata_[provider.issuer] = {.value = *known, .expires = clock_.steady() + kLifetime};
  }
  prefer(known->authorization, provider.authorization);
  prefer(known->token, provider.token);
  prefer(known->userinfo, provider.userinfo);
  co_return std::move(*known);
}

Task<Result<Issuers::Keys>> Issuers::fetch_keys(const std::string& url, SteadyTime deadline) {
  const auto text = co_await get(url, deadline);
  if (!text) co_return std::unexpected(text.error());
  auto parsed = JsonWebKeys::parse(*text);
  if (!parsed) co_return std::unexpected(std::move(parsed.error()));
  auto keys = std::make_shared<const JsonWebKeys>(std::move(*parsed));
  const std::scoped_lock lock(mutex_);
  keep_small(keys_);
  keys_[url] = {.value = keys, .expires = clock_.steady() + kLifetime};
  co_return keys;
}

Task<Result<Issuers::Keys>> Issuers::keys_of(const std::string& url, SteadyTime deadline) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = keys_.find(url);
    if (found != keys_.end() && found->second.expires > clock_.steady())
      co_return found->second.value;
  }
  co_return co_await fetch_keys(url, deadline);
}

Task<Result<Issuers::Keys>> Issuers::newer_keys_of(const std::string& url, SteadyTime deadline) {
  {
    const std::scoped_lock lock(mutex_);
    const SteadyTime now = clock_.steady();
    const auto asked = asked_again_.find(url);
    if (asked != asked_again_.end() && now - asked->second < kPause) co_return Keys();
    keep_small(asked_again_);
    asked_again_[url] = now;
  }
  co_return co_await fetch_keys(url, deadline);
}

}  // namespace noded::auth
