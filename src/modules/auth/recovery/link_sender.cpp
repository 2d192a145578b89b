#include "modules/auth/recovery/link_sender.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "mail/address.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::chrono::seconds kPatience{30};  // with the store, behind the caller

// Passwords are of who signs in by one, and a link is no way around a passkey or another service.
bool is_for(const Account& account, Purpose purpose) {
  if (account.strategy == kPasswordStrategy) return true;
  return purpose == Purpose::kVerify && account.strategy == kPasskeyStrategy;
}

// A spawned task begins within its caller: what is done before its first wait would show in the
// time of the answer.
Task<> let_the_caller_go_first() {
  co_await net::post(net::use_awaitable_t<net::any_io_executor>());
}

}  // namespace

Task<Result<std::optional<Account>>> find_account(
    const AuthState& state, std::string address, SteadyTime deadline
) {
  auto found = co_await state.users.find_by_email(address, deadline);
  if (!found || *found) co_return found;
  std::string lower = address;
  std::ranges::transform(lower, lower.begin(), codec::to_lower);
  if (lower == address) co_return found;
  co_return co_await state.users.find_by_email(std::move(lower), deadline);
}

std::string LinkSender::target(Purpose purpose, std::string_view token) const {
  std::string target = rules_.public_url;
  return target.append(path_of(purpose)).append("?token=").append(token);
}

bool LinkSender::may_go_behind() {
  if (behind_.fetch_add(1) < kMostBehind) return true;
  behind_.fetch_sub(1);
  return false;
}

Task<Result<>> LinkSender::ask(AuthStatePtr state, std::string address, LinkWish wish) {
  if (!may_go_behind())
    co_return fail(Errc::kOverloaded, "too many letters are being written; try again");
  const auto executor = co_await net::this_coro::executor;
  spawn(
      executor,
      "letter",
      [this, state = std::move(state), address = std::move(address), wish = std::move(wish)] {
        return look_up_and_send(state, address, wish);
      }
  );
  co_return Result<>();
}

Task<> LinkSender::send_behind(Account account, LinkWish wish) {
  if (!may_go_behind()) {
    log_unwritten(
        name_of(wish.purpose), account.key.text(), {Errc::kOverloaded, "too many letters", {}, {}}
    );
    co_return;
  }
  const auto executor = co_await net::this_coro::executor;
  spawn(executor, "letter", [this, account = std::move(account), wish = std::move(wish)] {
    return go_behind(account, wish);
  });
}

Task<> LinkSender::go_behind(Account account, LinkWish wish) {
  co_await let_the_caller_go_first();
  co_await send_or_log(std::move(account), std::move(wish), clock_.steady() + kPatience);
  behind_.fetch_sub(1);
}

Task<> LinkSender::look_up_and_send(AuthStatePtr state, std::string address, LinkWish wish) {
  co_await let_the_caller_go_first();
  const SteadyTime deadline = clock_.steady() + kPatience;
  auto account = co_await find_account(*state, std::move(address), deadline);
  if (!account) {
    log_unwritten(name_of(wish.purpose), {}, account.error());
  } else if (*account && is_for(**account, wish.purpose)) {
    co_await send_or_log(std::move(**account), std::move(wish), deadline);
  }
  behind_.fetch_sub(1);
}

Task<> LinkSender::send_or_log(Account account, LinkWish wish, SteadyTime deadline) {
  const std::string_view purpose = name_of(wish.purpose);
  const auto sent = co_await send(account, std::move(wish), deadline);
  if (!sent) log_unwritten(purpose, account.key.text(), sent.error());
}

void LinkSender::tell(const std::string& address, Notice notice, Language language) {
  const LetterFacts facts{.to = address, .site = rules_.public_url, .lifetime = links_.lifetime()};
  const auto posted = outbox_->post(notice_letter(language, notice, facts));
  if (!posted) log_unwritten("notice", {}, posted.error());
}

void LinkSender::log_unwritten(
    std::string_view purpose, std::string_view user, const Error& error
) {
  const json::object fields{{"purpose", purpose}, {"user", user}, {"cause", error.message}};
  log_.warning("auth.letter_not_written", codec::to_json_text(fields));
}

Task<Result<bool>> LinkSender::send(const Account& account, LinkWish wish, SteadyTime deadline) {
  if (!mail::is_address(account.email))
    co_return fail(Errc::kInvalid, "the account has no e-mail address that a letter can go to");
  Links::Order order{
      .purpose = wish.purpose,
      .user = account.key,
      .address = account.email,
      .surplus = Links::Surplus::kRefused,
      .actor = std::move(wish.actor),
      .next = std::move(wish.next)
  };
  const auto made = co_await links_.make(std::move(order), deadline);
  if (!made) co_return std::unexpected(made.error());
  if (!*made) co_return false;
  auto posted = outbox_->post(link_letter(
      wish.language,
      wish.purpose,
      {.to = account.email, .site = rules_.public_url, .lifetime = links_.lifetime()},
      target(wish.purpose, (*made)->token)
  ));
  if (!posted) co_return std::unexpected(std::move(posted.error()));
  co_return true;
}

}  // namespace noded::auth
