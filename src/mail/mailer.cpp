#include "mail/mailer.hpp"

#include "codec/json.hpp"
#include "mail/letter.hpp"
#include "mail/smtp.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace noded::mail {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr std::chrono::seconds kConnectPatience{10};
constexpr std::size_t kRunning = 16;  // tries that may stand before the thread at once
constexpr int kMostDoublings = 10;

client::ClientSetup client_setup(const MailSetup& setup) {
  client::ClientSetup client;
  client.limits.timeout = setup.timeout;
  client.limits.connect_timeout =
      std::min(setup.timeout, std::chrono::milliseconds(kConnectPatience));
  client.limits.ca_file = setup.ca_file;
  client.threads = 1;
  client.queue = setup.queue + kRunning;
  return client;
}

}  // namespace

Mailer::Mailer(
    net::any_io_executor executor, MailSetup setup, const Clock& clock, Node::Logger& log
)
    : executor_(executor),
      setup_(std::move(setup)),
      clock_(clock),
      log_(log),
      client_(client_setup(setup_)),
      idle_(executor, net::steady_timer::time_point::max()) {}

Result<> Mailer::post(Message message) {
  if (auto checked = check_message(message); !checked) return checked;
  if (waiting_.fetch_add(1) >= setup_.queue) {
    waiting_.fetch_sub(1);
    return fail(Errc::kOverloaded, "too many letters wait already (mail.queue)");
  }
  spawn(executor_, "mail", [this, message = std::move(message)] { return keep_trying(message); });
  return {};
}

Task<Result<std::string>> Mailer::deliver(Message message) {
  if (auto checked = check_message(message); !checked)
    co_return std::unexpected(std::move(checked.error()));
  auto delivered = co_await try_once(message);
  (delivered ? sent_ : failed_).fetch_add(1);
  co_return delivered;
}

Task<Result<std::string>> Mailer::try_once(const Message& message) {
  const std::int64_t now_s =
      std::chrono::floor<std::chrono::seconds>(clock_.wall()).time_since_epoch().count();
  auto handed = co_await client_.run(
      [this, to = message.to, letter = write_letter(setup_.from, message, now_s)](
          const client::CallLimits& limits
      ) -> Result<client::Fetched> {
        auto said = hand_over(setup_, to, letter, limits);
        if (!said) return std::unexpected(std::move(said.error()));
        return client::Fetched{.status = 0, .content_type = {}, .body = std::move(*said)};
      },
      SteadyTime::max()
  );
  if (!handed) co_return std::unexpected(std::move(handed.error()));
  co_return std::move(handed->body);
}

Task<> Mailer::keep_trying(Message message) {
  for (int tries = 1; !is_stopping_; ++tries) {
    const auto delivered = co_await try_once(message);
    if (delivered) {
      sent_.fetch_add(1);
      break;
    }
    const bool is_final = delivered.error().type == kRefusedForGood || tries >= setup_.tries;
    if (is_final || is_stopping_) {
      failed_.fetch_add(1);
      tell_failure(message, delivered.error(), tries);
      break;
    }
    retried_.fetch_add(1);
    co_await rest(setup_.retry_pause * (1 << std::min(tries - 1, kMostDoublings)));
  }
  if (waiting_.fetch_sub(1) == 1) idle_.cancel();
}

Task<> Mailer::rest(std::chrono::milliseconds pause) {
  net::steady_timer timer(executor_, pause);
  resting_.insert(&timer);
  co_await timer.async_wait(kAwait);
  resting_.erase(&timer);
}

// Neither the address nor the text, which may hold a link or a code.
void Mailer::tell_failure(const Message& message, const Error& error, int tries) {
  std::string cause = error.message;
  for (std::size_t at = cause.find(message.to); at != std::string::npos;
       at = cause.find(message.to))
    cause.replace(at, message.to.size(), "…");
  const boost::json::object fields{
      {"domain", message.to.substr(message.to.find('@') + 1)}, {"tries", tries}, {"cause", cause}
  };
  log_.warning("mail.not_sent", codec::to_json_text(fields));
}

Task<> Mailer::stop(Lane& lane) {
  is_stopping_ = true;
  if (const std::size_t given_up = waiting(); given_up > 0)
    log_.warning("mail.given_up", codec::to_json_text(boost::json::object{{"letters", given_up}}));
  for (net::steady_timer* timer : resting_)
    timer->cancel();
  co_await client_.stop(lane);
  while (waiting_ > 0)
    co_await idle_.async_wait(kAwait);
}

}  // namespace noded::mail
