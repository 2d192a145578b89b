#include "modules/auth/users_admin.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/auth_controller.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/session/sessions.hpp"

#include <charconv>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::uint64_t kPage = 1000;  // accounts in one answer

void append_member(std::string& out, std::string_view name, const std::string& text) {
  out.append(",\"").append(name).append("\":");
  if (text.empty()) {
    out += "null";
  } else {
    codec::append_json_string(out, text);
  }
}

void append_account(
    std::string& out, const Account& account, bool with_strategy, bool is_disabled = false
) {
  out += "{\"id\":";
  if (account.key.is_uuid()) {
    codec::append_json_string(out, account.key.text());
  } else {
    codec::append_json_integer(out, account.key.integer());
  }
  append_member(out, "email", account.email);
  append_member(out, "role", account.role);
  if (with_strategy) append_member(out, "strategy", account.strategy);
  if (is_disabled) out += ",\"disabled\":true";
  out += '}';
}

http::Response answer(int status, const Result<Account>& account) {
  if (!account) return http::answer_error(account.error());
  std::string body;
  append_account(body, *account, false);
  return http::Response::json(status, std::move(body));
}

std::uint64_t offset_of(const http::Request& request) {
  std::uint64_t offset = 0;
  if (const auto query = parse_form(request.query)) {
    const std::string text = text_field(*query, "offset");
    std::from_chars(text.data(), text.data() + text.size(), offset);
  }
  return offset;
}

Result<> check_role(const AuthState& state, const std::string& role) {
  if (role.empty()) return {};
  std::string names;
  for (const GuardRole& known : state.guard->roles()) {
    if (known.name == role) return {};
    if (!names.empty()) names += ", ";
    names += known.name;
  }
  return fail(Errc::kInvalid, "there is no role \"" + role + "\"; roles: " + names);
}

// The value that a new password has to be checked as.
json::object credentials(std::string_view email, std::string_view password) {
  return {{"email", email}, {"password", password}};
}

template <class Handle>
http::Handler for_operator(const AuthStatePtr& state, Handle handle) {
  return [state, handle = std::move(handle)](http::Request& request) {
    if (request.identity == nullptr || request.identity->kind != Identity::Kind::kLocalOperator) {
      return http::answered(http::Response::text(404, "404 Not Found"));
    }
    if (!state->rules.enabled) {
      return http::answered(
          http::answer_refusal(503, "there are no accounts: auth.enabled is false")
      );
    }
    return handle(request);
  };
}

}  // namespace

std::vector<http::Route> UsersAdmin::routes(const AuthStatePtr& state) {
  const std::string path = "/api/admin/users";
  std::vector<http::Route> table;
  table.push_back(credentials_route(
      http::Method::kGet,
      path,
      for_operator(state, [this, state](http::Request& request) { return list(state, request); })
  ));
  table.push_back(credentials_route(
      http::Method::kPost,
      path,
      for_operator(state, [this, state](http::Request& request) { return create(state, request); })
  ));
  table.push_back(credentials_route(
      http::Method::kPatch,
      path + "/:email",
      for_operator(state, [this, state](http::Request& request) { return change(state, request); })
  ));
  return table;
}

Task<http::Response> UsersAdmin::list(AuthStatePtr state, http::Request& request) {
  const auto listing = co_await state->users.list(offset_of(request), kPage, request.deadline);
  if (!listing) co_return http::answer_error(listing.error());
  std::string body = "{\"users\":[";
  for (const Account& account : listing->accounts) {
    if (body.back() == '}') body += ',';
    append_account(body, account, true, sessions_.accounts().is_disabled(account.key.text()));
  }
  body += "]";
  if (listing->has_more) body += ",\"has_more\":true";
  co_return http::Response::json(200, body + "}");
}

Task<http::Response> UsersAdmin::create(AuthStatePtr state, http::Request& request) {
  const auto account = co_await make_account(*state, request);
  co_return answer(201, account);
}

Task<Result<Account>> UsersAdmin::make_account(const AuthState& state, http::Request& request) {
  const auto fields = co_await read_fields(request);
  if (!fields) co_return std::unexpected(fields.error());
  NewAccount account{
      .fields = {},
      .email = text_field(*fields, "email"),
      .username = {},
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = {},
      .role = text_field(*fields, "role")
  };
  if (auto checked = check_new_credentials(state.rules, *fields); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  if (auto checked = check_role(state, account.role); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  auto hash = co_await passwords_.hash(text_field(*fields, "password"));
  if (!hash) co_return std::unexpected(std::move(hash.error()));
  account.strategy_value = std::move(*hash);
  co_return co_await state.users.by(audit::actor_of(request))
      .create(
          std::move(account),
          UnknownFields::kRefuse,
          database::unrestricted_access_for_the_node_itself(),
          request.deadline
      );
}

Task<http::Response> UsersAdmin::change(AuthStatePtr state, http::Request& request) {
  const auto account = co_await change_account(*state, request);
  co_return answer(200, account);
}

Task<Result<Account>> UsersAdmin::change_account(const AuthState& state, http::Request& request) {
  const auto fields = co_await read_fields(request);
  if (!fields) co_return std::unexpected(fields.error());
  const std::string email(request.parameter("email"));
  const json::object* given = fields->if_object();
  Users::Changes changes;
  if (given != nullptr && given->contains("role")) {
    changes.role = text_field(*fields, "role");
    if (auto checked = check_role(state, *changes.role); !checked) {
      co_return std::unexpected(std::move(checked.error()));
    }
  }
  if (given != nullptr && given->contains("password")) {
    const std::string password = text_field(*fields, "password");
    // The account's own address was accepted once; only the password is new.
    const json::value checked_as = credentials("somebody@example.com", password);
    if (auto checked = check_new_credentials(state.rules, checked_as); !checked) {
      co_return std::unexpected(std::move(checked.error()));
    }
    auto hash = co_await passwords_.hash(password);
    if (!hash) co_return std::unexpected(std::move(hash.error()));
    changes.strategy_value = std::move(*hash);
  }
  if (!changes.role && !changes.strategy_value) {
    co_return fail(Errc::kInvalid, "give a password or a role");
  }
  AccountChange change(sessions_, audit::actor_of(request));
  auto changed = co_await state.users.change(email, std::move(changes), change, request.deadline);
  if (!changed) co_return std::unexpected(std::move(changed.error()));
  if (!*changed) co_return fail(Errc::kNotFound, "there is no account " + email);
  change.take_effect();
  co_return std::move(**changed);
}

}  // namespace noded::auth
