#include "modules/auth/users_api/users_api.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/login_request.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::uint64_t kMostInAList = 100;
constexpr std::uint64_t kMostOffset = 100'000;
constexpr std::uint64_t kMostCounted = 10'000;  // beyond it the count is told as more than that
constexpr std::string_view kPath = "/api/users";
// Error::type of the refusal of a change to what the client has not seen.
constexpr std::string_view kUnseen = "auth.unseen";

http::Response user_answer(int status, const UserView& user) {
  http::Response response = http::Response::json(status, to_json(user));
  response.headers.push_back({"ETag", etag_of(user)});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// Of every registration where existence is hidden: the letter tells what came of it.
http::Response hidden_answer() {
  http::Response response = http::Response::json(202, R"({"sent":true})");
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response no_such_user(const http::Request& request) {
  return refuse(request, kNoSuchUser, "there is no such user");
}

// What a user may do as such, an API key may not.
bool is_self(const http::Request& request) {
  return request.identity->key.empty() && request.identity->kind == Identity::Kind::kUser &&
         !request.identity->user_id.empty() && request.identity->user_id == request.parameter("id");
}

// A whole number of the query; the default when it is not there.
Result<std::uint64_t> number_in(
    const json::value& query,
    const char* name,
    std::uint64_t otherwise,
    std::uint64_t least,
    std::uint64_t most
) {
  if (!query.as_object().contains(name)) return otherwise;
  const std::string text = text_field(query, name);
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault == std::errc() && end == text.data() + text.size() && number >= least && number <= most)
    return number;
  return fail(Errc::kInvalid, fmt::format("{}: a number from {} to {}", name, least, most));
}

Result<UserRecords::Wanted> read_wanted(const http::Request& request) {
  const auto query = parse_form(request.query);
  if (!query) return std::unexpected(query.error());
  for (const auto& [name, value] : *query) {
    if (name != "limit" && name != "offset" && name != "q")
      return fail(
          Errc::kInvalid,
          fmt::format("there is no parameter {}: limit, offset, q", std::string_view(name))
      );
  }
  const auto limit = number_in(*query, "limit", 20, 1, kMostInAList);
  if (!limit) return std::unexpected(limit.error());
  const auto offset = number_in(*query, "offset", 0, 0, kMostOffset);
  if (!offset) return std::unexpected(offset.error());
  return UserRecords::Wanted{.limit = *limit, .offset = *offset, .prefix = text_field(*query, "q")};
}

http::Response list_answer(const UserRecords::Wanted& wanted, const UserRecords::Listing& listing) {
  std::string body = "[";
  for (const UserView& user : listing.users) {
    if (body.size() > 1) body += ',';
    body += to_json(user);
  }
  http::Response response = http::Response::json(200, body + "]");
  response.headers.push_back(
      {"X-Total-Count",
       listing.count > kMostCounted ? std::to_string(kMostCounted) + "+"
                                    : std::to_string(listing.count)}
  );
  const std::uint64_t next = wanted.offset + wanted.limit;
  if (next < listing.count && next <= kMostOffset) {
    std::string target = fmt::format("{}?limit={}&offset={}", kPath, wanted.limit, next);
    if (!wanted.prefix.empty()) target += "&q=" + codec::percent_encode(wanted.prefix);
    response.headers.push_back({"Link", fmt::format("<{}>; rel=\"next\"", target)});
  }
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

bool is_json(const http::Request& request) {
  const std::string_view type = request.header("content-type");
  const std::string_view essence = type.substr(0, type.find(';'));
  return essence == "application/json" || essence.ends_with("+json");
}

// The body, or the answer that refuses it.
Task<std::expected<json::value, http::Response>> read_body(http::Request& request) {
  if (!is_json(request)) {
    co_return std::unexpected(
        refuse(request, kUnsupportedMediaType, "send the body as application/json")
    );
  }
  const auto body = co_await request.read_body(kMaxCredentials);
  if (!body) co_return std::unexpected(refuse_error(request, body.error()));
  auto value = codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
  if (!value) co_return std::unexpected(refuse(request, kBadJson, value.error().message));
  co_return std::move(*value);
}

http::Response refuse_flaws(const http::Request& request, const std::vector<Flaw>& flaws) {
  return refuse(request, kValidationFailed, "the body breaks rules", flaws);
}

}  // namespace

std::vector<http::Route> UsersApi::routes(const AuthStatePtr& state) {
  using http::Method;
  const auto route =
      [](Method method, std::string pattern, std::string_view summary, http::Handler handler) {
        http::Route row = credentials_route(method, std::move(pattern), std::move(handler));
        row.summary = summary;
        return row;
      };
  const std::string all(kPath);
  const std::string one = all + "/:id";
  std::vector<http::Route> table;
  table.push_back(route(Method::kGet, all, "Users, newest first", [this, state](auto& request) {
    return list(state, request);
  }));
  table.push_back(route(Method::kPost, all, "Make a user", [this, state](auto& request) {
    return create(state, request);
  }));
  table.push_back(route(Method::kGet, one, "A user", [this, state](auto& request) {
    return show(state, request);
  }));
  table.push_back(route(Method::kPatch, one, "Change a user", [this, state](auto& request) {
    return change(state, request);
  }));
  table.push_back(route(Method::kDelete, one, "Delete a user", [this, state](auto& request) {
    return erase(state, request);
  }));
  return table;
}

UserRecords UsersApi::records(const AuthState& state) const {
  return {database_, state.rules.entity_name};
}

// Nobody who is anonymous, also where no guard is.
bool UsersApi::may(const http::Request& request, std::string_view permission) const {
  if (request.identity->kind == Identity::Kind::kAnonymous) return false;
  return authorizer_.authorize(*request.identity, permission, request).has_value();
}

Task<http::Response> UsersApi::list(AuthStatePtr state, http::Request& request) {
  if (auto refused = refuse_without(request, authorizer_, "users.read"))
    co_return std::move(*refused);
  const auto wanted = read_wanted(request);
  if (!wanted) co_return refuse_error(request, wanted.error());
  const auto access = access_.access_of(request);
  const auto listing = co_await records(*state).list(*wanted, *access, request.deadline);
  if (!listing) co_return refuse_error(request, listing.error());
  co_return list_answer(*wanted, *listing);
}

Task<http::Response> UsersApi::create(AuthStatePtr state, http::Request& request) {
  if (!state->rules.allow_register) {
    if (auto refused = refuse_without(request, authorizer_, "auth.user.create"))
      co_return std::move(*refused);
  }
  if (!records(*state).has_usernames()) {
    co_return refuse(
        request,
        kNoUsernames,
        "the users entity has no field username: enable the strategy passkey, or declare the field"
    );
  }
  auto body = co_await read_body(request);
  if (!body) co_return std::move(body.error());
  auto read = read_new_user(*body);
  if (!read.flaws.empty()) co_return refuse_flaws(request, read.flaws);
  database::TurnQueue& queue = turns_[std::hash<std::string>()(*read.user.email) % kQueues];
  const database::TurnQueue::Turn turn = co_await queue.take();
  co_return co_await create_in_turn(*state, request, std::move(read.user));
}

Task<http::Response> UsersApi::create_in_turn(
    const AuthState& state, http::Request& request, UserInput user
) {
  const bool registers = is_registration(request);
  const bool hides = registers && verification_.hides_existence();
  if (!hides) {
    const auto taken = co_await find_taken(state, user, request.deadline);
    if (!taken) co_return refuse_error(request, taken.error());
    if (*taken != nullptr) co_return refuse(request, **taken, "somebody has it already");
  }
  auto hash = co_await passwords_.hash(*user.password);
  if (!hash) co_return refuse_error(request, hash.error());
  NewAccount account{
      .fields = {},
      .email = *user.email,
      .username = *user.username,
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = std::move(*hash),
      .role = state.rules.default_role_register
  };
  Users::Addition addition = registers ? verification_.addition(account.email) : Users::Addition();
  const auto made = co_await state.users.by(audit::actor_of(request))
                        .create(
                            std::move(account),
                            UnknownFields::kRefuse,
                            database::unrestricted_access_for_the_node_itself(),
                            request.deadline,
                            std::move(addition)
                        );
  if (!made && made.error().code == Errc::kExists) {
    const auto now = co_await find_taken(state, user, request.deadline);
    if (hides) co_return co_await answer_taken(request, *user.email, now);
    if (now && *now != nullptr) co_return refuse(request, **now, "somebody has it already");
  }
  if (!made) co_return refuse_error(request, made.error());
  // Nobody is logged in by this: who has to prove the address first is made all the same.
  if (registers) static_cast<void>(co_await verification_.registered(*made, request));
  if (hides) co_return hidden_answer();
  const auto view = co_await records(state).find(made->key.text(), request.deadline);
  if (!view) co_return refuse_error(request, view.error());
  if (!*view) co_return no_such_user(request);  // deleted at once by somebody else
  http::Response response = user_answer(201, **view);
  response.headers.push_back({"Location", fmt::format("{}/{}", kPath, (*view)->id)});
  co_return response;
}

// Who makes accounts for others is told what there is.
bool UsersApi::is_registration(const http::Request& request) const {
  if (request.identity->kind == Identity::Kind::kAnonymous) return true;
  return verification_.hides_existence() && !may(request, "auth.user.create");
}

Task<http::Response> UsersApi::answer_taken(
    const http::Request& request, std::string email, Result<const RefusalKind*> taken
) {
  if (!taken) co_return refuse_error(request, taken.error());
  const Notice notice = *taken == &kUsernameExists ? Notice::kNameTaken : Notice::kHasAccount;
  const auto refused = co_await verification_.refused(std::move(email), notice, request);
  if (refused.error().type != kAddressUnproven) co_return refuse_error(request, refused.error());
  co_return hidden_answer();
}

Task<Result<const RefusalKind*>> UsersApi::find_taken(
    const AuthState& state, const UserInput& user, SteadyTime deadline
) const {
  if (user.email) {
    const auto holder = co_await state.users.find_by_email(*user.email, deadline);
    if (!holder) co_return std::unexpected(holder.error());
    if (*holder) co_return &kEmailExists;
  }
  if (user.username) {
    const auto holder = co_await state.users.find_by_username(*user.username, deadline);
    if (!holder) co_return std::unexpected(holder.error());
    if (*holder) co_return &kUsernameExists;
  }
  co_return nullptr;
}

Task<http::Response> UsersApi::show(AuthStatePtr state, http::Request& request) {
  if (!is_self(request)) {
    if (auto refused = refuse_without(request, authorizer_, "users.read"))
      co_return std::move(*refused);
  }
  const auto user =
      co_await records(*state).find(std::string(request.parameter("id")), request.deadline);
  if (!user) co_return refuse_error(request, user.error());
  if (!*user) co_return no_such_user(request);
  co_return user_answer(200, **user);
}

Task<http::Response> UsersApi::change(AuthStatePtr state, http::Request& request) {
  auto refused = refuse_without(request, authorizer_, "users.manage");
  const bool manages = !refused;
  if (!manages && !is_self(request)) co_return std::move(*refused);
  const std::string seen(request.header("if-match"));
  if (seen.empty())
    co_return refuse(request, kPreconditionRequired, "send the ETag of what you saw as If-Match");
  auto body = co_await read_body(request);
  if (!body) co_return std::move(body.error());
  const auto read = read_user_changes(*body, manages);
  if (!read.flaws.empty()) co_return refuse_flaws(request, read.flaws);
  const UserRecords users = records(*state);
  if (read.user.username && !users.has_usernames())
    co_return refuse(request, kNoUsernames, "the users entity has no field username");
  json::object fields;
  if (read.user.email) fields["email"] = *read.user.email;
  if (read.user.username) fields["username"] = *read.user.username;
  const auto changed = co_await users.change(
      std::string(request.parameter("id")),
      std::move(fields),
      [&seen](const UserView& user) -> Result<> {
        if (seen == "*" || seen == etag_of(user)) return {};
        return fail(Errc::kConflict, "somebody changed it meanwhile", std::string(kUnseen));
      },
      audit::actor_of(request),
      request.deadline
  );
  if (changed) co_return *changed ? user_answer(200, **changed) : no_such_user(request);
  const Error& error = changed.error();
  if (error.type == kUnseen) co_return refuse(request, kPreconditionFailed, error.message);
  if (error.code == Errc::kExists) {
    const bool is_email = read.user.email && error.message.contains("email");
    co_return refuse(request, is_email ? kEmailExists : kUsernameExists, "somebody has it already");
  }
  co_return refuse_error(request, error);
}

Task<http::Response> UsersApi::erase(AuthStatePtr state, http::Request& request) {
  if (auto refused = refuse_without(request, authorizer_, "users.manage"))
    co_return std::move(*refused);
  AccountChange change(sessions_, audit::actor_of(request));
  const auto erased = co_await records(*state).erase(
      std::string(request.parameter("id")), change, request.deadline
  );
  if (!erased && erased.error().type == kLastOne)
    co_return refuse(request, kLastAdministrator, erased.error().message);
  if (!erased) co_return refuse_error(request, erased.error());
  if (!*erased) co_return no_such_user(request);
  change.take_effect();
  http::Response response;
  response.status = 204;
  response.content_type = {};
  co_return response;
}

}  // namespace noded::auth
