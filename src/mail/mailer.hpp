// Mailer: hands letters to the configured server, one at a time on a thread of its own, and tries
// again what did not work for now. Letters that wait are in memory: a restart forgets them, and who
// waits for one asks again. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/lane.hpp"
#include "noded/node.hpp"

#include "client/client.hpp"
#include "mail/mail_setup.hpp"
#include "mail/outbox.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <set>

namespace noded::mail {

class Mailer final : public Outbox {
 public:
  // `executor` is that of one thread; clock and log outlive it.
  Mailer(net::any_io_executor executor, MailSetup setup, const Clock& clock, Node::Logger& log);

  Result<> post(Message message) override;
  Task<Result<std::string>> deliver(Message message) override;

  // On the executor: gives up what waits, ends what is on its way within a second; `lane` waits for
  // that.
  Task<> stop(Lane& lane);

  std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }
  std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }
  std::uint64_t retried() const { return retried_.load(std::memory_order_relaxed); }
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  Task<> keep_trying(Message message);
  Task<Result<std::string>> try_once(const Message& message);
  Task<> rest(std::chrono::milliseconds pause);
  void tell_failure(const Message& message, const Error& error, int tries);

  net::any_io_executor executor_;
  const MailSetup setup_;
  const Clock& clock_;
  Node::Logger& log_;
  client::Client client_;
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> retried_{0};
  // On the executor:
  bool is_stopping_ = false;
  std::set<net::steady_timer*> resting_;
  net::steady_timer idle_;  // never expires; cancelled when nothing waits any more
};

}  // namespace noded::mail
