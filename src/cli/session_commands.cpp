#include "cli/session_commands.hpp"

#include "cli/admin_answer.hpp"
#include "cli/exit_code.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace noded::cli {
namespace {

namespace json = boost::json;

constexpr const char* kSessions = "/api/admin/sessions";

std::string sessions_of(const std::string& user) {
  return user.empty() ? kSessions : kSessions + ("?user=" + codec::percent_encode(user));
}

// By what people know the account: its address, else its id.
std::string owner_of(const json::object& session) {
  const json::value* account = session.if_contains("account");
  const std::string email = account != nullptr && account->is_object()
                                ? text_member(account->get_object(), "email")
                                : "-";
  return email == "-" ? text_member(session, "user") : email;
}

void print_session(const json::object& session) {
  fmt::print(
      "{:<32} {:<30} {:<24} {:<24} {:<15} {}\n",
      text_member(session, "id"),
      owner_of(session),
      text_member(session, "created"),
      text_member(session, "last_seen"),
      text_member(session, "ip"),
      text_member(session, "device")
  );
}

}  // namespace

int list_sessions(const Loaded& loaded, const std::string& user) {
  if (!has_store(loaded)) return kFailed;
  const auto answer = ask_or_print(loaded, http::Method::kGet, sessions_of(user));
  if (!answer) return kFailed;
  const auto sessions = list_or_print(*answer, "sessions");
  if (!sessions) return kFailed;
  if (sessions->empty()) fmt::print(stderr, "no sessions are open\n");
  for (const json::value& session : *sessions) {
    if (session.is_object()) print_session(session.get_object());
  }
  return kDone;
}

int end_session(const Loaded& loaded, const std::string& id) {
  if (id.empty()) {
    return print_failure({Errc::kInvalid, "name a session, or --user USER", {}, {}}, kUsage);
  }
  if (!has_store(loaded)) return kFailed;
  const std::string target = std::string(kSessions) + "/" + codec::percent_encode(id);
  if (!ask_or_print(loaded, http::Method::kDelete, target)) return kFailed;
  fmt::print("ended {}\n", id);
  return kDone;
}

int end_sessions_of(const Loaded& loaded, const std::string& user) {
  if (!has_store(loaded)) return kFailed;
  if (!ask_or_print(loaded, http::Method::kDelete, sessions_of(user))) return kFailed;
  fmt::print("ended all sessions and tokens of {}\n", user);
  return kDone;
}

}  // namespace noded::cli
