// How the passkey routes refuse: {"error":{"code","message"}}, the codes in one table. Of a failed
// verification a client learns the code alone.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/refusal.hpp"
#include "modules/auth/passkey/challenge_store.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

// One of the codes of the table, which has its status.
http::Response refuse_passkey(std::string_view code, std::string_view message = {});
http::Response refuse_passkey(const passkey::Refusal& refusal);
http::Response refuse_challenge(ChallengeStore::Refusal refusal);
// `error.type` is a code of the table, or else what went wrong decides.
http::Response refuse_passkey(const Error& error);
// 404 of the calls that name a passkey of the account.
http::Response no_such_passkey();

// 200, or another status, with that JSON text; never kept by a cache.
http::Response answer_passkey(std::string body, int status = 200);

}  // namespace noded::auth
