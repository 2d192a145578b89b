// UsersApi: /api/users, a view on the users entity for front ends that know no entities.
// docs/users_api.md has the routes; refusals are those of refusal.hpp.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/session/sessions.hpp"
#include "modules/auth/users_api/user_input.hpp"
#include "modules/auth/users_api/user_records.hpp"
#include "repository/database/access.hpp"
#include "repository/database/turn_queue.hpp"

#include <array>
#include <string>
#include <vector>

namespace noded::auth {

// Thread-safe. All must outlive the routes.
class UsersApi {
 public:
  UsersApi(
      const Passwords& passwords,
      Authorizer& authorizer,
      database::AccessProvider& access,
      Sessions& sessions,
      database::Database& database,
      const AddressVerification& verification
  )
      : passwords_(passwords),
        authorizer_(authorizer),
        access_(access),
        sessions_(sessions),
        database_(database),
        verification_(verification) {}

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  static constexpr std::size_t kQueues = 64;

  Task<http::Response> list(AuthStatePtr state, http::Request& request);
  Task<http::Response> create(AuthStatePtr state, http::Request& request);
  Task<http::Response> show(AuthStatePtr state, http::Request& request);
  Task<http::Response> change(AuthStatePtr state, http::Request& request);
  Task<http::Response> erase(AuthStatePtr state, http::Request& request);

  UserRecords records(const AuthState& state) const;
  bool may(const http::Request& request, std::string_view permission) const;
  Task<http::Response> create_in_turn(
      const AuthState& state, http::Request& request, UserInput user
  );
  bool is_registration(const http::Request& request) const;
  // Where existence is hidden: of a registration that made no account.
  Task<http::Response> answer_taken(
      const http::Request& request, std::string email, Result<const RefusalKind*> taken
  );
  // Whose e-mail address or username it is already; null: nobody's.
  Task<Result<const RefusalKind*>> find_taken(
      const AuthState& state, const UserInput& user, SteadyTime deadline
  ) const;

  const Passwords& passwords_;
  Authorizer& authorizer_;
  database::AccessProvider& access_;
  Sessions& sessions_;
  database::Database& database_;
  const AddressVerification& verification_;
  // Who wants the same address at once waits for the first, instead of hashing beside it in vain.
  std::array<database::TurnQueue, kQueues> turns_;
};

}  // namespace noded::auth
