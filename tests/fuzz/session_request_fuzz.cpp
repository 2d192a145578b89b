// What requests of the login bring: cookies, refresh tokens, hosts, languages and where to go next.
#include "codec/text.hpp"
#include "modules/auth/session/language.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/refresh_token.hpp"
#include "modules/auth/session/request_origin.hpp"
#include "modules/auth/session/session.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace noded::auth;

// No way out of this host, however often a reader decodes it.
void require_own_path(std::string_view asked) {
  std::string path = next_path(asked);
  for (int round = 0; round < 3; ++round) {
    if (!path.starts_with('/') || path.starts_with("//") || path.contains('\\') ||
        path.contains('\r') || path.contains('\n'))
      std::abort();
    const auto decoded = noded::codec::percent_decode(path, false);
    if (!decoded || round == 1) break;
    path = *decoded;
  }
}

void require_sound_tokens(std::string_view text) {
  if (const auto token = parse_refresh_token(text); token && token->text() != text) std::abort();
  if (is_device_of(text, "secret", "m@example.com")) std::abort();  // nobody can forge one
  const std::string hash = hash_of_session_token(text);
  if (!hash.empty() && hash.size() != kSessionHashSize) std::abort();
  const RefreshUse use = decode_refresh_use(text);
  const RefreshUse again = decode_refresh_use(encode(use));
  if (again.used_ms != use.used_ms || again.client != use.client) std::abort();
  if (const auto session = decode_session(text))
    static_cast<void>(decode_session(encode(*session)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  require_own_path(text);
  require_sound_tokens(text);
  static_cast<void>(language_of(text));
  const std::vector<noded::http::Header> headers{
      {"host", text}, {"origin", text}, {"cookie", text}
  };
  noded::http::Request request;
  request.headers = headers;
  const CookieWay way = cookie_way(request, false);
  static_cast<void>(own_cookie(request, way, kSessionCookie));
  static_cast<void>(origin_of(request, {}));
  return 0;
}
